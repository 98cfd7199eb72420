import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CsvFormat } from '../../../subgraphs/registry/extraction/mapping/mapping.js';
import { CsvParser } from '../../../subgraphs/registry/extraction/source/csvParser.js';

const COMMA: CsvFormat = { type: 'csv', delimiter: ',', quote: '"', encoding: 'utf-8' };

/** Reads pieces of text; gives the rows by number, and the numbers of malformed rows. */
function read(pieces: readonly string[], columns?: readonly string[], format = COMMA) {
  const parser = new CsvParser(format);
  const rows = new Map<number, string[]>();
  const malformed: number[] = [];
  const wronglyEncoded: number[] = [];
  let selected = false;
  [...pieces, ''].forEach((piece, index) => {
    const last = index === pieces.length;
    parser.push(piece, last);
    if (!parser.header) return;
    if (!selected) parser.select(columns ?? parser.header);
    selected = true;
    const batch = parser.take(last);
    batch.rowNumbers.forEach((number, at) =>
      rows.set(
        number,
        batch.columns.map((column) => column[at]!),
      ),
    );
    malformed.push(...batch.malformed);
    wronglyEncoded.push(...batch.wronglyEncoded);
  });
  return { header: parser.header, rows: [...rows], malformed, wronglyEncoded };
}

const write = (field: string, quoted: boolean) =>
  quoted || /[",\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;

describe('the CSV parser', () => {
  it('reads back whatever was written by RFC 4180, in pieces of any size', () => {
    const field = fc.string({
      unit: fc.constantFrom('a', 'ä', '"', ',', '\n', '\r', ' ', '1'),
      maxLength: 6,
    });
    const row = fc.tuple(field, field, field);
    const newline = fc.constantFrom('\n', '\r\n');
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 12 }),
        newline,
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        (rows, end, quoted, closed, size) => {
          const lines = [['x', 'y', 'z'], ...rows].map((fields) =>
            fields.map((value) => write(value, quoted)).join(','),
          );
          const text = lines.join(end) + (closed ? end : '');
          const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
          const expected = rows.map((fields, index) => [index + 1, fields]);
          expect(read(pieces)).toEqual({
            header: ['x', 'y', 'z'],
            rows: expected,
            malformed: [],
            wronglyEncoded: [],
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives the columns asked for, in the order asked for', () => {
    expect(read(['a,b,c\n1,2,3\n'], ['c', 'a']).rows).toEqual([[1, ['3', '1']]]);
  });

  it('takes other delimiters and quotes', () => {
    const format = { ...COMMA, delimiter: ';', quote: "'" };
    expect(read(["a;b\n'1;''x';2,5\n"], undefined, format).rows).toEqual([[1, ["1;'x", '2,5']]]);
  });

  it('counts rows with too few or too many fields and reads on', () => {
    const { rows, malformed } = read(['a,b\n1,2\n3\n4,5,6\n7,8\n']);
    expect(rows.map(([number]) => number)).toEqual([1, 4]);
    expect(malformed).toEqual([2, 3]);
  });

  it('counts a row with text after a closing quote and reads on', () => {
    const { rows, malformed } = read(['a,b\n"1"x,2\n3,4\n']);
    expect(rows).toEqual([[2, ['3', '4']]]);
    expect(malformed).toEqual([1]);
  });

  it('takes a quote within an unquoted field for what it is', () => {
    expect(read(['a,b\n5" pipe,2\n']).rows).toEqual([[1, ['5" pipe', '2']]]);
  });

  it('loses one line only where a quote never closes', () => {
    const rest = Array.from({ length: 60_000 }, (_, row) => `${row},x\n`).join('');
    const { rows, malformed } = read(['a,b\n', '"open,1\n', rest.slice(0, 5000), rest.slice(5000)]);
    expect(malformed).toEqual([1]);
    expect(rows).toHaveLength(60_000);
    expect(rows[0]).toEqual([2, ['0', 'x']]);
  });

  it('loses one line only where a quote closes on a later one', () => {
    const { rows, malformed } = read(['a,b,c\n1,"open,x\n2,"good",y\n3,z,z\n']);
    expect(malformed).toEqual([1]);
    expect(rows).toEqual([
      [2, ['2', 'good', 'y']],
      [3, ['3', 'z', 'z']],
    ]);
  });

  it.each([
    ['without a line break', 'x'.repeat(10_000_000)],
    ['in quotes, that close', `"${'x'.repeat(10_000_000)}"`],
    ['that never close', `"${'x'.repeat(10_000_000)}`],
    ['with a row in it, were it cut there', `${'x'.repeat(5_000_000)},y`.repeat(2)],
  ])('counts a row of ten megabytes once, %s, in pieces of any size', (_what, huge) => {
    const text = `a,b\n1,2\n${huge},3\n4,5\n`;
    for (const size of [1_000, 131_072, 700_000, 40_000_000]) {
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, piece) =>
        text.slice(piece * size, (piece + 1) * size),
      );
      const { rows, malformed } = read(pieces);
      expect(malformed).toEqual([2]);
      expect(rows).toEqual([
        [1, ['1', '2']],
        [3, ['4', '5']],
      ]);
    }
  });

  it('tells rows with bytes that are none in the encoding from those that are malformed', () => {
    const { rows, malformed, wronglyEncoded } = read(['a,b\n1,\uFFFD\n2,x\n3\n\uFFFD\n4,', 'y\n5,\uFFFD']);
    expect(rows.map(([number]) => number)).toEqual([2, 5]);
    expect([malformed, wronglyEncoded]).toEqual([[3], [1, 4, 6]]);
  });

  it('does not gather a file behind a quote that never closes in its header', () => {
    const { header } = read(['"a,b\n', ...Array.from({ length: 40 }, () => `${'x'.repeat(9_999)}\n`)]);
    expect(header).toEqual([]);
  });

  it('takes line ends of both kinds in one file', () => {
    expect(read(['a,b\n1,2\r\n3,"4"\r\n5,6\n']).rows).toEqual([
      [1, ['1', '2']],
      [2, ['3', '4']],
      [3, ['5', '6']],
    ]);
  });

  it('takes empty lines for no rows', () => {
    expect(read(['a,b\n\n1,2\n\r\n3,4\n\n']).rows.map(([number]) => number)).toEqual([1, 2]);
  });

  it('finds no columns in an empty file, and no rows below a bare header', () => {
    expect(read([]).header).toEqual(['']);
    expect(read(['a,b'])).toMatchObject({ header: ['a', 'b'], rows: [], malformed: [] });
  });
});
