import { describe, expect, it } from '@jest/globals';
import {
  composeContracts,
  type SubgraphContract,
  writeComposed,
} from '../../federation/supergraph/supergraph.js';
import { loadCitySupergraph } from '../../gateway/registries/cityTypes.js';
import { ask, localSource, testSubgraph } from './supergraphTestbed.js';

const first = testSubgraph('first', 'type Query { a: Int }', { Query: { a: () => 1 } });
const second = testSubgraph('second', 'type Query { b: Int }', { Query: { b: () => 2 } });
const grown = testSubgraph('second', 'type Query { b: Int c: Int }', { Query: { b: () => 2, c: () => 3 } });

describe('loading a supergraph', () => {
  it('reports every composition error at once', () => {
    const other = testSubgraph('other', 'type Query { a: Int } type T { x: Int }', { Query: {} });
    const twice = testSubgraph('twice', 'type Query { b: Int } type T { x: Int }', { Query: {} });
    expect(() => loadCitySupergraph([first, other, second, twice].map(localSource))).toThrow(
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

  it('names the subgraph whose schema is not GraphQL', () => {
    const garbled = { ...second, sdl: 'type Query {' };
    expect(() => loadCitySupergraph([first, garbled].map(localSource))).toThrow(
      expect.objectContaining({
        code: 'SUPERGRAPH_INVALID',
        details: { errors: [expect.stringMatching(/second.*Syntax Error/)] },
      }),
    );
  });

  it('composes the contract, not the current schema of the subgraph', async () => {
    const source = { contract: second, dataSource: localSource(grown).dataSource };
    const supergraph = loadCitySupergraph([localSource(first), source]);
    expect(await ask(supergraph, '{ a b }')).toEqual({ data: { a: 1, b: 2 } });
    await expect(ask(supergraph, '{ c }')).rejects.toThrow('Cannot query field "c"');
  });

  it('takes what was composed of the same contracts, in any order, and of no other', () => {
    const [one, two] = [first, second].map(({ name, sdl }) => ({ name, sdl })) as [
      SubgraphContract,
      SubgraphContract,
    ];
    const written = writeComposed([one, two]);
    expect(composeContracts([one, two], written)).toBe(composeContracts([one, two]));
    const marked = written.replace(/\n$/, '\n# as it was written\n');
    expect(composeContracts([two, one], marked)).toMatch(/# as it was written$/);
    const other = { ...two, sdl: `${two.sdl}\n# another` };
    expect(composeContracts([one, other], marked)).not.toContain('as it was written');
    expect(composeContracts([one], marked)).not.toContain('as it was written');
  });
});
