import type { PublishedTable, PublishedValue } from './publishedTable.js';

/** Facts about an answer, for the end of a file: what each is called, and what it is. */
export type FileFacts = readonly (readonly [name: string, value: string])[];

/** How a spreadsheet of the user's language reads a CSV file. */
interface CsvForm {
  readonly separator: ',' | ';';
  readonly decimal: '.' | ',';
}

/** Spreadsheets in Finnish and Swedish expect semicolons between cells: the comma is for decimals. */
export function csvForm(language: string): CsvForm {
  return language === 'en' ? { separator: ',', decimal: '.' } : { separator: ';', decimal: ',' };
}

/**
 * Characters with which a spreadsheet takes a text for a formula (OWASP, CSV Injection), also in full
 * width.
 */
const FORMULA = /^[\s]*[=+\-@\t\r\n＝＋－＠|%]/u;

/** A text that no spreadsheet runs as a formula. */
export function inertText(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/**
 * Writes tables as CSV (RFC 4180) in UTF-8 with a byte order mark. Suppressed numbers are empty cells. The
 * facts follow after an empty line.
 */
export function writeCsv(tables: readonly PublishedTable[], facts: FileFacts, form: CsvForm): string {
  const line = (values: readonly PublishedValue[]): string =>
    values.map((value) => csvCell(value, form)).join(form.separator);
  const blocks = tables.map(({ title, columns, rows }) =>
    [
      ...(tables.length > 1 ? [line([title])] : []),
      line(columns.map(({ label }) => label)),
      ...rows.map(line),
    ].join('\r\n'),
  );
  return `\uFEFF${[...blocks, facts.map(line).join('\r\n')].join('\r\n\r\n')}\r\n`;
}

function csvCell(value: PublishedValue, { decimal }: CsvForm): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value).replace('.', decimal);
  // Every text is quoted, so that neither separators nor quotes begin a new cell.
  return `"${inertText(value).replaceAll('"', '""')}"`;
}

/** A sheet holds at most 31 characters in its name, and none of these. */
function sheetName(title: string, taken: ReadonlySet<string>): string {
  const plain = title.replace(/[\\/?*[\]:']/g, ' ').slice(0, 28);
  return taken.has(plain) ? `${plain} ${taken.size + 1}` : plain;
}

/**
 * Writes tables as a workbook (Office Open XML): a sheet for each table, and one with the facts. Texts are
 * typed as texts, so none is a formula.
 */
export async function writeWorkbook(
  tables: readonly PublishedTable[],
  facts: FileFacts,
  factsTitle: string,
): Promise<Blob> {
  const { default: writeExcelFile } = await import('write-excel-file/universal');
  const taken = new Set<string>();
  const name = (title: string): string => {
    const found = sheetName(title, taken);
    taken.add(found);
    return found;
  };
  const heading = (value: string) => ({ value: inertText(value), type: String, fontWeight: 'bold' as const });
  const sheets = tables.map(({ title, columns, rows }) => ({
    sheet: name(title),
    columns: columns.map(({ kind }) => ({ width: kind === 'text' ? 36 : 16 })),
    data: [
      columns.map(({ label }) => heading(label)),
      ...rows.map((row) => row.map((value, at) => workbookCell(value, columns[at]?.kind))),
    ],
  }));
  const about = {
    sheet: name(factsTitle),
    columns: [{ width: 28 }, { width: 100 }],
    data: facts.map(([fact, value]) => [
      heading(fact),
      { value: inertText(value), type: String, wrap: true },
    ]),
  };
  return writeExcelFile([...sheets, about]).toBlob();
}

function workbookCell(value: PublishedValue, kind: string | undefined) {
  if (value === null) return null;
  if (typeof value === 'string') return { value: inertText(value), type: String };
  return { value, type: Number, ...(kind === 'share' && { format: '0.0 %' }) };
}
