import { DataTable } from '../parts/dataTable.js';
import {
  type CrossTable,
  crossTable,
  type PublishedColumn,
  type PublishedTable,
  type PublishedValue,
} from './publishedTable.js';
import type { Words } from './sentences.js';

interface PublishedNumbersProps {
  readonly table: PublishedTable;
  readonly words: Words;
  readonly empty: string;
}

type CrossRow = CrossTable['rows'][number];

const people = { kind: 'people' } as const;

/** A table of published numbers. A suppressed number is a word, never an empty cell. */
export function PublishedNumbers({ table, words, empty }: PublishedNumbersProps) {
  const { t } = words;
  const { title, columns, rows } = table;
  const crossed = crossTable(table);
  if (crossed) {
    const { down, across, categories } = crossed;
    return (
      <DataTable
        caption={t('result.across', { title, dimension: across })}
        columns={[
          ...down.map((heading, at) => ({
            id: heading,
            heading,
            isRowHeading: true,
            cell: ({ headings }: CrossRow) => headings[at],
          })),
          ...categories.map((category, at) => ({
            id: `= ${category}`,
            heading: category,
            isNumber: true,
            cell: ({ numbers }: CrossRow) => {
              const value = numbers[at];
              return value === undefined ? '–' : <Value value={value} column={people} words={words} />;
            },
          })),
        ]}
        rows={crossed.rows}
        rowKey={(_, index) => index}
        empty={empty}
      />
    );
  }
  return (
    <DataTable
      caption={title}
      columns={columns.map((column, at) => ({
        id: String(at),
        heading: column.label,
        isNumber: column.kind !== 'text',
        isRowHeading: at === 0 && column.kind === 'text',
        cell: (row: readonly PublishedValue[]) => (
          <Value value={row[at] ?? null} column={column} words={words} />
        ),
      }))}
      rows={rows}
      rowKey={(_, index) => index}
      empty={empty}
    />
  );
}

interface ValueProps {
  readonly value: PublishedValue;
  readonly column: Pick<PublishedColumn, 'kind'>;
  readonly words: Words;
}

function Value({ value, column, words }: ValueProps) {
  const { t, format } = words;
  if (value === null)
    return column.kind === 'people' ? <span className="groups-suppressed">{t('suppressed')}</span> : '–';
  if (typeof value === 'string') return value;
  if (column.kind === 'share') return format.percent(value, 1);
  return format.number(value, { maximumFractionDigits: 2 });
}
