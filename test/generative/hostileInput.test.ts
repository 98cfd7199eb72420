import { describe, expect, it } from '@jest/globals';
import { inputKinds } from './hostileInput/kinds.js';
import { identities } from './hostileInput/plantedPeople.js';
import { proveInputs } from './hostileInput/proveInputs.js';

describe('hostile inputs', () => {
  it('are read or refused with a code, and leave no files behind (100 cases of npm run prove:input)', async () => {
    const { faults, outcomes } = await proveInputs(inputKinds, { cases: 100, seed: 1, identities });
    expect(faults).toEqual([]);
    // If every input were refused for one reason, or none were refused, the proof would show little.
    const all = new Set(Object.values(outcomes).flatMap((counts) => Object.keys(counts)));
    expect(all).toContain('accepted');
    expect(all.size).toBeGreaterThan(8);
  });
});
