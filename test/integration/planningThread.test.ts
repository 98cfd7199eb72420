/**
 * @property federation/planning-thread New operations are planned in a separate thread, a few at a time for
 * each caller, and delay nobody.
 * @enforcedBy federation/planning/planningThread.ts, lib/fairQueue.ts
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { planHere } from '../../federation/planning/planner.js';
import { PlanningThread } from '../../federation/planning/planningThread.js';
import { packageRoot } from '../../lib/packageRoot.js';

const sdl = readFileSync(join(packageRoot(), 'schema/supergraph.graphql'), 'utf8');
const PATH =
  'query ($id: FamilyID!) { family(id: $id) { servicePath { steps { service { code } } withheld } } }';
const requester = (caller: string) => ({ caller, client: undefined });

/** Takes the planner minutes: 4 paths in each step, 6 levels deep. */
const endless = (levels: number): string =>
  levels === 0
    ? 'sector'
    : [0, 1, 2, 3]
        .map(
          (i) => `b${i}: person { servicePath(from: "201${i}-01-01") { steps { ${endless(levels - 1)} } } }`,
        )
        .join(' ');
const ENDLESS = `query ($id: FamilyID!) { family(id: $id) { servicePath { steps { ${endless(5)} } } } }`;

describe('a planning thread', () => {
  const thread = new PlanningThread(sdl, 120_000);
  afterAll(() => thread.close());

  it('makes the same plans as planning without the thread', async () => {
    const plan = await thread.plan(PATH, requester('a'));
    const expected = await planHere(sdl).plan(PATH, requester('a'));
    expect(plan).toEqual(JSON.parse(JSON.stringify(expected)));
  });

  it('reports by a code what it cannot plan', async () => {
    await expect(thread.plan('{ noSuchField }', requester('a'))).rejects.toThrow(
      expect.objectContaining({ code: 'GRAPHQL_VALIDATION_FAILED' }),
    );
  });

  it('G22: plans equal operations once, and lets callers take turns', async () => {
    const ends: string[] = [];
    const asked = (caller: string, name: string, text: string) =>
      thread.plan(text, requester(caller)).then((plan) => (ends.push(name), plan));
    const distinct = (n: number) => PATH.replace('withheld', `withheld a${n}: withheld`);
    const plans = await Promise.all([
      asked('a', 'a1', distinct(1)),
      asked('a', 'a2', distinct(2)),
      asked('a', 'a3', distinct(3)),
      asked('b', 'b1', distinct(4)),
      // It joins an equal operation of another caller, and its own turn comes sooner.
      asked('c', 'c3', distinct(3)),
    ]);
    expect(ends.indexOf('b1')).toBeLessThan(ends.indexOf('a2'));
    expect(ends.indexOf('c3')).toBeLessThan(ends.indexOf('a2'));
    expect(plans[4]).toBe(plans[2]);
  });

  it('refuses a caller who has too many operations waiting', async () => {
    const many = Array.from({ length: 60 }, (_, n) =>
      thread.plan(`{ a${n}: me { birthYear } }`, requester('flood')).then(
        () => 'planned',
        (error: { code: string }) => error.code,
      ),
    );
    const outcomes = await Promise.all(many);
    expect(outcomes.filter((outcome) => outcome === 'planned')).toHaveLength(51);
    expect(outcomes.filter((outcome) => outcome === 'RATE_LIMITED')).toHaveLength(9);
  });
});

describe('planning that takes too long', () => {
  it('E06: ends at its deadline while the process stays free, and the next operation is planned', async () => {
    const thread = new PlanningThread(sdl, 2_000);
    await thread.ready;
    let beats = 0;
    const beat = setInterval(() => (beats += 1), 10);
    await expect(thread.plan(ENDLESS, requester('a'))).rejects.toThrow(
      expect.objectContaining({
        code: 'OPERATION_TOO_LARGE',
        details: expect.objectContaining({ limit: 'planning time' }),
      }),
    );
    clearInterval(beat);
    // A planner on the event loop would let no timer run.
    expect(beats).toBeGreaterThan(10);
    await thread.ready;
    await expect(thread.plan(PATH, requester('b'))).resolves.toMatchObject({ kind: 'QueryPlan' });
    thread.close();
  });

  it('is still planned for a request that came before its supergraph was replaced', async () => {
    const thread = new PlanningThread(sdl, 60_000);
    const before = thread.plan(PATH, requester('a'));
    thread.close();
    await expect(before).resolves.toMatchObject({ kind: 'QueryPlan' });
    await expect(thread.plan('{ me { birthYear } }', requester('a'))).resolves.toMatchObject({
      kind: 'QueryPlan',
    });
  });
});
