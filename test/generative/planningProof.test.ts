/**
 * @property federation/plans A plan answers what one service with the same types would answer.
 * @enforcedBy federation/planning/planBuilder.ts, federation/planning/costs.ts
 */
import { describe, expect, it } from '@jest/globals';
import { provePlanning } from './planningProof/proveGraph.js';

const GRAPHS = 6;
const OPERATIONS = 240;

describe('random operations over random federated graphs', () => {
  it('E01 E02 E03: get the answers of one service with the same types', async () => {
    const { graphs, operations, wrong } = await provePlanning(GRAPHS, OPERATIONS, 1);
    expect(wrong).toEqual([]);
    expect({ graphs, operations }).toEqual({ graphs: GRAPHS, operations: OPERATIONS });
  });
});
