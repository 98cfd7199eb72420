import type { Day } from '../../lib/calendar.js';
import { NO_PARTIAL_DAY, partialDay } from '../../lib/partialDate.js';
import { applyMask, datePrecision, type MaskTables } from '../../policies/engine/catalogue/masks.js';
import type { Decision, MaskName, Permission } from '../../policies/engine/decision.js';
import type { Lineage } from '../../policies/engine/parse/policyGraph.js';
import { Feed, type FeedColumn } from '../../schema/feed.js';
import { codeAt, NO_DAY } from '../columns/table.js';
import { type Access, isOfRecord } from './access.js';
import type { About } from './dataSubject.js';
import { type FeedRows, openRange, type RawColumn, type RowRange } from './feedRows.js';

/** How each declared coordinate may be taken of one data subject or record; undefined: not at all. */
type Lens = readonly (Permission | undefined)[];

/** Rows that are seen through one lens. */
interface Run extends RowRange {
  readonly lens: Lens;
}

/** What a decision lets a feed take: permissions by coordinate, and whether one of their conditions is of the record. */
interface Taken {
  readonly permissions: readonly (readonly Permission[])[];
  /** The owner withholds the feed from this purpose altogether: that follows from policy alone, never from rows. */
  readonly isWithheld: boolean;
  readonly asksRecords: boolean;
}

/** What a feed declares of itself, and what follows from that for a decision, each worked out once. */
export class FeedDeclaration {
  /** Of the columns, by what each tells: those that must be taken first, then the optional ones. */
  readonly coordinates: readonly string[];
  readonly names: readonly string[];
  /** So many of the coordinates, the first ones, are repeated; so many must be taken, those that are computed with among them. */
  readonly exposed: number;
  readonly required: number;
  readonly #taken = new WeakMap<Decision, Taken>();

  constructor(
    readonly derivedType: string,
    { exposes, computes, optional }: Lineage,
  ) {
    this.coordinates = [...exposes, ...computes, ...optional];
    this.names = this.coordinates.map((coordinate) => coordinate.slice(coordinate.indexOf('.') + 1));
    this.exposed = exposes.length;
    this.required = exposes.length + computes.length;
  }

  takenBy(decision: Decision): Taken {
    let taken = this.#taken.get(decision);
    if (!taken) {
      const permissions = this.coordinates.map((coordinate) => decision.derive(this.derivedType, coordinate));
      const asksRecords = permissions.flat().some(({ conditions }) => conditions.some(isOfRecord));
      const isWithheld = permissions.slice(0, this.required).some(({ length }) => length === 0);
      this.#taken.set(decision, (taken = { permissions, isWithheld, asksRecords }));
    }
    return taken;
  }
}

/**
 * Makes a feed of rows: those of data subjects and records whose conditions hold, each value masked before it leaves. Columns: the
 * subject as `person` (Uint32Array), days as partial days (Int32Array), each other under its field's name.
 */
export function guardFeed(feed: FeedRows, declared: FeedDeclaration, access: Access): Feed {
  const runs = runsOf(feed, declared, access);
  let count = 0;
  for (const { from, to } of runs) count += to - from;
  const columns: Record<string, FeedColumn> = { person: personColumn(runs, count) };
  declared.names.forEach((name, index) => {
    const column = feed.columns[name];
    // A coordinate may be declared for what its presence tells, without a column of its own.
    if (column) columns[name] = maskColumn(column, index, runs, count, access.maskTables);
  });
  return Feed.data(columns);
}

/**
 * The rows that are taken: a range is one run, unless a condition is of the record. What no permission can open is not read: the time to
 * read it would tell how much there is.
 */
function runsOf({ ranges, within, recordOf }: FeedRows, declared: FeedDeclaration, access: Access): Run[] {
  const { permissions, asksRecords } = declared.takenBy(access.decision);
  const required = permissions.slice(0, declared.required);
  const runs: Run[] = [];
  const opened = ranges.flatMap((range) => {
    const mayOpen = (start?: Day): boolean =>
      required.every(
        (ways, index) =>
          access.mayOpen(ways, range.person, start) &&
          !access.isShielded(declared.coordinates[index]!, range.person),
      );
    const open = asksRecords && recordOf ? openRange(range, (row) => recordOf(row).start, mayOpen) : range;
    return mayOpen() && open.from < open.to ? (within?.(open) ?? [open]) : [];
  });
  for (const { person, from, to } of opened) {
    const step = asksRecords ? 1 : to - from;
    for (let row = from; row < to; row += step) {
      const about =
        asksRecords && recordOf ? { subject: person, record: recordOf(row) } : { subject: person };
      const lens = lensOf(about, permissions, declared, access);
      if (lens) runs.push({ lens, person, from: row, to: row + step });
    }
  }
  return runs;
}

/** How each coordinate may be taken of a person or record; undefined where one that must be taken may not. */
function lensOf(
  about: About,
  permissions: Taken['permissions'],
  { coordinates, required }: FeedDeclaration,
  access: Access,
): Lens | undefined {
  if (access.hides(about.subject)) return undefined;
  const lens: (Permission | undefined)[] = [];
  for (let index = 0; index < coordinates.length; index++) {
    const permission = access.permit(permissions[index]!, about);
    const given =
      permission && !access.isShielded(coordinates[index]!, about.subject) ? permission : undefined;
    if (!given && index < required) return undefined;
    lens.push(given);
  }
  return lens;
}

function personColumn(runs: readonly Run[], count: number): Uint32Array {
  const persons = uint32Column(count);
  let place = 0;
  for (const { person, from, to } of runs) persons.fill(person, place, (place += to - from));
  return persons;
}

/** The values of a column in these runs, masked as each run's lens has it for the coordinate of this number. */
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
      for (const { lens, from, to } of runs) {
        const permission = lens[coordinate];
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
      for (const { lens, from, to } of runs) {
        const permission = lens[coordinate];
        for (let row = from; row < to; row++) {
          const text = permission && codeAt(column.values, row);
          texts[place++] = text === undefined ? null : maskText(permission!.mask, text, tables);
        }
      }
      return texts;
    }
    case 'number': {
      const numbers = new Float64Array(count).fill(Number.NaN);
      for (const { lens, from, to } of runs) {
        const permission = lens[coordinate];
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

/** Bytes that are asked of the system at a time. */
const SLAB_BYTES = 65_536;

let slab = new ArrayBuffer(SLAB_BYTES);
let used = 0;

// Small columns of feeds are cut from one buffer after the other: a buffer of its own costs an array of 25 numbers more than
// a microsecond, ten times what its values cost. No byte is given out twice. Each type has a function of its own, for a
// constructor that is a variable is called ten times slower.

/** A column of zeros. */
function int32Column(length: number): Int32Array {
  return reserve(length * 4) ? new Int32Array(slab, used - length * 4, length) : new Int32Array(length);
}

/** A column of zeros. */
function uint32Column(length: number): Uint32Array {
  return reserve(length * 4) ? new Uint32Array(slab, used - length * 4, length) : new Uint32Array(length);
}

/** Reserves the next bytes of the slab, a multiple of four; false where they are so many that they deserve their own buffer. */
function reserve(bytes: number): boolean {
  if (bytes > SLAB_BYTES / 8) return false;
  if (used + bytes > SLAB_BYTES) [slab, used] = [new ArrayBuffer(SLAB_BYTES), 0];
  used += bytes;
  return true;
}
