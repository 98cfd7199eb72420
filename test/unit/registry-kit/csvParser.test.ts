/**
 * @property extraction/lost-quotes A lost quote never hides rows.
 * @enforcedBy registry-kit/extraction/source/files/csvParser.ts
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CsvFormat } from '../../../registry-kit/extraction/mapping/mapping.js';
import { CsvParser } from '../../../registry-kit/extraction/source/files/csvParser.js';

const COMMA: CsvFormat = { type: 'csv', delimiter: ',', quote: '"', encoding: 'utf-8' };

/** Reads pieces of text; returns the rows by number, and the numbers of malformed rows. */
function read(pieces: readonly string[], columns?: readonly string[], format = COMMA, key?: string) {
  const parser = new CsvParser(format);
  const rows = new Map<number, string[]>();
  const malformed: number[] = [];
  const wronglyEncoded: number[] = [];
  const loneQuotes: number[] = [];
  let selected = false;
  [...pieces, ''].forEach((piece, index) => {
    const last = index === pieces.length;
    parser.push(piece, last);
    if (!parser.header) return;
    if (!selected) parser.select(columns ?? parser.header, key);
    selected = true;
    const batch = parser.takeRows(last);
    batch.rowNumbers.forEach((number, at) =>
      rows.set(
        number,
        batch.columns.map((column) => column[at]!),
      ),
    );
    for (const { row, reason } of batch.rejected) {
      if (reason === 'wrong-encoding') wronglyEncoded.push(row);
      else malformed.push(row);
      if (reason === 'lone-quote') loneQuotes.push(row);
    }
  });
  return { header: parser.header, rows: [...rows], malformed, wronglyEncoded, loneQuotes };
}

