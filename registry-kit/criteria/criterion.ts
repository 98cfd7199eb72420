import type { Day } from '../../lib/calendar.js';
import type { PersonSet } from '../../schema/personSet.js';
import type { DataRecord } from '../enforcement/dataSubject.js';

/**
 * An argument of a criterion:
 * - `codes`: a list of codes; one of them must match;
 * - `range`: whole numbers from and until, both inclusive and both optional;
 * - `count`: a minimum count; the default is 1;
 * - `day`: days since 1970-01-01; `year`: a calendar year.
 */
export interface ArgumentDefinition {
  readonly kind: 'codes' | 'range' | 'count' | 'day' | 'year';
  readonly description: string;
  readonly required?: true;
  /** The code list of the registry that must contain the codes. */
  readonly list?: string;
  /** All possible codes, if they are few and fixed. */
  readonly values?: readonly string[];
}

export interface NumberRange {
  readonly from?: number;
  readonly until?: number;
}

export type ArgumentValue = readonly string[] | NumberRange | number;
export type CriterionArguments = Readonly<Record<string, ArgumentValue>>;

/** Events of persons, sorted by person, then by day. */
export type Events = PersonRows & { readonly day: Int32Array };

/** Checks whether the conditions on a record let the record count. */
export type RecordTest = (subject: number, record: DataRecord) => boolean;

/**
 * A criterion of a registry, by which groups can be formed: `healthContacts` finds persons by their contacts.
 * A filter names it with arguments. Only its own registry evaluates it.
 */
export interface Criterion<Store = unknown> {
  readonly description: string;
  readonly arguments: Readonly<Record<string, ArgumentDefinition>>;
  /**
   * The coordinates that it tests with these arguments. The owner must release all of them to the derived
   * type.
   */
  tests(given: CriterionArguments): readonly string[];
  /** Every coordinate that it can test. */
  readonly testable: readonly string[];
  /** The tables that it reads with these arguments, and the columns as `table.column`. */
  reads(given: CriterionArguments): readonly string[];
  /**
   * Finds the persons who meet it.
   * @param isCounted if missing, every record counts; a criterion that reads no records ignores it
   */
  persons(
    given: CriterionArguments,
    store: Store,
    isCounted: RecordTest | undefined,
  ): PersonSet | Promise<PersonSet>;
  /** Finds when it was met. Missing if the criterion has no days. */
  events?(given: CriterionArguments, store: Store, isCounted: RecordTest | undefined): Promise<Events>;
}

/** The criteria of one registry, by their name in filters. */
export type Criteria<Store = unknown> = Readonly<Record<string, Criterion<Store>>>;

export function codesIn(given: CriterionArguments, name: string): readonly string[] | undefined {
  return given[name] as readonly string[] | undefined;
}

/** Reads a range. An open end is infinite. Returns undefined if no range is given. */
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
 * The answer of a feed's resolver for a group. It covers everybody, and each part names the coordinates that
 * it reveals. Enforcement then removes the persons whose data may not be used and makes a Feed of the rest.
 */
export interface GroupAnswers {
  readonly evaluations: readonly CriterionEvaluation[];
  readonly attributes?: readonly GroupAttribute[];
  /** Columns that are not about persons, such as dictionaries. */
  readonly texts?: Readonly<Record<string, readonly string[]>>;
}

/** Finds who meets a criterion, or when it was met. It runs only if the owner permits it. */
export interface CriterionEvaluation {
  readonly name: string;
  readonly tests: readonly string[];
  readonly evaluate: (isCounted: RecordTest | undefined) => PersonSet | Promise<PersonSet | PersonRows>;
}

/** A column of numbers. */
export type NumberColumn = Uint8Array | Uint16Array | Int32Array | Uint32Array;

/** Rows in columns. Each row is about one person. */
export interface PersonRows {
  readonly person: Uint32Array;
  readonly [column: string]: NumberColumn;
}

/** A column of values about persons. A person may have several rows. */
export interface GroupAttribute {
  readonly name: string;
  /** The coordinate that the values reveal. */
  readonly coordinate: string;
  readonly subject: Uint32Array;
  readonly values: NumberColumn;
  /** Replaces values that may not be used. Without it, a released column contains the values of everybody. */
  readonly withheldValue?: number;
}
