import type { ArgumentDefinition, ArgumentValue, Criterion } from './criterion.js';
import { badInput } from './groupFilter.js';
import type { LeafQuestion } from './cohortQuestion.js';

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
