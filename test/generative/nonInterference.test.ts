import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { committedGraph } from '../../gateway/cli/runtime/loadPolicy.js';
import { compilePolicy } from '../../policies/engine/compile/compilePolicy.js';
import { formatDay, today } from '../../schema/calendar.js';
import type { Asked, Asker, ServedWorld } from '../city/serveWorld.js';
import { serveWorld } from '../city/serveWorld.js';
import type { World } from '../city/smallWorld.js';
import { FAMILIES, PERSONS, randomEdits, randomWorld } from './worldArbitrary.js';
import { randomPolicy } from './worldPolicies.js';
import { viewOf, type Viewer, withoutHidden } from './worldView.js';

const clerk = { employee: 'H-1', units: ['U-1'], person: 1 };
const askers: readonly Asker[] = [
  { ...clerk, roles: ['clinician'], purpose: 'care' },
  { ...clerk, roles: ['family-team-worker'], purpose: 'child-protection' },
  { ...clerk, roles: ['researcher'], purpose: 'statistics' },
  { ...clerk, roles: ['resident'], purpose: 'data-subject' },
];

const day = fc.integer({ min: 0, max: 1600 }).map((days) => `"${formatDay(today() - days)}"`);
/** Rarely: a field whose argument tests what is not shown is withheld whole. */
const sometimes = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
const period = fc
  .record({ from: sometimes(day), until: sometimes(day) })
  .map(({ from, until }) => [...(from ? [`from: ${from}`] : []), ...(until ? [`until: ${until}`] : [])]);
const contactArgs = fc
  .tuple(period, sometimes(fc.constantFrom('["T11"]', '["T11", "T12"]')))
  .map(([parts, services]) => given([...parts, ...(services ? [`services: ${services}`] : [])]));
const on = sometimes(day).map((date) => given(date ? [`on: ${date}`] : []));
const inPeriod = period.map(given);

function given(parts: readonly string[]): string {
  return parts.length > 0 ? `(${parts.join(', ')})` : '';
}

const STEPS = '{ steps { person { id } sector service startedAt endedAt unit contacts } withheld }';
const ofPerson = fc.tuple(on, on, contactArgs, contactArgs, inPeriod, inPeriod).map(
  ([families, members, health, social, enrolments, path]) => `{
      id birthYear sex language district
      families${families} { role startedAt endedAt family { id members${members} { role startedAt endedAt person { id } } } }
      healthContacts${health} { id startedAt endedAt service unit diagnosis urgency }
      socialContacts${social} { id startedAt endedAt service unit kind decision }
      incomeSupport { month amount }
      enrolments${enrolments} { startedAt endedAt service unit hoursPerWeek }
      servicePath${path} ${STEPS}
    }`,
);

/** One operation that asks for everything, with random arguments: of each person, each family and my clients. */
const everything = fc
  .tuple(ofPerson, inPeriod, fc.integer({ min: 1, max: 4 }))
  .map(([person, path, first]) => {
    const persons = PERSONS.map((key) => `p${key}: person(id: $p${key}) ${person}`);
    const families = FAMILIES.map((key) => `f${key}: family(id: $f${key}) { servicePath${path} ${STEPS} }`);
    const variables = [
      ...PERSONS.map((key) => `$p${key}: PersonID!`),
      ...FAMILIES.map((key) => `$f${key}: FamilyID!`),
    ];
    return `query (${variables.join(', ')}) {
      me { id birthYear } persons(first: ${first}) { nodes { id sex } hasMore }
      ${[...persons, ...families].join('\n')}
    }`;
  });

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

  it('do not change by one byte where only what policy withholds changes', async () => {
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
        // What is hidden counts as never having been, unless a protection of others hangs on it.
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
    // Were nothing answered, or nothing changed, equality would say little; nor if what is visible did not show.
    expect(told.changes).toBeGreaterThan(250);
    expect(told.bytes).toBeGreaterThan(60_000);
    expect(told.different).toBeGreaterThan(10);
  });
});
