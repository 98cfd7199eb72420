/**
 * @property groups/measured-attacks What attacks on groups learn is measured.
 * @enforcedBy docs/disclosure.md
 */
import { describe, expect, it } from '@jest/globals';
import { forgetfulLedger, groupAttacks } from './groupAttacks.js';
import { measureGroupAttack } from './measureGroupAttack.js';

const TRIES = 10;

/** Attacks that learn nothing: every answer would be the same if the truth were the opposite. */
const hopeless = ['1A7C', '2B4D', '3C90', '4E12', '5F38', '6A05', '7B61', '8D2E', '93F7', 'B5C3', '1D92'];
/** Attacks that noise and budgets only slow down: docs/disclosure.md says by how much. */
const slowed = groupAttacks.filter(({ id }) => !hopeless.includes(id));

describe('numbers of groups', () => {
  it.each(groupAttacks.filter(({ id }) => hopeless.includes(id)))(
    'reveal nothing to attack $id ($name), and would reveal everything without protection',
    async (attack) => {
      const measured = await measureGroupAttack(attack, TRIES, 20);
      expect(measured.open).toBe(1);
      expect(measured.protected).toBe(0.5);
    },
  );

  it.each(slowed)('reveal little to attack $id ($name) with a few questions', async (attack) => {
    const measured = await measureGroupAttack(attack, TRIES, 8);
    expect(measured.open).toBe(1);
    expect(measured.protected).toBeLessThan(0.9);
  });

  it('would reveal a member by two questions if the ledger forgot, so this measure detects attacks', async () => {
    expect((await measureGroupAttack(forgetfulLedger, TRIES, 2)).protected).toBeGreaterThan(0.8);
  });

  it('have attacks with unique ids', () => {
    const ids = [...groupAttacks, forgetfulLedger].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(hopeless.every((id) => ids.includes(id))).toBe(true);
  });
});
