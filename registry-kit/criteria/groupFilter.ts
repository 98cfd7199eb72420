import { PolkuError } from '../../lib/errors.js';
import type { CriterionArguments } from './criterion.js';

/** One criterion of one registry, with its arguments. */
export interface FilterCriterion {
  readonly kind: 'criterion';
  readonly criterion: string;
  readonly arguments: CriterionArguments;
}

export const familyParts = ['anyone', 'parent', 'child'] as const;
/** The members of a family who must meet a filter. */
export type FamilyPart = (typeof familyParts)[number];

/** Defines which persons belong to a group. Filters are immutable and canonical. */
export type GroupFilter =
  | FilterCriterion
  | { readonly kind: 'all' | 'any'; readonly of: readonly GroupFilter[] }
  | { readonly kind: 'not'; readonly of: GroupFilter }
  /** Persons with a family at the end of a year in which a member meets a filter. */
  | {
      readonly kind: 'family';
      readonly member: FamilyPart;
      readonly atEndOf: number;
      readonly of: GroupFilter;
    }
  /** Persons who meet the second criterion after the first, within this number of calendar months. */
  | {
      readonly kind: 'sequence';
      readonly first: FilterCriterion;
      readonly next: FilterCriterion;
      readonly withinMonths: number;
    };

/**
 * People write filters, so a small limit is enough. Each criterion reads a registry's rows, each family all
 * families.
 */
const MAX_CRITERIA = 40;
/** The largest number of entries of any kind. */
const MAX_ENTRIES = 200;
const MAX_DEPTH = 12;

/**
 * Reads a filter that a client or {@link writeFilter} wrote. An object with several entries means all of
 * them. The result is canonical: nested `all`, `any` and `not` are flattened, and parts and codes are sorted
 * without duplicates.
 * @throws PolkuError BAD_USER_INPUT, OPERATION_TOO_LARGE
 */
export function readFilter(value: unknown): GroupFilter {
  return new FilterReader().read(value);
}

/** Reads the filters and events of one question. The limits apply to the whole question. */
export class FilterReader {
  #criteria = 0;
  #entries = 0;

  /** @throws PolkuError BAD_USER_INPUT, OPERATION_TOO_LARGE */
  read(value: unknown, depth = 0): GroupFilter {
    if (depth > MAX_DEPTH) throw tooLarge('depth', MAX_DEPTH);
    const parts = entriesOf(value, 'a filter').map(([name, part]) => this.#part(name, part, depth));
    if (parts.length === 0)
      throw badInput('A filter needs at least one criterion; everybody is { all: [] }.');
    return joined('all', parts);
  }

  #part(name: string, value: unknown, depth: number): GroupFilter {
    if (++this.#entries > MAX_ENTRIES) throw tooLarge('entries', MAX_ENTRIES);
    switch (name) {
      case 'all':
      case 'any':
        return joined(
          name,
          listOf(value, name).map((part) => this.read(part, depth + 1)),
        );
      case 'not': {
        const of = this.read(value, depth + 1);
        return of.kind === 'not' ? of.of : { kind: 'not', of };
      }
      case 'family': {
        const { member, atEndOf, where } = Object.fromEntries(entriesOf(value, name));
        if (!familyParts.includes(member as FamilyPart) || !Number.isInteger(atEndOf))
          throw badInput('"family" needs member, atEndOf (a year) and where.');
        const before = this.#criteria;
        const of = this.read(where, depth + 1);
        if (this.#criteria === before)
          throw badInput(
            '"family" needs a criterion in where; families of any kind are found by familyType.',
          );
        return { kind: 'family', member: member as FamilyPart, atEndOf: atEndOf as number, of };
      }
      case 'sequence': {
        const { first, next, withinMonths } = Object.fromEntries(entriesOf(value, name));
        if (!Number.isInteger(withinMonths) || (withinMonths as number) < 1)
          throw badInput('"sequence" needs first, next and withinMonths, at least 1.');
        const [one, other] = [this.event(first), this.event(next)];
        return { kind: 'sequence', first: one, next: other, withinMonths: withinMonths as number };
      }
      default:
        return this.#criterion(name, value);
    }
  }

  /**
   * Reads a single criterion, for sequences and times to an event.
   * @throws PolkuError BAD_USER_INPUT, OPERATION_TOO_LARGE
   */
  event(value: unknown): FilterCriterion {
    const entries = entriesOf(value, 'an event');
    if (entries.length !== 1) throw badInput('An event is exactly one criterion.');
    return this.#criterion(...entries[0]!);
  }

  #criterion(criterion: string, value: unknown): FilterCriterion {
    if (++this.#criteria > MAX_CRITERIA) throw tooLarge('criteria', MAX_CRITERIA);
    const given = entriesOf(value, criterion).map(
      ([name, argument]) => [name, canonicalArgument(argument, name)] as const,
    );
    return { kind: 'criterion', criterion, arguments: Object.fromEntries(given) };
  }
}

/** Writes a filter so that it can be read again. Equal filters have equal texts. */
export function writeFilter(filter: GroupFilter): object {
  switch (filter.kind) {
    case 'criterion':
      return { [filter.criterion]: filter.arguments };
    case 'all':
    case 'any':
      return { [filter.kind]: filter.of.map(writeFilter) };
    case 'not':
      return { not: writeFilter(filter.of) };
    case 'family': {
      const { member, atEndOf, of } = filter;
      return { family: { atEndOf, member, where: writeFilter(of) } };
    }
    case 'sequence': {
      const { first, next, withinMonths } = filter;
      return { sequence: { first: writeFilter(first), next: writeFilter(next), withinMonths } };
    }
  }
}

function joined(kind: 'all' | 'any', parts: readonly GroupFilter[]): GroupFilter {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.of : [part]));
  const byText = new Map(flat.map((part) => [JSON.stringify(writeFilter(part)), part]));
  const of = [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part);
  return of.length === 1 ? of[0]! : { kind, of };
}

function canonicalArgument(value: unknown, name: string): CriterionArguments[string] {
  if (Number.isInteger(value)) return value as number;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return [...new Set(value as string[])].sort();
  if (typeof value === 'object' && !Array.isArray(value)) {
    const entries = entriesOf(value, name);
    if (entries.every(([end, bound]) => (end === 'from' || end === 'until') && Number.isInteger(bound)))
      return Object.fromEntries(entries) as CriterionArguments[string];
  }
  throw badInput(`"${name}" has a value of an unknown form.`);
}

/** Returns the entries of an object that have a value, sorted by name. */
function entriesOf(value: unknown, what: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badInput(`Expected ${what} as an object.`);
  return Object.entries(value)
    .filter(([, part]) => part != null)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw badInput(`"${what}" needs a list of filters.`);
}

export function badInput(message: string): PolkuError {
  return new PolkuError('BAD_USER_INPUT', message);
}

function tooLarge(what: string, maximum: number): PolkuError {
  return new PolkuError(
    'OPERATION_TOO_LARGE',
    `The filter is too large: ${what} may be at most ${maximum}.`,
    {
      limit: what,
      maximum,
    },
  );
}
