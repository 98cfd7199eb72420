import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { writeDurably } from '../../lib/durableFile.js';
import type { ProcessFigures } from './measuredProcess.js';

/** Time and memory of reading paths, medians. */
export interface PathFigures {
  readonly contactsAPerson: number;
  readonly batches: readonly {
    readonly persons: number;
    /** Paths of all persons of the batch from the columns, enforced and merged into steps. */
    readonly columnsMs: number;
    /** The same persons' contacts by DuckDB from the snapshot's files: read, not merged or returned. */
    readonly duckdbMs: number;
  }[];
}

/** Figures of a city of one size. */
export interface CityFigures {
  readonly persons: number;
  readonly contacts: number;
  readonly rows: number;
  readonly exportBytes: number;
  readonly dataBytes: number;
  readonly generation: ProcessFigures;
  readonly extraction: ProcessFigures;
  readonly serving: ProcessFigures;
  readonly paths: PathFigures;
}

/** A country such as Finland. */
const COUNTRY = 5_500_000;

interface Row {
  readonly what: string;
  readonly unit: string;
  readonly digits: number;
  readonly of: (figures: CityFigures) => number;
}

const GB = 1e9;
const batch = (size: number) => (figures: CityFigures) =>
  figures.paths.batches.find(({ persons }) => persons === size)!;

const rows: readonly Row[] = [
  { what: 'contacts', unit: 'M', digits: 1, of: ({ contacts }) => contacts / 1e6 },
  { what: 'exports', unit: 'GB', digits: 2, of: ({ exportBytes }) => exportBytes / GB },
  { what: 'generation', unit: 's', digits: 0, of: ({ generation }) => generation.seconds },
  { what: '- peak memory', unit: 'GB', digits: 2, of: ({ generation }) => generation.peakBytes / GB },
  { what: 'extraction of all', unit: 's', digits: 0, of: ({ extraction }) => extraction.seconds },
  { what: '- peak memory', unit: 'GB', digits: 2, of: ({ extraction }) => extraction.peakBytes / GB },
  { what: 'data directory', unit: 'GB', digits: 2, of: ({ dataBytes }) => dataBytes / GB },
  { what: 'serving all, ready in', unit: 's', digits: 1, of: ({ serving }) => serving.seconds },
  { what: '- resident memory', unit: 'GB', digits: 2, of: ({ serving }) => serving.residentBytes / GB },
  { what: '- peak memory', unit: 'GB', digits: 2, of: ({ serving }) => serving.peakBytes / GB },
  { what: 'path of one person', unit: 'us', digits: 1, of: (f) => batch(1)(f).columnsMs * 1000 },
  { what: '- DuckDB, times that', unit: '', digits: 0, of: (f) => ratio(batch(1)(f)) },
  { what: 'paths of 30', unit: 'ms', digits: 2, of: (f) => batch(30)(f).columnsMs },
  { what: '- DuckDB, times that', unit: '', digits: 1, of: (f) => ratio(batch(30)(f)) },
  { what: 'paths of 1000', unit: 'ms', digits: 1, of: (f) => batch(1000)(f).columnsMs },
  { what: '- DuckDB, times that', unit: '', digits: 1, of: (f) => ratio(batch(1000)(f)) },
];

function ratio({ columnsMs, duckdbMs }: PathFigures['batches'][number]): number {
  return duckdbMs / columnsMs;
}

/**
 * A Markdown table: a column for each size, the growth of each figure, and the extrapolation to a country.
 */
export function printTable(figures: readonly CityFigures[]): string {
  const [first, last] = [figures[0]!, figures.at(-1)!];
  const grows = last.persons > first.persons;
  const table = [
    [
      'people',
      ...figures.map(({ persons }) => persons.toLocaleString('en')),
      ...(grows ? ['grows as people^', COUNTRY.toLocaleString('en')] : []),
    ],
    ...rows.map(({ what, unit, digits, of }) => {
      const text = (value: number) => `${value.toFixed(digits)}${unit && ` ${unit}`}`;
      const power = Math.log(of(last) / of(first)) / Math.log(last.persons / first.persons);
      const country = of(last) * (COUNTRY / last.persons) ** power;
      return [
        what,
        ...figures.map((one) => text(of(one))),
        ...(grows ? [power.toFixed(2), text(country)] : []),
      ];
    }),
  ];
  const [head, ...body] = table.map((cells) => `| ${cells.join(' | ')} |`);
  const rule = `| ${table[0]!.map((_, column) => (column === 0 ? '---' : '--:')).join(' | ')} |`;
  return (
    [head, rule, ...body].join('\n') + `\n\n${availableParallelism()} cores, Node ${process.versions.node}.`
  );
}

const [BEGIN, END] = ['<!-- npm run bench:city writes from here -->', '<!-- to here -->'];

/** Replaces the text between the marks of a page. */
export async function quoteIn(page: string, table: string): Promise<void> {
  const [before, rest] = (await readFile(page, 'utf8')).split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${page} has no place for the table.`);
  await writeDurably(page, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
}
