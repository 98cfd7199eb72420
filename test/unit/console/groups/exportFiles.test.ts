import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { csvForm, inertText, writeCsv, writeWorkbook } from '../../../../console/src/groups/exportFiles.js';
import type { PublishedTable } from '../../../../console/src/groups/publishedTable.js';

const table: PublishedTable = {
  title: 'Members of the group',
  columns: [
    { label: 'District', kind: 'text' },
    { label: 'People', kind: 'people' },
    { label: 'Share', kind: 'share' },
  ],
  rows: [
    ['Leppävaara; "centre"', 120, 0.125],
    ['=HYPERLINK("http://example.test")', null, null],
  ],
};
const facts = [
  ['Group', 'born between 2004 and 2010'],
  ['Note', '@SUM(A1)'],
] as const;

/** The parts of a workbook by name: a ZIP file with a central directory. */
function partsOf(workbook: Buffer): ReadonlyMap<string, string> {
  const end = workbook.lastIndexOf('PK\u0005\u0006');
  const parts = new Map<string, string>();
  let at = workbook.readUInt32LE(end + 16);
  for (let entry = workbook.readUInt16LE(end + 10); entry > 0; entry--) {
    const [method, packed] = [workbook.readUInt16LE(at + 10), workbook.readUInt32LE(at + 20)];
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => workbook.readUInt16LE(at + offset));
    const start = workbook.readUInt32LE(at + 42);
    const name = workbook.toString('utf8', at + 46, at + 46 + nameLength!);
    const data = start + 30 + workbook.readUInt16LE(start + 26) + workbook.readUInt16LE(start + 28);
    const content = workbook.subarray(data, data + packed);
    parts.set(name, (method === 0 ? content : inflateRawSync(content)).toString('utf8'));
    at += 46 + nameLength! + extra! + comment!;
  }
  return parts;
}

describe('a CSV file', () => {
  it('holds what was published, with empty cells for suppressed numbers, and the facts', () => {
    expect(writeCsv([table], facts, csvForm('en'))).toBe(
      '\uFEFF"District","People","Share"\r\n' +
        '"Leppävaara; ""centre""",120,0.125\r\n' +
        '"\'=HYPERLINK(""http://example.test"")",,\r\n' +
        '\r\n' +
        '"Group","born between 2004 and 2010"\r\n' +
        '"Note","\'@SUM(A1)"\r\n',
    );
  });

  it('is written for spreadsheets in Finnish and Swedish with semicolons and decimal commas', () => {
    for (const language of ['fi', 'sv'])
      expect(writeCsv([table], facts, csvForm(language))).toContain('"Leppävaara; ""centre""";120;0,125\r\n');
  });

  it('has no cell that a spreadsheet runs as a formula, whatever the texts are', () => {
    const begin = fc.constantFrom(
      '=',
      '+',
      '-',
      '@',
      '\t',
      '\r',
      '\n',
      ' =',
      '＝',
      '|',
      '%',
      '"',
      ';',
      ',',
      '',
    );
    const text = fc.tuple(begin, fc.string()).map(([first, rest]) => `${first}${rest}`);
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (row) => {
        const made: PublishedTable = {
          title: 'T',
          columns: row.map((label) => ({ label, kind: 'text' })),
          rows: [row],
        };
        for (const language of ['en', 'fi']) {
          const csv = writeCsv([made], [], csvForm(language)).slice(1);
          const cells = [...csv.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell]) => cell!.replaceAll('""', '"'));
          expect(cells).toEqual([...row, ...row].map(inertText));
          expect(cells.filter((cell) => /^\s*[=+\-@\t\r]/.test(cell))).toEqual([]);
        }
      }),
    );
  });
});

describe('a workbook', () => {
  it('has a sheet for each table and one with the facts, numbers as numbers, and no formula', async () => {
    const blob = await writeWorkbook([table], facts, 'About these numbers');
    const parts = partsOf(Buffer.from(await blob.arrayBuffer()));
    const book = parts.get('xl/workbook.xml')!;
    expect([...book.matchAll(/<sheet [^>]*name="([^"]+)"/g)].map(([, name]) => name)).toEqual([
      'Members of the group',
      'About these numbers',
    ]);
    const sheets = [...parts].filter(([name]) => name.startsWith('xl/worksheets/sheet'));
    expect(sheets.map(([, xml]) => xml).join('')).not.toMatch(/<f[ >]/);
    const [[, first]] = sheets as [[string, string]];
    expect(first).toContain('<v>120</v>');
    expect(first).toContain('<v>0.125</v>');
    const texts = [...parts.values()].join('');
    expect(texts).toContain('born between 2004 and 2010');
    expect(texts).toContain('Leppävaara');
  });

  it('names sheets as workbooks allow', async () => {
    const long = { ...table, title: 'A/very:long*title that is [longer] than a sheet may be named' };
    const blob = await writeWorkbook([long, long], facts, 'Facts');
    const book = partsOf(Buffer.from(await blob.arrayBuffer())).get('xl/workbook.xml')!;
    const names = [...book.matchAll(/<sheet [^>]*name="([^"]+)"/g)].map(([, name]) => name!);
    expect(new Set(names).size).toBe(3);
    expect(names.every((name) => name.length <= 31 && !/[\\/?*[\]:]/.test(name))).toBe(true);
  });
});