const write = (field: string, quoted: boolean) =>
  quoted || /[",\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;

describe('the CSV parser', () => {
  it('reads back all that was written by RFC 4180, in pieces of any size', () => {
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
            loneQuotes: [],
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('returns the requested columns, in the requested order', () => {
    expect(read(['a,b,c\n1,2,3\n'], ['c', 'a']).rows).toEqual([[1, ['3', '1']]]);
  });

  it('accepts other delimiters and quotes', () => {
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

  it('treats a quote within an unquoted field as text', () => {
    expect(read(['a,b\n5" pipe,2\n']).rows).toEqual([[1, ['5" pipe', '2']]]);
  });

  it('loses only one line when a quote never closes', () => {
    const rest = Array.from({ length: 60_000 }, (_, row) => `${row},x\n`).join('');
    const { rows, malformed } = read(['a,b\n', '"open,1\n', rest.slice(0, 5000), rest.slice(5000)]);
    expect(malformed).toEqual([1]);
    expect(rows).toHaveLength(60_000);
    expect(rows[0]).toEqual([2, ['0', 'x']]);
  });

  it('loses only one line when a quote closes on a later line', () => {
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

  it('distinguishes rows with invalid bytes from malformed rows', () => {
    const { rows, malformed, wronglyEncoded } = read(['a,b\n1,\uFFFD\n2,x\n3\n\uFFFD\n4,', 'y\n5,\uFFFD']);
    expect(rows.map(([number]) => number)).toEqual([2, 5]);
    expect([malformed, wronglyEncoded]).toEqual([[3], [1, 4, 6]]);
  });

  it('does not buffer a file after a quote that never closes in its header', () => {
    const { header } = read(['"a,b\n', ...Array.from({ length: 40 }, () => `${'x'.repeat(9_999)}\n`)]);
    expect(header).toEqual([]);
  });

  it('accepts line ends of both kinds in one file', () => {
    expect(read(['a,b\n1,2\r\n3,"4"\r\n5,6\n']).rows).toEqual([
      [1, ['1', '2']],
      [2, ['3', '4']],
      [3, ['5', '6']],
    ]);
  });

  it('ignores empty lines', () => {
    expect(read(['a,b\n\n1,2\n\r\n3,4\n\n']).rows.map(([number]) => number)).toEqual([1, 2]);
  });

  it('finds no columns in an empty file, and no rows after a header alone', () => {
    expect(read([]).header).toEqual(['']);
    expect(read(['a,b'])).toMatchObject({ header: ['a', 'b'], rows: [], malformed: [] });
  });
});

describe('rows of a CSV file', () => {
  /** Reads text with a key, in pieces of several sizes; all must have the same result. */
  function readAll(text: string, key: string) {
    const results = [1, 7, 1000, 2 ** 17, 2 ** 20].map((size) => {
      if (size < 1000 && text.length > 10_000) return undefined;
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      return JSON.stringify(read(pieces, undefined, COMMA, key));
    });
    const different = new Set(results.filter((result) => result !== undefined));
    expect(different.size).toBe(1);
    return JSON.parse([...different][0]!) as ReturnType<typeof read>;
  }
  const rowsIn = ({ rows, malformed, wronglyEncoded }: ReturnType<typeof read>) =>
    rows.length + malformed.length + wronglyEncoded.length;

  it.each([
    ['on neighbouring lines', 'K1,"x,1\nK2,y",2\nK3,z,3\nK4,w,4\n', [1, 2], 4],
    ['at the end of two lines with one between', 'K1,x,"1\nK2,y,2\nK3,z,"\nK4,w,4\n', [1, 2, 3], 4],
    ['in the second field, with rows between', 'K1,"x,1\nK2,y,2\nK3,y,2\nK4,z",3\nK5,w,4\n', [1, 2, 3, 4], 5],
    ['around a delimiter that lost its own', 'K1,"a,b,2\nK2,y,2\nK3,c,d",4\nK4,w,4\n', [1, 2, 3], 4],
    ['where the second opens a field', 'K1,"x,1\nK2,y,2\nK3,"z,3\nK4,w,4\n', [1, 3], 4],
    ['that the file ends with', 'K1,"x,1\nK2,y,2\nK3,z,3\n', [1], 3],
    ['on lines that end with CRLF', 'K1,"x,1\r\nK2,y",2\r\nK3,z,3\r\n', [1, 2], 3],
  ])('X22: are all accepted or rejected when quotes are unpaired, %s', (_where, body, loneQuotes, count) => {
    const result = readAll(`id,name,n\n${body}`, 'id');
    expect(result.loneQuotes).toEqual(loneQuotes);
    expect(rowsIn(result)).toBe(count);
  });

  it.each([
    ['a text of several lines', 'K1,"first line\nsecond line",1\n'],
    ['a text with delimiters', 'K1,"first, line\nsecond, line, third",1\n'],
    [
      'a text in the last field, with as many fields as a row',
      'K1,x,"Soita,\n040 123 4567, ja\nsovi, aika, pian"\n',
    ],
    ['a doubled quote', 'K1,"he said ""x\ny"" to her",1\n'],
  ])('X22: may hold %s', (_what, body) => {
    const result = readAll(`id,name,n\n${body}K2,x,2\n`, 'id');
    expect(result.malformed).toEqual([]);
    expect(result.rows).toHaveLength(2);
  });

  it.each([
    ['in the middle', (text: string) => `K1,"${text}",1\n`],
    ['at the end', (text: string) => `K1,1,"${text}"\n`],
    ['that is followed by another text', (text: string) => `K1,"${text}","other\ntext"\n`],
    ['that never closes', (text: string) => `K1,"${text},1\n`],
  ])('X21: are one when a field of 300 KiB has line breaks, %s', (_where, row) => {
    const result = readAll(`id,name,n\nK0,x,0\n${row('a\n'.repeat(150_000))}K2,x,2\n`, 'id');
    expect(result.malformed).toEqual([2]);
    expect(result.rows.map(([number]) => number)).toEqual([1, 3]);
  });

  it('X21: are found again after an unpaired quote, however many follow', () => {
    const rest = Array.from({ length: 60_000 }, (_, row) => `K${row},x,1\n`).join('');
    const result = readAll(`id,name,n\nA1,"open,1\n${rest}`, 'id');
    expect(result.loneQuotes).toEqual([1]);
    expect(result.rows).toHaveLength(60_000);
  });

  it.each([
    [
      'CR',
      'a,b\r1,2\r3,"4\r5"\r\r6,7',
      [
        [1, ['1', '2']],
        [2, ['3', '4\r5']],
        [3, ['6', '7']],
      ],
    ],
    [
      'CR, and some with CRLF or LF',
      'a,b\r1,2\r\n3,4\n5,6\r',
      [
        [1, ['1', '2']],
        [2, ['3', '4']],
        [3, ['5', '6']],
      ],
    ],
    ['CRLF, with CR in a field', 'a,b\r\n1,x\ry\r\n', [[1, ['1', 'x\ry']]]],
  ])('X01: end with %s', (_end, text, rows) => {
    const result = readAll(text, 'a');
    expect(result.header).toEqual(['a', 'b']);
    expect(result.rows).toEqual(rows);
    expect(result.malformed).toEqual([]);
  });

  it.each([
    ['runs-on', 'a,"b\n1,2"\n3,4\n'],
    ['runs-on', '"a,b\n1,2\n'],
    ['text-after-quote', '"a"x,b\n1,2\n'],
    ['too-long', `a,${'b'.repeat(300_000)}\n1,2\n`],
  ])('X01: have no names when the first line is no header: %s', (fault, text) => {
    const parser = new CsvParser(COMMA);
    parser.push(text, true);
    expect([parser.header, parser.headerFault]).toEqual([[], fault]);
  });

  it('X22: are all accepted or rejected, whatever quotes are missing', () => {
    const line = fc.tuple(fc.boolean(), fc.boolean(), fc.constantFrom('x', 'x y', ''), fc.boolean());
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 30 }), (lines) => {
        const rows = lines.map(
          ([opens, closes, name, last], row) =>
            `K${row},${last ? '1,' : ''}${opens ? '"' : ''}${name}${closes ? '"' : ''}${last ? '' : ',1'}`,
        );
        expect(rowsIn(readAll(`id,name,n\n${rows.join('\n')}\n`, 'id'))).toBe(lines.length);
      }),
      { numRuns: 100 },
    );
  });
});
