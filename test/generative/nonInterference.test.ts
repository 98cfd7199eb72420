/**
 * @property registries/restricted-rows
 * @property registries/non-interference Withheld data changes no byte of an answer.
 * @enforcedBy registry-kit/enforcement
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { committedGraph } from '../../cli/runtime/openPolicy.js';
import { compilePolicy } from '../../policies/engine/compile/compilePolicy.js';
import { type Asked, type WorldRequester, type ServedWorld, serveWorld } from '../city/serveWorld.js';
import type { World } from '../city/smallWorld.js';
import { FAMILIES, PERSONS, randomEdits, randomWorld } from './worldArbitrary.js';
import { everything } from './worldOperations.js';
import { randomPolicy } from './worldPolicies.js';
import { type Viewer, viewOf, withoutHidden } from './worldView.js';

const clerk = { employee: 'H-1', units: ['U-1'], person: 1 };
const requesters: readonly WorldRequester[] = [
  { ...clerk, roles: ['clinician'], purpose: 'care' },
  { ...clerk, roles: ['family-team-worker'], purpose: 'child-protection' },
  { ...clerk, roles: ['researcher'], purpose: 'statistics' },
  { ...clerk, roles: ['resident'], purpose: 'data-subject' },
];

const cases = fc.constantFrom(...requesters).chain((requester) =>
  fc.record({
    requester: fc.constant(requester),
    sources: randomPolicy(requester),
    world: randomWorld,
    edits: randomEdits,
    query: everything,
    breaksGlass: fc.boolean(),
  }),
);

describe('answers', () => {
  let served: ServedWorld;
  beforeAll(async () => {
    served = await serveWorld();
  });
  afterAll(() => served?.stop());

  it('do not change by one byte when only withheld data changes', async () => {
    const graph = await committedGraph();
    const seen = { changes: 0, bytes: 0, different: 0 };
    await fc.assert(
      fc.asyncProperty(cases, async ({ requester, sources, world, edits, query, breaksGlass }) => {
        const { policy, problems } = compilePolicy(sources, graph);
        if (!policy) throw new Error(problems.map(({ message }) => message).join('\n'));
        served.rule(policy);
        const viewer: Viewer = { requester, decision: policy.decide(requester, new Date()), breaksGlass };
        const asked: Asked = {
          query,
          variables: Object.fromEntries([
            ...PERSONS.map((key) => [`p${key}`, served.id(requester, 'PersonID', key)]),
            ...FAMILIES.map((key) => [`f${key}`, served.id(requester, 'FamilyID', key)]),
          ]),
          headers: { 'polku-partial': 'true', ...(breaksGlass && { 'polku-break-glass': 'an emergency' }) },
        };
        const answerTo = (shown: World) => {
          served.show(shown);
          return served.ask(requester, asked);
        };

        const view = viewOf(world, viewer);
        // Hidden rows count as never written, unless the protection of other people depends on them.
        const bare = withoutHidden(world, viewer);
        let other = viewOf(bare, viewer) === view ? bare : world;
        let visible = world;
        for (const edit of edits) {
          const edited = edit(other);
          if (viewOf(edited, viewer) === view) [other, seen.changes] = [edited, seen.changes + 1];
          else visible = edited;
        }
        const answer = await answerTo(world);
        expect(answer).toEqual({ status: 200, text: expect.any(String) });
        expect(await answerTo(other)).toEqual(answer);
        seen.bytes += answer.text.length;
        expect(served.faults).toEqual([]);
        if (visible !== world && (await answerTo(visible)).text !== answer.text) seen.different += 1;
      }),
      { numRuns: 30, endOnFailure: true },
    );
    // If nothing were answered, or nothing changed, equality would prove little; also visible changes must
    // show.
    expect(seen.changes).toBeGreaterThan(250);
    expect(seen.bytes).toBeGreaterThan(60_000);
    expect(seen.different).toBeGreaterThan(10);
  });
});
