import { NO_PARTIAL_DAY, partialDay, type PartialDay, type Precision } from '../../lib/partialDate.js';
import { datePrecision } from '../../policies/engine/catalogue/masks.js';
import { codeAt, type CodeColumn, NO_DAY, type Table } from '../columns/table.js';
import type { DataSubject } from '../enforcement/dataSubject.js';
import { openRange, type RowRange } from '../enforcement/feedRows.js';
import { stableShuffle } from '../enforcement/stableShuffle.js';
import type { Slice } from '../subgraph/registryContext.js';
import type { RequestContext } from '../subgraph/requestContext.js';
import { type ContactFilter, overlapTest, type Period, type PeriodPrecision } from './period.js';

/** A table of intervals: rows with a start and perhaps an end, and perhaps a unit. */
export type IntervalTable = Table & {
  readonly columns: { readonly start: Int32Array; readonly end: Int32Array; readonly unit?: CodeColumn };
};

export interface Selection {
  readonly period: Period;
  readonly context: RequestContext;
  /** The field that lists the rows: what no permission on it can open is read no further. */
  readonly coordinate: string;
  /** The GraphQL type that the rows become; its `startedAt` and `endedAt` tell the dates. */
  readonly type: string;
  /** What a missing end means: see overlapTest. */
  readonly ongoing: boolean;
  /**
   * What tells a row from others of the same dates in the answer: an id, a key or the values that are shown. Rows that agree
   * in it look alike, so that their order tells nothing. A row's place in the table would tell of rows not shown.
   */
  readonly identity: (row: number, about: DataSubject) => string | bigint;
}

/** Rows of one person, or of several. */
type Rows = Pick<RowRange, 'person' | 'from' | 'to'> | Iterable<number>;

/**
 * The rows in a period, as far as the caller may see their dates, and in an order that tells no more: by masked start and
 * end, then shuffled.
 */
export function selectRows(table: IntervalTable, rows: Rows, selection: Selection): number[] {
  const { period, context, type, ongoing, identity } = selection;
  const { start, end } = table.columns;
  const shuffle = stableShuffle(`${context.decision.domain}\0${type}`);
  const overlaps = overlapTests(period, ongoing);
  const chosen: { row: number; start: PartialDay; end: PartialDay; rank: number }[] = [];
  for (const row of openRows(table, rows, selection)) {
    const about = aboutRow(table, row);
    const told = (field: string): Precision | undefined => {
      const permission = context.access.showPermission(`${type}.${field}`, about);
      return permission && datePrecision(permission.mask);
    };
    const precision = { start: told('startedAt'), end: told('endedAt') };
    if (!overlaps(precision, start[row]!, end[row]!)) continue;
    chosen.push({
      row,
      start: shownDay(start[row]!, precision.start),
      end: shownDay(end[row]!, precision.end),
      rank: shuffle(String(identity(row, about))),
    });
  }
  return chosen.sort((a, b) => a.start - b.start || a.end - b.end || a.rank - b.rank).map(({ row }) => row);
}

/** The rows that a permission on the list may open, decided before anything else is read of them. */
function* openRows(table: IntervalTable, rows: Rows, { context, coordinate }: Selection): Iterable<number> {
  const { access } = context;
  const { start } = table.columns;
  const permissions = access.decision.show(coordinate);
  const opened =
    Symbol.iterator in rows
      ? rows
      : rowNumbers(
          openRange(
            rows,
            (row) => start[row]!,
            (day) => access.mayOpen(permissions, rows.person, day),
          ),
        );
  for (const row of opened) if (access.meetsAny(permissions, aboutRow(table, row))) yield row;
}

/** Whose data a row is, and of which record. */
function aboutRow({ subject, columns }: IntervalTable, row: number): DataSubject {
  const unit = columns.unit && codeAt(columns.unit, row);
  return { subject: subject[row]!, record: { start: columns.start[row]!, unit } };
}

function shownDay(day: number, precision: Precision | undefined): PartialDay {
  return precision && day !== NO_DAY ? partialDay(day, precision) : NO_PARTIAL_DAY;
}

/** How exactly a row's dates are told; undefined: not at all. */
type ShownPrecision = { readonly [Date in keyof PeriodPrecision]: Precision | undefined };

/** Tests of one period, one for each precision at which rows are told. */
function overlapTests(
  period: Period,
  ongoing: boolean,
): (told: ShownPrecision, start: number, end: number) => boolean {
  const tests = new Map<string, ReturnType<typeof overlapTest>>();
  const asked = period.from != null || period.until != null;
  return ({ start, end }, startDay, endDay) => {
    // Dates that are not told cannot be asked about; enforcement refuses that by policy, this line by condition.
    if (!start) return !asked;
    const key = `${start} ${end}`;
    let test = tests.get(key);
    if (!test) tests.set(key, (test = overlapTest(period, { start, end }, ongoing)));
    return test(startDay, endDay);
  };
}

type ServiceTable = IntervalTable & {
  readonly columns: { readonly id: BigUint64Array; readonly service: CodeColumn };
};

/** The rows of a person's contacts that a filter chooses, for the field that lists them. */
export function selectContacts(
  { table, ...slice }: Slice<ServiceTable>,
  filter: ContactFilter,
  { coordinate, type }: Pick<Selection, 'coordinate' | 'type'>,
  context: RequestContext,
): number[] {
  const { id, service } = table.columns;
  const rows = selectRows(table, slice, {
    period: filter,
    context,
    coordinate,
    type,
    // A visit without an end was over the same day.
    ongoing: false,
    identity: (row) => id[row]!,
  });
  const { services } = filter;
  if (services == null) return rows;
  return rows.filter(
    (row) =>
      context.access.showPermission(`${type}.service`, aboutRow(table, row)) &&
      services.includes(codeAt(service, row) ?? ''),
  );
}

/** The rows of a slice, one by one. */
export function* rowNumbers({ from, to }: Pick<Slice, 'from' | 'to'>): Iterable<number> {
  for (let row = from; row < to; row++) yield row;
}
