import type { Day } from '../../lib/calendar.js';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { icd10Blocks, icd10Chapters, icd10Range } from '../../policies/engine/catalogue/masks.js';
import { PersonSet } from '../../schema/personSet.js';
import { codeAt, type CodeColumn, NO_DAY, type Table } from '../columns/table.js';
import type { RegistryStore } from '../subgraph/registryContext.js';
import {
  type ArgumentDefinition,
  codesIn,
  type Criteria,
  type Criterion,
  type CriterionArguments,
  dayIn,
  type Events,
  numberIn,
  rangeIn,
  type RecordTest,
} from './criterion.js';

/** A column that selects rows, and the coordinate that policies use for the column. */
export interface RowArgument {
  readonly column: string;
  readonly coordinate: string;
  /**
   * `diagnoses` are ICD-10 codes, or chapters and blocks by range (F30-F39). A code includes its subcodes.
   */
  readonly kind: 'codes' | 'diagnoses' | 'range';
  readonly list?: string;
  readonly description: string;
}

interface RowsCriterionOptions {
  readonly description: string;
  readonly table: string;
  /** The coordinates that the existence of a row reveals. */
  readonly rows: readonly string[];
  readonly startedAt: { readonly column: string; readonly coordinate: string };
  readonly endedAt?: { readonly column: string; readonly coordinate: string };
  /** The meaning of a missing end: `true` if the row is ongoing, `false` if it ended on its start day. */
  readonly ongoing?: boolean;
  readonly arguments: Readonly<Record<string, RowArgument>>;
}

/** A day after all other days. It is an integer, so that loops compare integers. */
const FAR_DAY: Day = 2_147_483_647;

const DATES: Readonly<Record<string, ArgumentDefinition>> = {
  from: { kind: 'day', description: 'Leave out what was over before this day.' },
  until: { kind: 'day', description: 'Leave out what began after this day.' },
  atLeast: { kind: 'count', description: 'How many of them at least; 1 if left out.' },
};

/**
 * Makes a criterion that finds persons with a minimum number of matching rows in a table, in one pass over
 * the columns.
 */
export function rowsCriterion(options: RowsCriterionOptions): Criterion<RegistryStore> {
  const { description, rows, startedAt, endedAt } = options;
  const own = Object.entries(options.arguments);
  const dates = [startedAt.coordinate, ...(endedAt ? [endedAt.coordinate] : [])];
  return {
    description,
    arguments: {
      ...Object.fromEntries(own.map(([name, argument]) => [name, definitionOf(argument)])),
      ...DATES,
    },
    testable: [...rows, ...dates, ...own.map(([, { coordinate }]) => coordinate)],
    tests: (given) => [
      ...rows,
      ...own.flatMap(([name, { coordinate }]) => (given[name] === undefined ? [] : [coordinate])),
      ...(given['from'] === undefined && given['until'] === undefined ? [] : dates),
    ],
    reads: (given) => [
      options.table,
      ...own.flatMap(([name, { column }]) =>
        given[name] === undefined ? [] : [`${options.table}.${column}`],
      ),
    ],
    async persons(given, store, isCounted) {
      const scan = scanOf(options, given, store, isCounted);
      const { subject, offsets } = scan.table;
      const atLeast = numberIn(given, 'atLeast') ?? 1;
      const found = PersonSet.below(offsets.length);
      let [person, count] = [-1, 0];
      await forEachRow(scan, (row) => {
        if (subject[row] !== person) [person, count] = [subject[row]!, 0];
        if (++count === atLeast) found.add(person);
      });
      return found;
    },
    async events(given, store, isCounted) {
      const scan = scanOf(options, given, store, isCounted);
      const { subject } = scan.table;
      const list = new EventList();
      await forEachRow(scan, (row) => list.add(subject[row]!, scan.start[row]!));
      return list.events;
    },
  };
}

function definitionOf({ kind, list, description }: RowArgument): ArgumentDefinition {
  return { kind: kind === 'range' ? 'range' : 'codes', description, ...(list !== undefined && { list }) };
}

/** A scan of a table: the columns that it reads and the tests of its rows. */
interface Scan {
  readonly table: Table;
  readonly start: Int32Array;
  readonly end: Int32Array | undefined;
  readonly from: Day;
  readonly until: Day;
  readonly ongoing: boolean;
  /** By index in the column's dictionary: 1 if the code matches. The last entry means no code. */
  readonly codes: readonly { readonly indices: Uint16Array; readonly fits: Uint8Array }[];
  readonly ranges: readonly {
    readonly values: Float64Array;
    readonly from: number;
    readonly until: number;
  }[];
  readonly isCounted: ((row: number) => boolean) | undefined;
}

