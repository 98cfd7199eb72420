import type { CsvFormat } from '../mapping/mapping.js';
import type { HeaderFault } from './csvParser.js';
import { codePoint, SourceNames } from './sourceNames.js';

const HEADER_FAULTS: Readonly<Record<HeaderFault, string>> = {
  'runs-on': 'A quote that opens in its first line does not close there.',
  'text-after-quote': 'Text stands after a closing quote in its first line.',
  'too-long': 'Its first line does not end within 262,144 characters.',
};

const DELIMITERS = [',', ';', '\t', '|', ':'];
const MOST_TITLE_LINES = 20;

/**
 * What is wrong with the beginning of a text whose first line names no columns, or not all. It is told in fixed sentences, line
 * numbers and code points alone, for the text may be about somebody.
 */
export function explainFirstLine(
  head: string,
  format: CsvFormat,
  needed: readonly string[],
  fault: HeaderFault | undefined,
): string {
  const lines = head.split(/\r\n|\r|\n/, MOST_TITLE_LINES);
  const first = lines[0]!;
  if (/^"?sep=/i.test(first))
    return 'Its first line is a "sep=" line, as spreadsheets write it. Remove that line.';
  if (/^\s*(?:\{|\[\s*[[{"])/.test(head)) return 'It looks like JSON. Export it as CSV or Parquet.';
  if (/^\s*</.test(head)) return 'It looks like XML or HTML. Export it as CSV or Parquet.';
  const named = (line: string, delimiter: string) => columnsNamed(line, delimiter, format.quote, needed);
  const there = named(first, format.delimiter);
  const line = lines.findIndex(
    (text) => named(text, format.delimiter) > Math.max(there, (needed.length - 1) / 2),
  );
  if (line > 0) return `The names stand in line ${line + 1}. Remove the lines before it.`;
  const delimiter = DELIMITERS.find((other) => named(first, other) > there);
  if (delimiter !== undefined)
    return `Its names are separated by ${codePoint(delimiter)}, not by ${codePoint(format.delimiter)}. Correct the delimiter in mapping.yaml.`;
  if (fault) return HEADER_FAULTS[fault];
  if (first.includes('\uFFFD'))
    return `Its first line has bytes that are none in ${format.encoding}. Correct the encoding in mapping.yaml.`;
  return 'Expected a line of column names. If it is there, correct the names in mapping.yaml.';
}

/** How many of the columns that are looked for a line names. */
function columnsNamed(line: string, delimiter: string, quote: string, needed: readonly string[]): number {
  const names = new SourceNames(line.split(delimiter).map((name) => name.replaceAll(quote, '')));
  return needed.filter((column) => names.positionsOf(column).length > 0).length;
}
