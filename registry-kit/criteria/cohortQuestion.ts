import type { Day } from '../../lib/calendar.js';
import type { ArgumentDefinition, ArgumentValue, Criterion } from './criterion.js';
import { badInput, FilterReader, type GroupFilter, type Leaf, writeFilter } from './groupFilter.js';

/** All that is asked of one group: the key of `Cohort`, as a text. */
export interface CohortQuestion {
  readonly where: GroupFilter;
  /** The group that it is held against. */
  readonly comparedWith?: GroupFilter;
  /** How long it takes from the first of one event to the first of another, seen until a day. */
  readonly timeTo?: { readonly from: Leaf; readonly event: Leaf; readonly until: Day };
}

/** Under which the population register tells whom there is; no criterion has this name. */
export const EVERYBODY = 'everybody';

/** What a registry is asked of a criterion: who meets it, or when it was met. */
interface LeafQuestion {
  /** By which the answer is found in a feed. */
  readonly name: string;
  readonly leaf: Leaf;
  readonly as: 'persons' | 'events';
}

/** Reads a question as a client puts it. @throws PolkuError BAD_USER_INPUT, OPERATION_TOO_LARGE */
export function readQuestion(value: {
  readonly where: unknown;
  readonly comparedWith?: unknown;
  readonly timeTo?: unknown;
}): CohortQuestion {
  const { where, comparedWith, timeTo } = value;
  const reader = new FilterReader();
  return {
    where: reader.read(where),
    ...(comparedWith != null && { comparedWith: reader.read(comparedWith) }),
    ...(timeTo != null && { timeTo: readTimeTo(timeTo, reader) }),
  };
}

/** Reads the key of a cohort. It came through the planner, so it must be just what {@link writeQuestion} writes. */
export function questionOf(text: unknown): CohortQuestion {
  let value: unknown;
  try {
    value = JSON.parse(String(text));
  } catch {
    throw notCanonical();
  }
  if (typeof value !== 'object' || value === null) throw notCanonical();
  const question = readQuestion(value as { where: unknown });
  if (writeQuestion(question) !== text) throw notCanonical();
  return question;
}

export function writeQuestion({ where, comparedWith, timeTo }: CohortQuestion): string {
  return JSON.stringify({
    where: writeFilter(where),
    ...(comparedWith && { comparedWith: writeFilter(comparedWith) }),
    ...(timeTo && {
      timeTo: { from: writeFilter(timeTo.from), event: writeFilter(timeTo.event), until: timeTo.until },
    }),
  });
}

/** What a question asks of registries, each thing once. */
export function leavesOf({ where, comparedWith, timeTo }: CohortQuestion): readonly LeafQuestion[] {
  const found = new Map<string, LeafQuestion>();
  const add = (leaf: Leaf, as: LeafQuestion['as']): void => {
    const name = leafName(leaf, as);
    found.set(name, { name, leaf, as });
  };
  const walk = (filter: GroupFilter): void => {
    switch (filter.kind) {
      case 'leaf':
        return add(filter, 'persons');
      case 'all':
      case 'any':
        return filter.of.forEach(walk);
      case 'not':
      case 'family':
        return walk(filter.of);
      case 'sequence':
        add(filter.first, 'events');
        return add(filter.next, 'events');
    }
  };
  walk(where);
  if (comparedWith) walk(comparedWith);
  if (timeTo) for (const leaf of [timeTo.from, timeTo.event]) add(leaf, 'events');
  return [...found.values()];
}

export function leafName(leaf: Leaf, as: LeafQuestion['as']): string {
  return `${as}:${JSON.stringify(writeFilter(leaf))}`;
}

function readTimeTo(value: unknown, reader: FilterReader): NonNullable<CohortQuestion['timeTo']> {
  const { from, event, until } = value as Record<string, unknown>;
  if (!Number.isInteger(until)) throw badInput('"timeTo" needs from, event and until.');
  return { from: reader.event(from), event: reader.event(event), until: until as Day };
}

function notCanonical(): Error {
  return badInput('Expected a cohort as the gateway names it.');
}

/**
 * Checks a criterion's arguments against what it takes.
 * @throws PolkuError BAD_USER_INPUT
 */
export function checkLeaf({ leaf, as }: LeafQuestion, criterion: Criterion): void {
  const { criterion: name, arguments: given } = leaf;
  if (as === 'events' && !criterion.events) throw badInput(`"${name}" is no event: it has no day.`);
  if (as === 'events' && given['atLeast'] !== undefined)
    throw badInput(`"${name}" as an event takes no atLeast: each of them is one.`);
  for (const [argument, value] of Object.entries(given)) {
    const definition = criterion.arguments[argument];
    if (!definition || !fits(definition, value))
      throw badInput(`"${name}" takes no ${argument} of that form.`);
  }
  for (const [argument, { required }] of Object.entries(criterion.arguments))
    if (required && given[argument] === undefined) throw badInput(`"${name}" needs ${argument}.`);
}

function fits({ kind, values }: ArgumentDefinition, value: ArgumentValue): boolean {
  switch (kind) {
    case 'codes':
      return Array.isArray(value) && (!values || value.every((code) => values.includes(code)));
    case 'range':
      return typeof value === 'object' && !Array.isArray(value);
    case 'count':
      return typeof value === 'number' && value >= 1;
    case 'day':
      return typeof value === 'number';
    case 'year':
      return typeof value === 'number' && value >= 1800 && value <= 2200;
  }
}