function scanOf(
  { table: name, startedAt, endedAt, ongoing = false, arguments: own }: RowsCriterionOptions,
  given: CriterionArguments,
  { tables }: RegistryStore,
  isCounted: RecordTest | undefined,
): Scan {
  const table = tables[name] as Table;
  const column = (of: string): unknown => table.columns[of];
  const asked = Object.entries(own).filter(([argument]) => given[argument] !== undefined);
  const start = column(startedAt.column) as Int32Array;
  const unit = column('unit') as CodeColumn | undefined;
  return {
    table,
    start,
    end: endedAt && (column(endedAt.column) as Int32Array),
    from: dayIn(given, 'from') ?? NO_DAY,
    until: dayIn(given, 'until') ?? FAR_DAY,
    ongoing,
    codes: asked.flatMap(([argument, { kind, column: of }]) =>
      kind === 'range' ? [] : [codeTest(column(of) as CodeColumn, kind, codesIn(given, argument)!)],
    ),
    ranges: asked.flatMap(([argument, { kind, column: of }]) =>
      kind === 'range' ? [{ values: column(of) as Float64Array, ...rangeIn(given, argument)! }] : [],
    ),
    isCounted:
      isCounted &&
      ((row) => isCounted(table.subject[row]!, { start: start[row]!, unit: unit && codeAt(unit, row) })),
  };
}

function codeTest(
  { texts, indices }: CodeColumn,
  kind: 'codes' | 'diagnoses',
  codes: readonly string[],
): Scan['codes'][number] {
  const wanted = new Set(codes);
  const isWanted =
    kind === 'codes'
      ? (text: string) => wanted.has(text)
      : (text: string) =>
          beginningsOf(text).some((code) => wanted.has(code)) ||
          [icd10Chapters, icd10Blocks].some((list) => wanted.has(icd10Range(list, text) ?? ''));
  const fits = new Uint8Array(0x1_0000);
  texts.forEach((text, index) => (fits[index] = isWanted(text) ? 1 : 0));
  return { indices, fits };
}

function beginningsOf(text: string): string[] {
  return Array.from({ length: text.length + 1 }, (_, length) => text.slice(0, length));
}

/** Visits the rows that match. */
function forEachRow(scan: Scan, visit: (row: number) => void): Promise<void> {
  return new CooperativeScheduler().forEachChunk(scan.table.rows, (from, to) =>
    visitRows(scan, from, to, visit),
  );
}

/** The first test of codes rejects most rows, so it runs outside the loop over the other tests. */
function visitRows(scan: Scan, first: number, last: number, visit: (row: number) => void): void {
  const { start, end, from, until, ongoing, codes, isCounted } = scan;
  const [foremost, ...others] = codes;
  const [indices, fits] = [foremost?.indices, foremost?.fits];
  for (let row = first; row < last; row++) {
    if (fits && fits[indices![row]!] === 0) continue;
    const began = start[row]!;
    if (began > until) continue;
    if (began < from) {
      const ended = end ? end[row]! : NO_DAY;
      if (ended === NO_DAY ? !ongoing : ended < from) continue;
    }
    if (fitsAll(others, scan.ranges, row) && (!isCounted || isCounted(row))) visit(row);
  }
}

function fitsAll(codes: Scan['codes'], ranges: Scan['ranges'], row: number): boolean {
  for (const { indices, fits } of codes) if (fits[indices[row]!] === 0) return false;
  // A missing number is NaN, which is in no range.
  for (const { values, from, until } of ranges)
    if (!(values[row]! >= from && values[row]! <= until)) return false;
  return true;
}

/** A growing list of events, because their number is unknown in advance. */
class EventList {
  #person = new Uint32Array(1024);
  #day = new Int32Array(1024);
  #length = 0;

  add(person: number, day: Day): void {
    if (this.#length === this.#person.length) {
      const [persons, days] = [this.#person, this.#day];
      this.#person = new Uint32Array(this.#length * 2);
      this.#day = new Int32Array(this.#length * 2);
      this.#person.set(persons);
      this.#day.set(days);
    }
    this.#person[this.#length] = person;
    this.#day[this.#length++] = day;
  }

  get events(): Events {
    return {
      person: this.#person.subarray(0, this.#length),
      day: this.#day.subarray(0, this.#length),
    };
  }
}

/** The options for the contacts of every registry. Each registry adds its own arguments. */
export function contactRows(
  contactType: string,
  contactsField: string,
): Omit<RowsCriterionOptions, 'description' | 'arguments'> {
  return {
    table: 'contacts',
    rows: [`Person.${contactsField}`],
    startedAt: { column: 'start', coordinate: `${contactType}.startedAt` },
    endedAt: { column: 'end', coordinate: `${contactType}.endedAt` },
  };
}

export function serviceArgument(type: string): RowArgument {
  return {
    kind: 'codes',
    column: 'service',
    coordinate: `${type}.service`,
    list: 'services',
    description: 'Any of these services.',
  };
}

/** The default criteria of a registry: its contacts and their services. */
export function contactCriteria(contactType: string, contactsField: string): Criteria<RegistryStore> {
  return {
    [contactsField]: rowsCriterion({
      ...contactRows(contactType, contactsField),
      description: 'Contacts.',
      arguments: { services: serviceArgument(contactType) },
    }),
  };
}
