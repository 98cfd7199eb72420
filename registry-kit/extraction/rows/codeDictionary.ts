import { PolkuError } from '../../../lib/errors.js';
import { holdsIdentityCode } from '../../../schema/identityCodeText.js';
import { NO_CODE } from '../../columns/table.js';

/** The rule of codes that stand in no list, for whoever reads why a row was rejected. */
export const CODE_RULE =
  'A code that stands in no list has 1 to 40 letters, digits and . _ : / + -, a digit among them, no blank, and does not ' +
  'look like an identity code.';

/** What a code of a department looks like: units, diagnoses, employee numbers. No blanks: names and free text have them. */
const CODE = /^[\p{L}\p{N}][\p{L}\p{N}._:/+-]{0,39}$/u;

/** A single name has no digit. */
const DIGIT = /\p{Nd}/u;

/** Whether a source value may be stored as a code. */
function isCode(text: string): boolean {
  return DIGIT.test(text) && mayBeCode(text);
}

/** Whether a mapping may name a code; unlike a source value it may be a word. */
export function mayBeCode(text: string): boolean {
  return CODE.test(text) && !holdsIdentityCode(text);
}

/**
 * The distinct codes of one column, numbered as they come. Only what looks like a code is taken, so that a column of
 * names, free text or identity codes mapped by mistake never enters a store.
 */
export class CodeDictionary {
  readonly texts: string[] = [];
  private readonly indices = new Map<string, number>();

  /** @param known all the codes there are, if they are listed */
  constructor(
    private readonly column: string,
    private readonly values: ReadonlyMap<string, string> | undefined,
    private readonly known: { has(code: string): boolean } | undefined,
  ) {}

  /** The number of the code that a source value stands for. */
  read(value: string): number | 'unknown-code' | 'invalid-value' {
    const known = this.indices.get(value);
    if (known !== undefined) return known;
    const code = this.values ? this.values.get(value) : value;
    if (code === undefined || (this.known && !this.known.has(code))) return 'unknown-code';
    if (!this.values && !this.known && !isCode(code)) return 'invalid-value';
    return this.add(value, code);
  }

  private add(value: string, code: string): number {
    // Only where values are translated may two of them mean one code.
    let index = this.values ? this.texts.indexOf(code) : -1;
    if (index === -1) {
      if (this.texts.length === NO_CODE) {
        throw new PolkuError(
          'MAPPING_INVALID',
          `The column "${this.column}" has over ${NO_CODE} different values: it is not a column of codes.`,
        );
      }
      index = this.texts.push(detachedCopy(code)) - 1;
    }
    this.indices.set(detachedCopy(value), index);
    return index;
  }
}

/**
 * A text apart from the chunk of the file that it was cut from, which JavaScript engines keep in memory as long as any
 * longer slice of it: for texts that are remembered.
 */
export function detachedCopy(text: string): string {
  return Buffer.from(text).toString();
}
