import { describe, expect, it } from '@jest/globals';
import { readShortcomings } from '../../../console/src/refusals/readShortcomings.js';

describe('the shortcomings of an answer', () => {
  it('list every refused coordinate, with the owner, reason and decision', () => {
    const refusal = {
      coordinate: 'Person.sex',
      registry: 'population',
      owner: 'Register office',
      reason: 'No grant.',
    };
    const { refusals, faults } = readShortcomings({
      errors: [
        {
          message: 'Person.sex (and 1 more) is not shown.',
          extensions: {
            code: 'PURPOSE_NOT_PERMITTED',
            ...refusal,
            purpose: 'planning',
            revision: 'r1',
            refusals: [refusal, { ...refusal, coordinate: 'Person.birthYear' }],
          },
        },
      ],
      extensions: { decisionId: 'd1' },
    });
    expect(refusals.map(({ coordinate }) => coordinate)).toEqual(['Person.sex', 'Person.birthYear']);
    expect(refusals[1]).toMatchObject({
      owner: 'Register office',
      purpose: 'planning',
      revision: 'r1',
      decision: 'd1',
    });
    expect(faults).toEqual([]);
  });

  it('list what was withheld in partial mode', () => {
    const { withheld } = readShortcomings({
      data: {},
      extensions: { withheld: [{ coordinate: 'Person.sex', owner: 'Register office', reason: 'No grant.' }] },
    });
    expect(withheld).toMatchObject([{ coordinate: 'Person.sex', reason: 'No grant.' }]);
  });

  it('show message and code of any other error', () => {
    expect(
      readShortcomings({ errors: [{ message: 'Bad.', extensions: { code: 'ID_UNKNOWN' } }] }).faults,
    ).toEqual([{ code: 'ID_UNKNOWN', message: 'Bad.' }]);
  });
});
