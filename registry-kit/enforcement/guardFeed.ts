import type { Day } from '../../lib/calendar.js';
import { NO_PARTIAL_DAY, partialDay } from '../../lib/partialDate.js';
import { applyMask, datePrecision, type MaskTables } from '../../policies/engine/catalogue/masks.js';
import type { Decision, MaskName, Permission } from '../../policies/engine/decision.js';
import type { Lineage } from '../../policies/engine/parse/policyGraph.js';
import { Feed, type FeedColumn } from '../../schema/feed.js';
import { codeAt, NO_DAY } from '../columns/table.js';
import type { About } from './dataSubject.js';
import { type FeedRows, openRange, type RawColumn, type RowRange } from './feedRows.js';
import { isOfRecord, type RequestAccess } from './requestAccess.js';

/** The permission for each declared coordinate of one data subject or record. Undefined means withheld. */
type ColumnPermissions = readonly (Permission | undefined)[];

/** Consecutive rows with the same permissions. */
interface Run extends RowRange {
  readonly permissions: ColumnPermissions;
}

/** The permissions of a feed under a decision, by coordinate. */
interface FeedPermissions {
  readonly permissions: readonly (readonly Permission[])[];
  /**
   * Whether the owner withholds the whole feed for this purpose. It depends on the policy only, never on
   * rows.
   */
  readonly isWithheld: boolean;
  /** Whether a permission has a condition on records. */
  readonly dependsOnRecords: boolean;
}

/** The declared coordinates of a feed, and its permissions under each decision, computed once. */
export class FeedDeclaration {
  /** The coordinate of each column: first the required ones, then the optional ones. */
  readonly coordinates: readonly string[];
  readonly names: readonly string[];
  /**
   * The first `exposed` coordinates are repeated. The first `required` ones must be permitted; they include
   * computed ones.
   */
  readonly exposed: number;
  readonly required: number;
  readonly #permissions = new WeakMap<Decision, FeedPermissions>();

  constructor(
    readonly derivedType: string,
    { exposes, computes, optional }: Lineage,
  ) {
    this.coordinates = [...exposes, ...computes, ...optional];
    this.names = this.coordinates.map((coordinate) => coordinate.slice(coordinate.indexOf('.') + 1));
    this.exposed = exposes.length;
    this.required = exposes.length + computes.length;
  }

  permissionsUnder(decision: Decision): FeedPermissions {
    let known = this.#permissions.get(decision);
    if (!known) {
      const permissions = this.coordinates.map((coordinate) => decision.derive(this.derivedType, coordinate));
      const dependsOnRecords = permissions.flat().some(({ conditions }) => conditions.some(isOfRecord));
      const isWithheld = permissions.slice(0, this.required).some(({ length }) => length === 0);
      this.#permissions.set(decision, (known = { permissions, isWithheld, dependsOnRecords }));
    }
    return known;
  }
}

/**
 * Makes a feed of the rows of data subjects and records whose conditions hold, with masked values. The column
 * `person` (Uint32Array) has the data subjects. Days are partial days (Int32Array). Other columns have the
 * names of their fields.
 */
export function guardFeed(feed: FeedRows, declared: FeedDeclaration, access: RequestAccess): Feed {
  const runs = runsOf(feed, declared, access);
  let count = 0;
  for (const { from, to } of runs) count += to - from;
  const columns: Record<string, FeedColumn> = { person: personColumn(runs, count) };
  declared.names.forEach((name, index) => {
    const column = feed.columns[name];
    // A coordinate can be declared without a column if only the existence of a row reveals it.
    if (column) columns[name] = maskColumn(column, index, runs, count, access.maskTables);
  });
  return Feed.data(columns);
}

/**
 * Finds the rows of the feed. A range is one run, unless there is a condition on records. Rows that no
 * permission can open are not read, because the time to read them would reveal how many there are.
 */
