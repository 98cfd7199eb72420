import { expect } from '@jest/globals';
import type { Attack } from './attack.js';
import { attacks } from './attacks.js';

/** By the case of an attack, which its source names, its tests can be run alone. */
export const labelled = (attack: Attack): [string, Attack] => [
  `${attack.id} ${attack.title} (${attack.source})`,
  attack,
];

export const eachAttack = attacks.map(labelled);

/** What may come of an attack: where a gateway or its city offers nothing to try, that it says so. */
export function heldOr({ id }: Attack, mayNotApply: readonly string[]): unknown {
  const outcome = mayNotApply.includes(id) ? expect.stringMatching(/^(held|not applicable)$/) : 'held';
  return expect.objectContaining({ outcome });
}
