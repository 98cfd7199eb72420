import { applyMask, datePrecision, type MaskTables } from '../../../policies/engine/catalogue/masks.js';
import type { Permission } from '../../../policies/engine/decision.js';
import type { Lineage } from '../../../policies/engine/parse/policyGraph.js';
import { Feed, type FeedColumn } from '../../../schema/feed.js';
import type { PersonKey } from '../../../schema/keys.js';
import { NO_PARTIAL_DAY, partialDay } from '../../../schema/partialDay.js';
import { codeAt, NO_DAY } from '../columns/table.js';
import { type Access, isOfRecord } from './access.js';
import type { DataSubject } from './dataSubject.js';
import type { FeedRows, RawColumn } from './feedRows.js';

/** How each declared coordinate may be taken of one data subject or record; undefined: not at all. */
type Lens = readonly (Permission | undefined)[];

/** Neighbours among the rows that are seen through one lens: from (inclusive) and to (exclusive), places in `rows`. */
interface Run {
  readonly lens: Lens;
  readonly from: number;
  readonly to: number;
}

/** What a feed declares of itself, worked out once. */
export interface FeedDeclaration {
  readonly derivedType: string;
  readonly lineage: Lineage;
  /** Of the columns, by what each tells: those that must be taken first, then the optional ones. */
  readonly coordinates: readonly string[];
  readonly names: readonly string[];
}

export function declareFeed(derivedType: string, lineage: Lineage): FeedDeclaration {
  const coordinates = [...lineage.exposes, ...lineage.optional];
  const names = coordinates.map((coordinate) => coordinate.slice(coordinate.indexOf('.') + 1));
  return { derivedType, lineage, coordinates, names };
}

/** Whether the owner withholds a feed from this purpose altogether: that follows from policy alone, never from rows. */
export function withholdsFeed({ derivedType, lineage }: FeedDeclaration, access: Access): boolean {
  return lineage.exposes.some((coordinate) => access.decision.take(derivedType, coordinate).length === 0);
}

/**
 * Makes a feed of rows: those of data subjects and records whose conditions hold, each value masked before it leaves. Columns: the
 * subject as `person` (Uint32Array), days as partial days (Int32Array), each other under its field's name.
 */
export function guardFeed(feed: FeedRows, declared: FeedDeclaration, access: Access): Feed {
  const runs = runsOf(feed.rows, lensMaker(feed, declared, access));
  const columns: Record<string, FeedColumn> = { person: personColumn(feed, runs) };
  declared.coordinates.forEach((coordinate, index) => {
    const column = feed.columns[coordinate];
    // A coordinate may be declared for what its presence tells, without a column of its own.
    if (column)
      columns[declared.names[index]!] = maskColumn(column, index, feed.rows, runs, access.maskTables);
  });
  return Feed.data(columns);
}

/** The lens of a row of the table; undefined where the row is not taken at all. */
type LensOf = (row: number) => Lens | undefined;

function lensMaker(
  { subject, recordOf }: FeedRows,
  { derivedType, lineage, coordinates }: FeedDeclaration,
  access: Access,
): LensOf {
  const taken = coordinates.map(
    (coordinate) => [coordinate, access.decision.take(derivedType, coordinate)] as const,
  );
  const required = lineage.exposes.length;
  const makeLens = (about: Partial<DataSubject>): Lens | undefined => {
    if (access.hides(about.subject)) return undefined;
    const lens: (Permission | undefined)[] = [];
    for (const [coordinate, permissions] of taken) {
      const permission = access.permit(permissions, about);
      const given = permission && !access.isShielded(coordinate, about.subject) ? permission : undefined;
      if (!given && lens.length < required) return undefined;
      lens.push(given);
    }
    return lens;
  };
  const asksRecords = taken.some(([, permissions]) =>
    permissions.some(({ conditions }) => conditions.some(isOfRecord)),
  );
  if (asksRecords)
    return (row) => makeLens({ subject: subject[row]!, ...(recordOf && { record: recordOf(row) }) });
  const lenses = new Map<PersonKey, Lens | undefined>();
  let [last, lens]: [PersonKey | undefined, Lens | undefined] = [undefined, undefined];
  return (row) => {
    const person = subject[row]!;
    if (person === last) return lens;
    if (!lenses.has(person)) lenses.set(person, makeLens({ subject: person }));
    [last, lens] = [person, lenses.get(person)];
    return lens;
  };
}

/** The rows that are taken, neighbours under one lens together: most feeds are of one person and one run. */
function runsOf(rows: FeedRows['rows'], lensOf: LensOf): readonly Run[] {
  const runs: { lens: Lens; from: number; to: number }[] = [];
  for (let place = 0; place < rows.length; place++) {
    const lens = lensOf(rows[place]!);
    if (!lens) continue;
    const last = runs.at(-1);
    if (last?.to === place && isSameLens(last.lens, lens)) last.to = place + 1;
    else runs.push({ lens, from: place, to: place + 1 });
  }
  return runs;
}

function isSameLens(one: Lens, other: Lens): boolean {
  return one === other || one.every((permission, index) => permission === other[index]);
}

function countOf(runs: readonly Run[]): number {
  return runs.reduce((sum, { from, to }) => sum + to - from, 0);
}

function personColumn({ rows, subject }: FeedRows, runs: readonly Run[]): Uint32Array {
  const persons = new Uint32Array(countOf(runs));
  let index = 0;
  for (const { from, to } of runs)
    for (let place = from; place < to; place++) persons[index++] = subject[rows[place]!]!;
  return persons;
}

/** The values of a column in these runs, masked as each run's lens has it for the coordinate of this number. */
function maskColumn(
  column: RawColumn,
  coordinate: number,
  rows: FeedRows['rows'],
  runs: readonly Run[],
  tables: MaskTables,
): FeedColumn {
  switch (column.kind) {
    case 'day': {
      const days = new Int32Array(countOf(runs));
      let index = 0;
      for (const { lens, from, to } of runs) {
        const permission = lens[coordinate];
        const precision = permission && datePrecision(permission.mask);
        for (let place = from; place < to; place++) {
          const day = column.values[rows[place]!]!;
          days[index++] = precision && day !== NO_DAY ? partialDay(day, precision) : NO_PARTIAL_DAY;
        }
      }
      return days;
    }
    case 'code': {
      const texts: (string | null)[] = [];
      for (const { lens, from, to } of runs) {
        const permission = lens[coordinate];
        for (let place = from; place < to; place++) {
          const text = codeAt(column.values, rows[place]!);
          texts.push(permission && text !== undefined ? maskText(permission, text, tables) : null);
        }
      }
      return texts;
    }
    case 'number': {
      const numbers = new Float64Array(countOf(runs)).fill(Number.NaN);
      let index = 0;
      for (const { lens, from, to } of runs) {
        const permission = lens[coordinate];
        for (let place = from; place < to; place++, index++) {
          const value = column.values[rows[place]!]!;
          if (permission) numbers[index] = Number(applyMask(permission.mask, value, tables) ?? Number.NaN);
        }
      }
      return numbers;
    }
  }
}

function maskText({ mask }: Permission, text: string, tables: MaskTables): string | null {
  if (mask === undefined) return text;
  return (applyMask(mask, text, tables) as string | undefined) ?? null;
}
