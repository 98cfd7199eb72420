import { expect } from '@jest/globals';
import type { Attack } from './attack.js';
import { attacks } from './attacks.js';

/** Grouped by the case in the source of an attack, so that the tests of a case can run alone. */
export const labelled = (attack: Attack): [string, Attack] => [
  `${attack.id} ${attack.title} (${attack.source})`,
  attack,
];

export const eachAttack = attacks.map(labelled);

/**
 * Possible outcomes of an attack. If a gateway or its city offers nothing to try, the attack must report
 * that.
 */
export function heldOr({ id }: Attack, mayNotApply: readonly string[]): unknown {
  const outcome = mayNotApply.includes(id) ? expect.stringMatching(/^(held|not applicable)$/) : 'held';
  return expect.objectContaining({ outcome });
}