function runsOf(
  { ranges, within, recordOf }: FeedRows,
  declared: FeedDeclaration,
  access: RequestAccess,
): Run[] {
  const { permissions, dependsOnRecords } = declared.permissionsUnder(access.decision);
  const required = permissions.slice(0, declared.required);
  const runs: Run[] = [];
  const opened = ranges.flatMap((range) => {
    const mayOpen = (start?: Day): boolean =>
      required.every(
        (ways, index) =>
          access.mayOpen(ways, range.person, start) &&
          !access.isShielded(declared.coordinates[index]!, range.person),
      );
    const open =
      dependsOnRecords && recordOf ? openRange(range, (row) => recordOf(row).start, mayOpen) : range;
    return mayOpen() && open.from < open.to ? (within?.(open) ?? [open]) : [];
  });
  for (const { person, from, to } of opened) {
    const step = dependsOnRecords ? 1 : to - from;
    for (let row = from; row < to; row += step) {
      const about =
        dependsOnRecords && recordOf ? { subject: person, record: recordOf(row) } : { subject: person };
      const granted = columnPermissionsOf(about, permissions, declared, access);
      if (granted) runs.push({ permissions: granted, person, from: row, to: row + step });
    }
  }
  return runs;
}

/**
 * Returns the permission for each coordinate of a person or record, or undefined if a required one is
 * missing.
 */
function columnPermissionsOf(
  about: About,
  permissions: FeedPermissions['permissions'],
  { coordinates, required }: FeedDeclaration,
  access: RequestAccess,
): ColumnPermissions | undefined {
  if (access.hides(about.subject)) return undefined;
  const granted: (Permission | undefined)[] = [];
  for (let index = 0; index < coordinates.length; index++) {
    const permission = access.permit(permissions[index]!, about);
    const shown =
      permission && !access.isShielded(coordinates[index]!, about.subject) ? permission : undefined;
    if (!shown && index < required) return undefined;
    granted.push(shown);
  }
  return granted;
}

function personColumn(runs: readonly Run[], count: number): Uint32Array {
  const persons = uint32Column(count);
  let place = 0;
  for (const { person, from, to } of runs) persons.fill(person, place, (place += to - from));
  return persons;
}

/**
 * Returns the values of a column in these runs, masked by each run's permission for the coordinate with this
 * index.
 */
function maskColumn(
  column: RawColumn,
  coordinate: number,
  runs: readonly Run[],
  count: number,
  tables: MaskTables,
): FeedColumn {
  let place = 0;
  switch (column.kind) {
    case 'day': {
      const days = int32Column(count);
      for (const { permissions, from, to } of runs) {
        const permission = permissions[coordinate];
        const precision = permission && datePrecision(permission.mask);
        for (let row = from; row < to; row++) {
          const day = column.values[row]!;
          days[place++] = precision && day !== NO_DAY ? partialDay(day, precision) : NO_PARTIAL_DAY;
        }
      }
      return days;
    }
    case 'code': {
      const texts = new Array<string | null>(count);
      for (const { permissions, from, to } of runs) {
        const permission = permissions[coordinate];
        for (let row = from; row < to; row++) {
          const text = permission && codeAt(column.values, row);
          texts[place++] = text === undefined ? null : maskText(permission!.mask, text, tables);
        }
      }
      return texts;
    }
    case 'number': {
      const numbers = new Float64Array(count).fill(Number.NaN);
      for (const { permissions, from, to } of runs) {
        const permission = permissions[coordinate];
        for (let row = from; row < to; row++, place++) {
          if (permission)
            numbers[place] = Number(applyMask(permission.mask, column.values[row]!, tables) ?? Number.NaN);
        }
      }
      return numbers;
    }
  }
}

function maskText(mask: MaskName | undefined, text: string, tables: MaskTables): string | null {
  return mask === undefined ? text : ((applyMask(mask, text, tables) as string | undefined) ?? null);
}

/** The size of a shared buffer in bytes. */
const SLAB_BYTES = 65_536;

let slab = new ArrayBuffer(SLAB_BYTES);
let used = 0;

// Small columns of feeds share buffers, because allocating a buffer takes much longer than filling a small
// column. No byte is used twice. Each type has its own function, because calling a constructor in a variable
// is slower.

/** Returns a column of zeros. */
function int32Column(length: number): Int32Array {
  return reserve(length * 4) ? new Int32Array(slab, used - length * 4, length) : new Int32Array(length);
}

/** Returns a column of zeros. */
function uint32Column(length: number): Uint32Array {
  return reserve(length * 4) ? new Uint32Array(slab, used - length * 4, length) : new Uint32Array(length);
}

/**
 * Reserves bytes of the slab, a multiple of four. Returns false for large columns, which get their own
 * buffer.
 */
function reserve(bytes: number): boolean {
  if (bytes > SLAB_BYTES / 8) return false;
  if (used + bytes > SLAB_BYTES) [slab, used] = [new ArrayBuffer(SLAB_BYTES), 0];
  used += bytes;
  return true;
}
