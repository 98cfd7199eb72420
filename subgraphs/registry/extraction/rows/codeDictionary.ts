import { PolkuError } from '../../../../schema/polkuError.js';
import { NO_CODE } from '../../columns/table.js';
import { ownCopy } from './ownCopy.js';

/** What a code of a department looks like: units, diagnoses, employee numbers. No blanks: names and free text have them. */
const CODE = /^[\p{L}\p{N}][\p{L}\p{N}._:/+-]{0,39}$/u;

/** A code that stands in no list has a digit; a single name has none. */
const DIGIT = /\d/;

/** An identity code, mistyped or with something around it: its form alone is enough to keep it out. */
const LIKE_AN_IDENTITY_CODE = /\d{6}[-+._:/A-FU-Y]\d{3}[0-9A-Z]/i;

/** An id that a system made up; eight and four digits of it side by side may look like an identity code. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The distinct codes of one column, numbered as they come. Only what looks like a code is taken, so that a column of
 * names, free text or identity codes mapped by mistake never enters a store.
 */
export class CodeDictionary {
  readonly texts: string[] = [];
  private readonly indices = new Map<string, number>();

  constructor(
    private readonly column: string,
    private readonly values: ReadonlyMap<string, string> | undefined,
    private readonly list: ReadonlyMap<string, unknown> | undefined,
  ) {}

  /** The number of the code that a source value stands for. */
  read(value: string): number | 'unknown-code' | 'invalid-value' {
    const known = this.indices.get(value);
    if (known !== undefined) return known;
    const code = this.values ? this.values.get(value) : value;
    if (code === undefined || (this.list && !this.list.has(code))) return 'unknown-code';
    if (!this.values && !this.list && !isCode(code)) return 'invalid-value';
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
      index = this.texts.push(ownCopy(code)) - 1;
    }
    this.indices.set(ownCopy(value), index);
    return index;
  }
}

function isCode(text: string): boolean {
  return UUID.test(text) || (CODE.test(text) && DIGIT.test(text) && !LIKE_AN_IDENTITY_CODE.test(text));
}
