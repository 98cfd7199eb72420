/**
 * @property federation/planning-bounded New operations are checked in turns, a few at a time for each caller.
 * Planning is bounded in steps and time, and yields to other work.
 * @enforcedBy federation/planning/planner.ts, federation/planning/costs.ts, lib/fairQueue.ts
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { getOperationAST, parse } from 'graphql';
import { explainPlan } from '../../../federation/planning/explainPlan.js';
import { QueryPlanner } from '../../../federation/planning/planner.js';
import { fragmentsOf } from '../../../lib/collectFields.js';
import { packageRoot } from '../../../lib/packageRoot.js';

const city = parse(readFileSync(join(packageRoot(), 'schema/supergraph.graphql'), 'utf8'));

function plan(text: string, deadlineMs?: number) {
  const document = parse(text);
  const operation = getOperationAST(document)!;
  const planner = new QueryPlanner(city, deadlineMs);
  return planner.plan({ operation, fragments: fragmentsOf(document), conditions: {} });
}

const repeat = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');

function pathsIn(levels: number): string {
  return `servicePath { steps { ${levels === 0 ? 'contacts' : `person { ${pathsIn(levels - 1)} }`} } }`;
}

describe('a plan', () => {
  it('asks in as few levels as the requirements of a path allow', async () => {
    const { fetches } = await plan('{ person(id: 1) { birthYear servicePath { steps { contacts } } } }');
    expect(fetches.map(({ subgraph, level, after }) => ({ subgraph, level, after }))).toEqual([
      { subgraph: 'population', level: 1, after: [] },
      { subgraph: 'paths', level: 2, after: [0] },
      { subgraph: 'education', level: 3, after: [1] },
      { subgraph: 'health', level: 3, after: [1] },
      { subgraph: 'social', level: 3, after: [1] },
      { subgraph: 'paths', level: 4, after: [2, 3, 4, 1] },
    ]);
  });

  it('asks a subgraph once for equal selections at different places', async () => {
    const { fetches } = await plan(
      `{ ${repeat(5, (i) => `a${i}: person(id: ${i}) { healthContacts { id } sex { code } }`)} }`,
    );
    const places = fetches.filter(({ isEntityFetch }) => isEntityFetch).map((fetch) => fetch.places.length);
    expect(places).toEqual([5]);
  });

  it('is explained fetch by fetch', async () => {
    const text = explainPlan(await plan('{ person(id: 1) { birthYear servicePath { withheld } } }'));
    expect(text).toMatch(/^Fetches: 6, levels: 4\n/);
    expect(text).toContain(
      'asks for ServicePath.withheld\n     sends ServicePath { education health social person from until }',
    );
  });
});

describe('planning', () => {
  it('E06: takes few requests for paths in paths', async () => {
    const { fetches } = await plan(`{ ${repeat(20, (i) => `a${i}: person(id: ${i}) { ${pathsIn(5)} }`)} }`);
    expect(fetches.length).toBeLessThan(40);
  });

  it('E06: is refused after its deadline', async () => {
    const text = `{ ${repeat(20, (i) => `a${i}: person(id: ${i}) { ${pathsIn(5)} }`)} }`;
    await expect(plan(text, 0)).rejects.toThrow(
      expect.objectContaining({ code: 'OPERATION_TOO_LARGE', details: { limit: 'planning' } }),
    );
  });

  it('refuses an operation that takes too many steps', async () => {
    const spread = repeat(
      10,
      (n) =>
        `fragment F${n + 1} on ServiceStep { a: person { ...P${n} } b: person { ...P${n} } }
        fragment P${n} on Person { c: servicePath { steps { ...F${n} } } d: servicePath { steps { ...F${n} } } }`,
    );
    const text = `{ person(id: 1) { servicePath { steps { ...F10 } } } } fragment F0 on ServiceStep { contacts } ${spread}`;
    await expect(plan(text)).rejects.toThrow(expect.objectContaining({ code: 'OPERATION_TOO_LARGE' }));
  });
});
