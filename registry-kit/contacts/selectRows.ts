import { NO_PARTIAL_DAY, partialDay, type PartialDay, type Precision } from '../../lib/partialDate.js';
import { datePrecision } from '../../policies/engine/catalogue/masks.js';
import { codeAt, type CodeColumn, NO_DAY, type Table } from '../columns/table.js';
import type { DataSubject } from '../enforcement/dataSubject.js';
import { openRange, type RowRange } from '../enforcement/feedRows.js';
import { stableShuffle } from '../enforcement/stableShuffle.js';
import type { Slice } from '../subgraph/registryContext.js';
import type { RequestContext } from '../subgraph/requestContext.js';
import { type ContactFilter, overlapTest, type Period, type PeriodPrecision } from './period.js';

/** A table of intervals: rows with a start, and optionally an end and a unit. */
export type IntervalTable = Table & {
  readonly columns: { readonly start: Int32Array; readonly end: Int32Array; readonly unit?: CodeColumn };
};

export interface Selection {
  readonly period: Period;
  readonly context: RequestContext;
  /** The field that lists the rows. Rows that no permission on it can open are not read further. */
  readonly coordinate: string;
  /**
   * The GraphQL type of the rows. Permissions on its `startedAt` and `endedAt` decide which dates are shown.
   */
  readonly type: string;
  /** The meaning of a missing end; see overlapTest. */
  readonly ongoing: boolean;
  /**
   * Distinguishes rows with equal dates in the answer: an id, a key or the shown values. Rows with equal
   * identities look alike, so their order reveals nothing. The position in the table would reveal rows that
   * are not shown.
   */
  readonly identity: (row: number, about: DataSubject) => string | bigint;
}

/** Rows of one person, or of several. */
type Rows = Pick<RowRange, 'person' | 'from' | 'to'> | Iterable<number>;

/**
 * Selects the rows in a period, using only the dates that the caller may see. Sorts them by masked start and
 * end, then in a stable shuffled order, so that the order reveals nothing more.
 */
export function selectRows(table: IntervalTable, rows: Rows, selection: Selection): number[] {
  const { period, context, type, ongoing, identity } = selection;
  const { start, end } = table.columns;
  const shuffle = stableShuffle(`${context.decision.domain}\0${type}`);
  const overlaps = overlapTests(period, ongoing);
  const chosen: { row: number; start: PartialDay; end: PartialDay; rank: number }[] = [];
  for (const row of openRows(table, rows, selection)) {
    const about = aboutRow(table, row);
    const shown = (field: string): Precision | undefined => {
      const permission = context.access.showPermission(`${type}.${field}`, about);
      return permission && datePrecision(permission.mask);
    };
    const precision = { start: shown('startedAt'), end: shown('endedAt') };
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

/** The rows that a permission on the list may open. This is decided before anything else of a row is read. */
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

/** The data subject and the record of a row. */
function aboutRow({ subject, columns }: IntervalTable, row: number): DataSubject {
  const unit = columns.unit && codeAt(columns.unit, row);
  return { subject: subject[row]!, record: { start: columns.start[row]!, unit } };
}

function shownDay(day: number, precision: Precision | undefined): PartialDay {
  return precision && day !== NO_DAY ? partialDay(day, precision) : NO_PARTIAL_DAY;
}

/** The precision at which a row's dates are shown; undefined if they are not shown. */
type ShownPrecision = { readonly [Date in keyof PeriodPrecision]: Precision | undefined };

/** Caches the tests of one period, one for each precision. */
function overlapTests(
  period: Period,
  ongoing: boolean,
): (shown: ShownPrecision, start: number, end: number) => boolean {
  const tests = new Map<string, ReturnType<typeof overlapTest>>();
  const hasBounds = period.from != null || period.until != null;
  return ({ start, end }, startDay, endDay) => {
    // Dates that are not shown cannot be filtered by. Policy enforcement refuses such arguments; this line
    // covers conditions.
    if (!start) return !hasBounds;
    const key = `${start} ${end}`;
    let test = tests.get(key);
    if (!test) tests.set(key, (test = overlapTest(period, { start, end }, ongoing)));
    return test(startDay, endDay);
  };
}

type ServiceTable = IntervalTable & {
  readonly columns: { readonly id: BigUint64Array; readonly service: CodeColumn };
};

/** The rows of a person's contacts that match a filter, for the field that lists them. */
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
    // A visit without an end ended on the same day.
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

/** The row numbers of a slice. */
export function* rowNumbers({ from, to }: Pick<Slice, 'from' | 'to'>): Iterable<number> {
  for (let row = from; row < to; row++) yield row;
}
