import { describe, expect, it } from '@jest/globals';
import { buildPolicyGraph } from '../../../policies/engine/parse/buildPolicyGraph.js';

const LINK = (imports: string) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", ${imports})`;
const usual = LINK('import: ["@key", "@external", "@requires", "@inaccessible"]');

describe('the graph of several subgraphs', () => {
  it('assigns a field to the subgraph that defines it, not to one that references it', () => {
    const graph = buildPolicyGraph([
      { name: 'a', sdl: `${usual} type T @key(fields: "id") { id: PersonID! shown: Int @external }` },
      { name: 'b', sdl: `${usual} type T @key(fields: "id") { id: PersonID! shown: Int }` },
    ]);
    expect(graph.fields.get('T.shown')?.subgraph).toBe('b');
  });

  it.each([
    ['by their usual names', usual, 'external', 'requires'],
    [
      'renamed one by one',
      LINK('import: ["@key", { name: "@external", as: "@borrowed" }, { name: "@requires", as: "@needs" }]'),
      'borrowed',
      'needs',
    ],
    ['with the prefix of the link', LINK('import: ["@key"]'), 'federation__external', 'federation__requires'],
    ['with a prefix of their own', LINK('as: "fed", import: ["@key"]'), 'fed__external', 'fed__requires'],
    ['without a link, by their usual names', '', 'external', 'requires'],
  ])('knows the directives of federation %s', (_, link, external, requires) => {
    const graph = buildPolicyGraph([
      {
        name: 'a',
        sdl: `${link} type T @key(fields: "id") { id: PersonID! secret: Int @${external} sum: Int @${requires}(fields: "secret") }`,
      },
      { name: 'b', sdl: `${usual} type T @key(fields: "id") { id: PersonID! secret: Int }` },
    ]);
    expect(graph.fields.get('T.secret')?.subgraph).toBe('b');
    expect(graph.fields.get('T.sum')?.requires).toEqual(['T.secret']);
  });

  it('separates governed fields from ids, hidden parts of keys, feeds, interfaces and federation itself', () => {
    const sdl = `${usual}
      type Query { _service: String }
      interface I { name: String }
      type T implements I @key(fields: "person from") {
        person: PersonID! from: Date @inaccessible hidden: Int @inaccessible feed: Feed @inaccessible name: String
      }`;
    const { fields } = buildPolicyGraph([{ name: 'a', sdl }]);
    expect([...fields.values()].map(({ coordinate, kind }) => `${coordinate} ${kind}`)).toEqual([
      'Query._service internal',
      'I.name interface',
      'T.person key',
      'T.from key',
      'T.hidden governed',
      'T.feed feed',
      'T.name governed',
    ]);
  });

  it('treats as personal each type with an id, and all types linked to or from it', () => {
    const sdl = `type Query { person: Person page: Page state: State }
      type Page { more: Boolean nodes: [Person!] }
      type Person { id: PersonID! visits: [Visit!] }
      type Visit { reason: Reason }
      type Reason { text: String }
      type State { rows: Int }`;
    const { fields } = buildPolicyGraph([{ name: 'a', sdl }]);
    const impersonal = [...fields.values()]
      .filter(({ personal }) => !personal)
      .map(({ coordinate }) => coordinate);
    expect(impersonal).toEqual(['Query.state', 'State.rows']);
  });

  it('reads lineage, tests of arguments and implementations over all subgraphs', () => {
    const part = (type: string) =>
      `interface I { a: Int } type ${type} implements I { a(x: Int @tests(field: "T.b")): Int @lineage(exposes: ["T.b"], computes: "T.c") }`;
    const graph = buildPolicyGraph([
      { name: 'a', sdl: part('T') },
      { name: 'b', sdl: part('U') },
    ]);
    expect(graph.implementations.get('I')).toEqual(['T', 'U']);
    expect(graph.fields.get('T.a')).toMatchObject({
      lineage: { exposes: ['T.b'], optional: [], computes: ['T.c'], aggregates: [] },
      arguments: [{ coordinate: 'T.a(x:)', tests: 'T.b' }],
    });
  });
});
