import { PolkuError } from '../../../lib/errors.js';
import { holdsIdentityCode } from '../../../schema/identityCodeText.js';
import { NO_CODE } from '../../columns/table.js';

/** The rule for codes without a list, for people who read why a row was rejected. */
export const CODE_RULE =
  'A code without a list has 1 to 40 letters, digits and . _ : / + -, at least one digit, no blank, and does not ' +
  'look like an identity code.';

/**
 * The form of a code of a department: units, diagnoses, employee numbers. It has no blanks, because names and
 * free text have them.
 */
const CODE = /^[\p{L}\p{N}][\p{L}\p{N}._:/+-]{0,39}$/u;

/** A single name has no digit. */
const DIGIT = /\p{Nd}/u;

/** Whether a source value may be stored as a code. */
function isCode(text: string): boolean {
  return DIGIT.test(text) && mayBeCode(text);
}

/** Whether a mapping may use this text as a code. Unlike a source value it may be a word. */
export function mayBeCode(text: string): boolean {
  return CODE.test(text) && !holdsIdentityCode(text);
}

/**
 * The distinct codes of one column, numbered as they appear. Only texts that look like codes are accepted. A
 * column of names, free text or identity codes that is mapped by mistake therefore never enters a store.
 */
export class CodeDictionary {
  readonly texts: string[] = [];
  private readonly indices = new Map<string, number>();

  /** @param known all possible codes, if they are listed */
  constructor(
    private readonly column: string,
    private readonly values: ReadonlyMap<string, string> | undefined,
    private readonly known: { has(code: string): boolean } | undefined,
  ) {}

  /** The number of the code of a source value. */
  read(value: string): number | 'unknown-code' | 'invalid-value' {
    const known = this.indices.get(value);
    if (known !== undefined) return known;
    const code = this.values ? this.values.get(value) : value;
    if (code === undefined || (this.known && !this.known.has(code))) return 'unknown-code';
    if (!this.values && !this.known && !isCode(code)) return 'invalid-value';
    return this.add(value, code);
  }

  /** The number of a code that was accepted before, in an earlier snapshot. */
  numberOf(code: string): number {
    // Two values may mean one code only if values are translated.
    if (this.values) return this.translated(code);
    return this.indices.get(code) ?? this.add(code, code);
  }

  private add(value: string, code: string): number {
    const index = this.values ? this.translated(code) : this.append(code);
    this.indices.set(detachedCopy(value), index);
    return index;
  }

  private translated(code: string): number {
    const index = this.texts.indexOf(code);
    return index === -1 ? this.append(code) : index;
  }

  private append(code: string): number {
    if (this.texts.length === NO_CODE) {
      throw new PolkuError(
        'MAPPING_INVALID',
        `The column "${this.column}" has over ${NO_CODE} different values: it is not a column of codes.`,
      );
    }
    return this.texts.push(detachedCopy(code)) - 1;
  }
}

/**
 * A copy of a text that does not reference the chunk of the file it was cut from. JavaScript engines keep a
 * chunk in memory as long as a longer slice of it exists. Use it for texts that are remembered.
 */
export function detachedCopy(text: string): string {
  return Buffer.from(text).toString();
}
