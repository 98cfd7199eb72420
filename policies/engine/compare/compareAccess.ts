import { describeCondition } from '../catalogue/conditions.js';
import { isAtLeastAsFine } from '../catalogue/masks.js';
import type { Condition, Permission } from '../decision.js';

/** What a change means to whoever is shown a field: for some people more, for some less, or both. */
export interface AccessChange {
  readonly widens: boolean;
  readonly narrows: boolean;
}

/**
 * Compares two lists of permissions by what they come to, whichever of their conditions hold. Permissions that read
 * differently and come to the same are the same.
 */
export function compareAccess(before: readonly Permission[], after: readonly Permission[]): AccessChange {
  const conditions = [...new Set([...before, ...after].flatMap((permission) => permission.conditions))];
  let [widens, narrows] = [false, false];
  for (let subset = 0; subset < 2 ** conditions.length; subset++) {
    const holding = conditions.filter((_, index) => (subset >>> index) % 2 === 1);
    const [old, young] = [firstOf(before, holding), firstOf(after, holding)];
    widens ||= showsMore(young, old);
    narrows ||= showsMore(old, young);
  }
  return { widens, narrows };
}

function firstOf(permissions: readonly Permission[], holding: readonly Condition[]): Permission | undefined {
  return permissions.find(({ conditions }) => conditions.every((condition) => holding.includes(condition)));
}

/** Of masks that cannot be compared each shows something that the other does not. */
function showsMore(first: Permission | undefined, second: Permission | undefined): boolean {
  if (!first || !second) return first !== undefined;
  return !isAtLeastAsFine(second.mask, first.mask);
}

/** In which ways something may be seen, in words that stand behind "it was". */
export function describeAccess(permissions: readonly Permission[]): string {
  const ways = permissions.map(({ mask, conditions }) => {
    const value = mask === undefined ? 'the value itself' : `masked to ${mask}`;
    return conditions.length === 0 ? value : `${value} if ${conditions.map(describeCondition).join(' and ')}`;
  });
  return ways.join(', else ') || 'withheld';
}
