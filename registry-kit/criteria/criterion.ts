import type { Day } from '../../lib/calendar.js';
import type { PersonSet } from '../../schema/personSet.js';
import type { DataRecord } from '../enforcement/dataSubject.js';

/**
 * - `codes`: texts, of which one must be met;
 * - `range`: whole numbers from and until, both included, either open;
 * - `count`: how many at least, 1 if left out;
 * - `day`: days since 1970-01-01; `year`: a calendar year.
 */
export interface ArgumentDefinition {
  readonly kind: 'codes' | 'range' | 'count' | 'day' | 'year';
  readonly description: string;
  readonly required?: true;
  /** The registry's code list that codes must be in. */
  readonly list?: string;
  /** The codes that there are, where they are few and fixed. */
  readonly values?: readonly string[];
}

export interface NumberRange {
  readonly from?: number;
  readonly until?: number;
}

export type ArgumentValue = readonly string[] | NumberRange | number;
export type CriterionArguments = Readonly<Record<string, ArgumentValue>>;

/** When something happened to whom, in the order of persons, then of days. */
export type Events = PersonRows & { readonly day: Int32Array };

/** Whether a record's own conditions let it count. */
export type RecordTest = (subject: number, record: DataRecord) => boolean;

/**
 * What a registry lets groups be formed by: `healthContacts` finds persons by their contacts. A filter names it with
 * arguments, and only its own registry evaluates it.
 */
export interface Criterion<Store = unknown> {
  readonly description: string;
  readonly arguments: Readonly<Record<string, ArgumentDefinition>>;
  /** The coordinates that it tests with these arguments: the owner must release each of them to the derived type. */
  tests(given: CriterionArguments): readonly string[];
  /** Every coordinate that it can test. */
  readonly testable: readonly string[];
  /** The tables that it looks at with these arguments, and the columns as `table.column`. */
  reads(given: CriterionArguments): readonly string[];
  /**
   * Who meets it.
   * @param counts missing: every record counts; a criterion that asks no records takes none
   */
  persons(
    given: CriterionArguments,
    store: Store,
    counts: RecordTest | undefined,
  ): PersonSet | Promise<PersonSet>;
  /** When it is met: missing where it is no matter of days. */
  events?(given: CriterionArguments, store: Store, counts: RecordTest | undefined): Promise<Events>;
}

/** The criteria of one registry, by the name that filters give them. */
export type Criteria<Store = unknown> = Readonly<Record<string, Criterion<Store>>>;

export function codesIn(given: CriterionArguments, name: string): readonly string[] | undefined {
  return given[name] as readonly string[] | undefined;
}

/** A range with its ends, infinite where open; undefined where none is given. */
export function rangeIn(
  given: CriterionArguments,
  name: string,
): { readonly from: number; readonly until: number } | undefined {
  const range = given[name] as NumberRange | undefined;
  return range && { from: range.from ?? -Infinity, until: range.until ?? Infinity };
}

export function numberIn(given: CriterionArguments, name: string): number | undefined {
  return given[name] as number | undefined;
}

export function dayIn(given: CriterionArguments, name: string): Day | undefined {
  return given[name] as Day | undefined;
}

/**
 * What a feed's resolver answers for a group: of everybody, whole, each part with the coordinates that it tells of.
 * Enforcement leaves out whose data may not be taken, and makes a Feed of it.
 */
export interface GroupAnswers {
  readonly leaves: readonly GroupLeaf[];
  readonly attributes?: readonly GroupAttribute[];
  /** Columns that are about nobody: dictionaries. */
  readonly texts?: Readonly<Record<string, readonly string[]>>;
}

/** Who meets a criterion, or when it was met. It is evaluated only where the owner lets it. */
export interface GroupLeaf {
  readonly name: string;
  readonly tests: readonly string[];
  readonly evaluate: (counts: RecordTest | undefined) => PersonSet | Promise<PersonSet | PersonRows>;
}

/** A column of numbers. */
export type Numbers = Uint8Array | Uint16Array | Int32Array | Uint32Array;

/** Rows, each of one person. */
export interface PersonRows {
  readonly person: Uint32Array;
  readonly [column: string]: Numbers;
}

/** A column of values of persons, who may stand in it several times. */
export interface GroupAttribute {
  readonly name: string;
  readonly tells: string;
  readonly subject: Uint32Array;
  readonly values: Numbers;
  /** Stands for a value that may not be taken; without it the column is given of everybody where it is released. */
  readonly nothing?: number;
}
