import { areComparable, coarsenessOf } from '../catalogue/masks.js';
import type { Condition, Permission } from '../decision.js';

/**
 * Permissions in the order in which they are tried, the first whose conditions hold being the one that counts: the value
 * itself before any mask, and of two masks the coarser, so that no grant undoes the caution of another. One that could
 * never be reached is left out. Masks of which none is the coarser, under equal conditions, contradict each other: both go.
 */
export function strongestFirst(permissions: readonly Permission[]): readonly Permission[] {
  const sorted = permissions
    .filter((permission) => !permissions.some((other) => contradicts(other, permission)))
    .toSorted(
      (a, b) =>
        rank(a) - rank(b) || a.conditions.length - b.conditions.length || (a.grant < b.grant ? -1 : 1),
    );
  return sorted.filter(
    ({ conditions }, index) =>
      !sorted.slice(0, index).some((earlier) => isWithin(earlier.conditions, conditions)),
  );
}

function rank({ mask }: Permission): number {
  return mask === undefined ? -Number.MAX_SAFE_INTEGER : -coarsenessOf(mask);
}

function contradicts(first: Permission, second: Permission): boolean {
  const equal =
    isWithin(first.conditions, second.conditions) && isWithin(second.conditions, first.conditions);
  return equal && !areComparable(first.mask, second.mask);
}

function isWithin(part: readonly Condition[], whole: readonly Condition[]): boolean {
  return part.every((condition) => whole.includes(condition));
}
