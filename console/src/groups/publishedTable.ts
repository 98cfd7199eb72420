import type { TFunction } from 'i18next';
import type { Coding } from '../texts/coding.js';
import type { Asked, AskedOf, TableDimension } from './question.js';
import {
  type AnyResult,
  cellFields,
  characteristicDimension,
  type ComparedItem,
  type TableCell,
  type UsedService,
} from './results.js';

/** A column of numbers or of text. */
export interface PublishedColumn {
  readonly label: string;
  /** text; people: a count, null if suppressed; share: 0 to 1; plain: any other number */
  readonly kind: 'text' | 'people' | 'share' | 'plain';
}

export type PublishedValue = string | number | null;

/** Numbers as they were published: what tables on the page and files contain. */
export interface PublishedTable {
  readonly title: string;
  readonly columns: readonly PublishedColumn[];
  readonly rows: readonly (readonly PublishedValue[])[];
}

/** The names that tables use. */
export interface ResultNames {
  readonly t: TFunction<'groups'>;
  readonly service: (used: UsedService) => string;
  readonly sector: (sector: string | null) => string;
  /** The name of a category of a dimension, or of a characteristic. */
  readonly category: (dimension: TableDimension, category: Coding | string | number) => string;
}

/** The tables of an answer. They contain exactly what was published, and nothing that was computed here. */
export function publishedTables(
  asked: Asked,
  answer: AnyResult,
  names: ResultNames,
): readonly PublishedTable[] {
  const { t } = names;
  const people = { label: t('column.people'), kind: 'people' } as const;
  const text = (label: string): PublishedColumn => ({ label, kind: 'text' });
  switch (answer.kind) {
    case 'size':
      return [{ title: t('result.size'), columns: [people], rows: [[answer.result.count]] }];
    case 'table':
      return [groupTable(asked as AskedOf<'table'>, answer.result.cells ?? [], names)];
    case 'serviceUse': {
      const rows = answer.result.rows ?? [];
      const byYear = rows.some(({ year }) => year !== null);
      return [
        {
          title: t('result.serviceUse'),
          columns: [
            ...(byYear ? [text(t('column.year'))] : []),
            text(t('column.sector')),
            text(t('column.service')),
            people,
          ],
          rows: rows.map((row) => [
            ...(byYear ? [String(row.year)] : []),
            names.sector(row.sector),
            names.service(row),
            row.persons,
          ]),
        },
      ];
    }
    case 'commonPaths': {
      const { paths, transitions } = answer.result;
      return [
        {
          title: t('result.paths'),
          columns: [text(t('column.path')), people, { label: t('column.share'), kind: 'share' }],
          rows: (paths ?? []).map(({ steps, persons, share }) => [
            steps.length === 0 ? t('noContact') : steps.map(names.service).join(' → '),
            persons,
            share,
          ]),
        },
        {
          title: t('result.transitions'),
          columns: [
            { label: t('column.step'), kind: 'plain' },
            text(t('column.from')),
            text(t('column.to')),
            people,
          ],
          rows: (transitions ?? []).map(({ step, from, to, persons }) => [
            step,
            names.service(from),
            names.service(to),
            persons,
          ]),
        },
      ];
    }
    case 'differences':
    case 'serviceDifferences':
      return [comparison(answer.result.items ?? [], names)];
    case 'timeToEvent':
      return [
        {
          title: t('result.timeToEvent'),
          columns: [
            { label: t('column.months'), kind: 'plain' },
            { label: t('column.atRisk'), kind: 'people' },
            { label: t('column.events'), kind: 'people' },
            { label: t('column.survival'), kind: 'share' },
          ],
          rows: (answer.result.intervals ?? []).map(({ months, atRisk, events, survival }) => [
            months,
            atRisk,
            events,
            survival,
          ]),
        },
      ];
  }
}

function groupTable(
  { by }: AskedOf<'table'>,
  cells: readonly TableCell[],
  { t, category }: ResultNames,
): PublishedTable {
  return {
    title: t('result.table'),
    columns: [
      ...by.map((dimension) => ({ label: t(`dimension.${dimension}`), kind: 'text' }) as const),
      { label: t('column.people'), kind: 'people' },
    ],
    rows: cells.map((cell) => [
      ...by.map((dimension) => {
        const value = cell[cellFields[dimension]];
        return value === null ? t('total') : category(dimension, value);
      }),
      cell.count,
    ]),
  };
}

function comparison(items: readonly ComparedItem[], { t, service, category }: ResultNames): PublishedTable {
  const number = (label: string, kind: 'share' | 'plain'): PublishedColumn => ({ label, kind });
  return {
    title: t('result.differences'),
    columns: [
      { label: t('column.characteristic'), kind: 'text' },
      number(t('column.share'), 'share'),
      number(t('column.otherShare'), 'share'),
      number(t('column.ratio'), 'plain'),
      number(t('column.low'), 'plain'),
      number(t('column.high'), 'plain'),
    ],
    rows: items.map(({ characteristic, sector, category: code, share, otherShare, ratio, low, high }) => {
      const dimension = characteristicDimension(characteristic);
      const name = dimension
        ? `${t(`dimension.${dimension}`)}: ${category(dimension, code)}`
        : service({ sector, service: code });
      return [name, share, otherShare, ratio, low, high];
    }),
  };
}

/** The numbers of a table by two or three dimensions, as a table is read: across and down. */
export interface CrossTable {
  /** The dimensions down the side: all but the last. */
  readonly down: readonly string[];
  /** The dimension across the top, and its categories. */
  readonly across: string;
  readonly categories: readonly PublishedValue[];
  /** undefined: there is no such number. */
  readonly rows: readonly {
    readonly headings: readonly PublishedValue[];
    readonly numbers: readonly (PublishedValue | undefined)[];
  }[];
}

/**
 * Sets the last dimension of a table across the top. The order of rows and columns is that of the numbers.
 * @returns undefined unless the table is numbers of people by two dimensions or more
 */
export function crossTable({ columns, rows }: PublishedTable): CrossTable | undefined {
  const depth = columns.length - 1;
  const isByDimensions = columns.every(({ kind }, at) => kind === (at < depth ? 'text' : 'people'));
  if (depth < 2 || !isByDimensions) return undefined;
  const categories = [...new Set(rows.map((row) => row[depth - 1] ?? null))];
  const byHeadings = new Map<
    string,
    CrossTable['rows'][number] & { numbers: (PublishedValue | undefined)[] }
  >();
  for (const row of rows) {
    const headings = row.slice(0, depth - 1);
    const key = JSON.stringify(headings);
    const known = byHeadings.get(key) ?? { headings, numbers: categories.map(() => undefined) };
    known.numbers[categories.indexOf(row[depth - 1] ?? null)] = row[depth];
    byHeadings.set(key, known);
  }
  return {
    down: columns.slice(0, depth - 1).map(({ label }) => label),
    across: columns[depth - 1]!.label,
    categories,
    rows: [...byHeadings.values()],
  };
}

/** Whether a table has a suppressed number. */
export function hasSuppressed({ columns, rows }: PublishedTable): boolean {
  return rows.some((row) => row.some((value, at) => value === null && columns[at]?.kind === 'people'));
}
