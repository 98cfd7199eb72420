import { holdsIdentityCode } from '../../schema/identityCodeText.js';
import { mayBeCode } from '../extraction/rows/codeDictionary.js';
import { PARTIAL_DATE } from '../extraction/rows/cellReader.js';
import { dateParser, parseNumber } from '../extraction/rows/parseValues.js';
import { type Sample, SAMPLE_ROWS } from './sample.js';

/**
 * What the values of a column look like:
 * - `identity`: Finnish identity codes;
 * - `day`, or `partial-day` if some dates lack their day or month;
 * - `number`, `code` (a short word with a digit), `word` (one of a few short words);
 * - `text`: anything else, names and free text among it; `empty`: nothing.
 */
export type ValueKind = 'identity' | 'day' | 'partial-day' | 'number' | 'code' | 'word' | 'text' | 'empty';

export interface ColumnProfile {
  readonly name: string;
  readonly kind: ValueKind;
  readonly rows: number;
  readonly filled: number;
  /** How many rows have each value; never printed. */
  readonly counts: ReadonlyMap<string, number>;
  /** The date format of a column of days. */
  readonly dates: string | undefined;
  /** The decimal sign of a column of numbers. */
  readonly decimal: '.' | ',' | undefined;
}

/** Date formats in the order in which they are tried. */
const FORMATS = [
  'iso',
  'iso-time',
  'dd.mm.yyyy',
  'dd.mm.yyyy hh:mm',
  'dd/mm/yyyy',
  'mm/dd/yyyy',
  'dd-mm-yyyy',
  'mm-dd-yyyy',
  'yyyymmdd',
  'yyyy-mm',
];
/** The share of values that a guess must explain; some rows of every export are wrong. */
const MOST = 0.98;
/** A column of words with more values than this is no list of codes. */
export const LONGEST_LIST = 60;
/** Words such that a column of them is a number, even if all of its numbers are whole. */
const NUMBER_NAME =
  /(amount|cost|charge|price|hours|days|minutes|count|score|summa|euro|tunn|paiv(?:ia|at)|maara|lkm)/i;

/** Looks at the first rows of a source, and says what each column holds. */
export async function profileColumns(sample: Sample): Promise<readonly ColumnProfile[]> {
  const counts = sample.columns.map(() => new Map<string, number>());
  let rows = 0;
  for await (const batch of sample.rows()) {
    batch.forEach((texts, index) => {
      const seen = counts[index]!;
      for (const text of texts) {
        const value = text.trim();
        seen.set(value, (seen.get(value) ?? 0) + 1);
      }
    });
    rows += batch[0]?.length ?? 0;
    if (rows >= SAMPLE_ROWS) break;
  }
  return sample.columns.map((name, index) => profileOf(name, rows, counts[index]!));
}

function profileOf(name: string, rows: number, counts: Map<string, number>): ColumnProfile {
  const filled = rows - (counts.get('') ?? 0);
  counts.delete('');
  const share = (holds: (value: string) => boolean): number => {
    let held = 0;
    for (const [value, count] of counts) if (holds(value)) held += count;
    return held / filled;
  };
  const profile = (kind: ValueKind, more: Partial<ColumnProfile> = {}): ColumnProfile => ({
    name,
    kind,
    rows,
    filled,
    counts,
    dates: undefined,
    decimal: undefined,
    ...more,
  });
  if (filled === 0) return profile('empty');
  const codes = share(holdsIdentityCode);
  if (codes > 0) return profile(codes > 0.5 ? 'identity' : 'text');
  const dates = FORMATS.find((format) => {
    const parse = dateParser(format);
    return share((value) => parse(value) !== undefined) >= MOST;
  });
  if (dates !== undefined) return profile('day', { dates });
  // A column of years alone would as well be one of numbers.
  const partial = ['iso', 'iso-time'].find((format) => {
    const parse = dateParser(format);
    return share((value) => PARTIAL_DATE.test(value) || parse(value) !== undefined) >= MOST;
  });
  if (partial !== undefined && share((value) => value.includes('-')) > 0)
    return profile('partial-day', { dates: partial });
  const decimal = ([undefined, ',', '.'] as const).find(
    (sign) => share((value) => parseNumber(value, sign) !== undefined) >= MOST,
  );
  const isNumber =
    decimal !== undefined || share((value) => parseNumber(value, undefined) !== undefined) >= MOST;
  const hasFraction = [...counts.keys()].some((value) => /[.,]\d/.test(value));
  if (isNumber && (hasFraction || NUMBER_NAME.test(name))) return profile('number', { decimal });
  if (share(mayBeCode) < MOST) return profile('text');
  if (share((value) => /\p{Nd}/u.test(value)) >= MOST) return profile('code');
  return profile(counts.size <= LONGEST_LIST ? 'word' : 'text');
}
