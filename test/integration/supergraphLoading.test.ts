import { describe, expect, it } from '@jest/globals';
import { loadSupergraph, type SubgraphSource } from '../../gateway/supergraph/loadSupergraph.js';
import type { Subgraph } from '../../schema/subgraph.js';
import { ask, localSource, testSubgraph } from './supergraphTestbed.js';

const first = testSubgraph('first', 'type Query { a: Int }', { Query: { a: () => 1 } });
const second = testSubgraph('second', 'type Query { b: Int }', { Query: { b: () => 2 } });
const grown = testSubgraph('second', 'type Query { b: Int c: Int }', { Query: { b: () => 2, c: () => 3 } });
const clashing = testSubgraph('second', 'type Query { a: String b: Int }', { Query: {} });

/** A place where a subgraph runs that can be replaced by another edition, or be down. */
function place(subgraph: Subgraph): SubgraphSource & { put(edition: Subgraph | undefined): void } {
  let edition: Subgraph | undefined = subgraph;
  return {
    ...localSource(subgraph),
    dataSource: {
      async readSdl() {
        if (!edition) throw new Error('connect ECONNREFUSED 10.0.0.3');
        return edition.sdl;
      },
      fetch: (...request) => localSource(edition!).dataSource.fetch(...request),
    },
    put: (next) => {
      edition = next;
    },
  };
}

describe('loading a supergraph', () => {
  it('tells every composition error at once', async () => {
    const other = testSubgraph('other', 'type Query { a: Int } type T { x: Int }', { Query: {} });
    const twice = testSubgraph('twice', 'type Query { b: Int } type T { x: Int }', { Query: {} });
    const load = loadSupergraph({ subgraphs: [first, other, second, twice].map(localSource) });
    await expect(load).rejects.toThrow(
      expect.objectContaining({
        code: 'SUPERGRAPH_INVALID',
        details: {
          errors: [
            expect.stringContaining('Query.a'),
            expect.stringContaining('Query.b'),
            expect.stringContaining('T.x'),
          ],
        },
      }),
    );
  });

  it('tells which subgraph has a schema that is not GraphQL', async () => {
    const garbled = { ...second, sdl: 'type Query {' };
    const load = loadSupergraph({ subgraphs: [first, garbled].map(localSource) });
    await expect(load).rejects.toThrow(
      expect.objectContaining({
        code: 'SUPERGRAPH_INVALID',
        details: { errors: [expect.stringMatching(/"second".*Syntax Error/)] },
      }),
    );
  });

  it('names the subgraph that does not answer, and no address', async () => {
    const down = place(second);
    down.put(undefined);
    const load = loadSupergraph({ subgraphs: [localSource(first), down] });
    await expect(load).rejects.toThrow(
      expect.objectContaining({
        code: 'SUBGRAPH_UNAVAILABLE',
        message: expect.not.stringMatching(/10\.0|local:/),
        details: { subgraph: 'second' },
      }),
    );
  });

  it('takes up a changed schema, and tells whoever listens', async () => {
    const changing = place(second);
    const live = await loadSupergraph({ subgraphs: [localSource(first), changing] });
    const before = live.current;
    const heard: unknown[] = [];
    const stop = live.onUpdate((supergraph) => heard.push(supergraph));
    await live.reload();
    expect(live.current).toBe(before);
    changing.put(grown);
    await live.reload();
    expect(heard).toEqual([live.current]);
    expect(await ask(live.current, '{ a b c }')).toEqual({ data: { a: 1, b: 2, c: 3 } });
    expect(await ask(before, '{ a b }')).toEqual({ data: { a: 1, b: 2 } });
    stop();
    changing.put(second);
    await live.reload();
    expect(heard).toHaveLength(1);
  });

  it('goes on with the last good one, and forgets no change over a failure', async () => {
    const [one, two] = [place(first), place(second)];
    const live = await loadSupergraph({ subgraphs: [one, two] });
    const before = live.current;
    two.put(clashing);
    await expect(live.reload()).rejects.toThrow(expect.objectContaining({ code: 'SUPERGRAPH_INVALID' }));
    expect(live.current).toBe(before);
    two.put(grown);
    one.put(undefined);
    await expect(live.reload()).rejects.toThrow(expect.objectContaining({ code: 'SUBGRAPH_UNAVAILABLE' }));
    expect(live.current).toBe(before);
    one.put(first);
    await live.reload();
    expect(await ask(live.current, '{ a c }')).toEqual({ data: { a: 1, c: 3 } });
  });

  it('asks again by itself when told to, until it is closed', async () => {
    const changing = place(second);
    const failures: unknown[] = [];
    const live = await loadSupergraph({
      subgraphs: [localSource(first), changing],
      pollIntervalInMs: 5,
      onReloadError: (error) => failures.push(error.code),
    });
    const updated = new Promise((resolve) => live.onUpdate(resolve));
    changing.put(undefined);
    while (failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    changing.put(grown);
    expect(await updated).toBe(live.current);
    live.close();
    expect(failures[0]).toBe('SUBGRAPH_UNAVAILABLE');
  });
});
