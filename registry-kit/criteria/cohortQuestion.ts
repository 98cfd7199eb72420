import type { Day } from '../../lib/calendar.js';
import type { ArgumentDefinition, ArgumentValue, Criterion } from './criterion.js';
import {
  badInput,
  type FilterCriterion,
  FilterReader,
  type GroupFilter,
  writeFilter,
} from './groupFilter.js';

/** A whole question about one group. Its text is the key of `Cohort`. */
export interface CohortQuestion {
  readonly where: GroupFilter;
  /** The group to compare with. */
  readonly comparedWith?: GroupFilter;
  /** The time from the first of one event to the first of another event, observed until a day. */
  readonly timeTo?: { readonly from: FilterCriterion; readonly event: FilterCriterion; readonly until: Day };
}

/** The name under which the population register publishes everybody. No criterion has this name. */
export const EVERYBODY = 'everybody';

/** A question to a registry about one criterion: who meets it (`persons`), or when it was met (`events`). */
interface CriterionQuestion {
  /** The name of the answer in a feed. */
  readonly name: string;
  readonly filter: FilterCriterion;
  readonly as: 'persons' | 'events';
}

/**
 * Reads a question that a client asks.
 * @throws PolkuError BAD_USER_INPUT, OPERATION_TOO_LARGE
 */
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

/**
 * Parses the key of a cohort. The key passed through the planner, so it must equal what {@link writeQuestion}
 * writes.
 * @throws PolkuError BAD_USER_INPUT
 */
export function parseQuestion(text: unknown): CohortQuestion {
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

/** Lists the criteria that a question asks registries about. Each one occurs once. */
export function criterionQuestions({
  where,
  comparedWith,
  timeTo,
}: CohortQuestion): readonly CriterionQuestion[] {
  const found = new Map<string, CriterionQuestion>();
  const add = (filter: FilterCriterion, as: CriterionQuestion['as']): void => {
    const name = answerName(filter, as);
    found.set(name, { name, filter, as });
  };
  const walk = (filter: GroupFilter): void => {
    switch (filter.kind) {
      case 'criterion':
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
  if (timeTo) for (const event of [timeTo.from, timeTo.event]) add(event, 'events');
  return [...found.values()];
}

/** Names the answer to a question about a criterion. Equal questions have equal names. */
export function answerName(filter: FilterCriterion, as: CriterionQuestion['as']): string {
  return `${as}:${JSON.stringify(writeFilter(filter))}`;
}

function readTimeTo(value: unknown, reader: FilterReader): NonNullable<CohortQuestion['timeTo']> {
  const { from, event, until } = value as Record<string, unknown>;
  if (!Number.isInteger(until)) throw badInput('"timeTo" needs from, event and until.');
  return { from: reader.event(from), event: reader.event(event), until: until as Day };
}

function notCanonical(): Error {
  return badInput('Expected the key of a cohort as the gateway writes it.');
}

/**
 * Checks the arguments of a criterion against their definitions.
 * @throws PolkuError BAD_USER_INPUT
 */
export function checkCriterion({ filter, as }: CriterionQuestion, criterion: Criterion): void {
  const { criterion: name, arguments: given } = filter;
  if (as === 'events' && !criterion.events) throw badInput(`"${name}" is no event: it has no day.`);
  if (as === 'events' && given['atLeast'] !== undefined)
    throw badInput(`"${name}" as an event has no atLeast, because each one counts.`);
  for (const [argument, value] of Object.entries(given)) {
    const definition = criterion.arguments[argument];
    if (!definition || !fits(definition, value))
      throw badInput(`"${name}" has no argument ${argument} of that form.`);
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
