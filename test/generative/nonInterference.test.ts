/**
 * @property registries/restricted-rows
 * @property registries/non-interference Withheld data changes no byte of an answer.
 * @enforcedBy registry-kit/enforcement
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { committedGraph } from '../../cli/runtime/openPolicy.js';
import { compilePolicy } from '../../policies/engine/compile/compilePolicy.js';
import { type Asked, type Asker, type ServedWorld, serveWorld } from '../city/serveWorld.js';
import type { World } from '../city/smallWorld.js';
import { FAMILIES, PERSONS, randomEdits, randomWorld } from './worldArbitrary.js';
import { everything } from './worldOperations.js';
import { randomPolicy } from './worldPolicies.js';
import { type Viewer, viewOf, withoutHidden } from './worldView.js';

const clerk = { employee: 'H-1', units: ['U-1'], person: 1 };
const askers: readonly Asker[] = [
  { ...clerk, roles: ['clinician'], purpose: 'care' },
  { ...clerk, roles: ['family-team-worker'], purpose: 'child-protection' },
  { ...clerk, roles: ['researcher'], purpose: 'statistics' },
  { ...clerk, roles: ['resident'], purpose: 'data-subject' },
];

const cases = fc.constantFrom(...askers).chain((asker) =>
  fc.record({
    asker: fc.constant(asker),
    sources: randomPolicy(asker),
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
    const told = { changes: 0, bytes: 0, different: 0 };
    await fc.assert(
      fc.asyncProperty(cases, async ({ asker, sources, world, edits, query, breaksGlass }) => {
        const { policy, problems } = compilePolicy(sources, graph);
        if (!policy) throw new Error(problems.map(({ message }) => message).join('\n'));
        served.rule(policy);
        const viewer: Viewer = { asker, decision: policy.decide(asker, new Date()), breaksGlass };
        const asked: Asked = {
          query,
          variables: Object.fromEntries([
            ...PERSONS.map((key) => [`p${key}`, served.id(asker, 'PersonID', key)]),
            ...FAMILIES.map((key) => [`f${key}`, served.id(asker, 'FamilyID', key)]),
          ]),
          headers: { 'polku-partial': 'true', ...(breaksGlass && { 'polku-break-glass': 'an emergency' }) },
        };
        const answerTo = (shown: World) => {
          served.show(shown);
          return served.ask(asker, asked);
        };

        const view = viewOf(world, viewer);
        // Hidden rows count as never written, unless the protection of other people depends on them.
        const bare = withoutHidden(world, viewer);
        let other = viewOf(bare, viewer) === view ? bare : world;
        let visible = world;
        for (const edit of edits) {
          const edited = edit(other);
          if (viewOf(edited, viewer) === view) [other, told.changes] = [edited, told.changes + 1];
          else visible = edited;
        }
        const answer = await answerTo(world);
        expect(answer).toEqual({ status: 200, text: expect.any(String) });
        expect(await answerTo(other)).toEqual(answer);
        told.bytes += answer.text.length;
        expect(served.faults).toEqual([]);
        if (visible !== world && (await answerTo(visible)).text !== answer.text) told.different += 1;
      }),
      { numRuns: 30, endOnFailure: true },
    );
    // If nothing were answered, or nothing changed, equality would prove little; also visible changes must
    // show.
    expect(told.changes).toBeGreaterThan(250);
    expect(told.bytes).toBeGreaterThan(60_000);
    expect(told.different).toBeGreaterThan(10);
  });
});
