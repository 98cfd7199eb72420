import { describe, expect, it } from '@jest/globals';
import { buildSchema, execute, type GraphQLSchema, parse } from 'graphql';
import { compileDocument } from '../../../registry-kit/document/compileDocument.js';

const done: string[] = [];
const wait = () => new Promise((resolve) => setImmediate(resolve));

function schemaOf(): GraphQLSchema {
  const schema = buildSchema(`
    input Range { from: Int = 1, until: Int! }
    enum Size { SMALL LARGE }
    type Query { one: Item  sum(range: Range, sizes: [Size!] = [SMALL]): String  place(of: Int): String  boom: [Item!] }
    type Item { name: String  title: String!  self: Item }
    type Mutation { slow(word: String): String  quick(word: String): String! }
  `);
  const query = schema.getQueryType()!.getFields();
  query['one']!.resolve = () => ({ name: 'item', title: () => 'title', self: { name: 'same' } });
  query['sum']!.resolve = (_source, args) => JSON.stringify(args);
  query['place']!.resolve = (_source, _args, _context, info) =>
    JSON.stringify({
      name: info.fieldName,
      nodes: info.fieldNodes.length,
      type: String(info.returnType),
      parent: String(info.parentType),
      path: info.path,
      variables: info.variableValues,
      operation: info.operation.name?.value,
      fragments: Object.keys(info.fragments),
      root: info.rootValue,
      schema: info.schema === schema,
    });
  query['boom']!.resolve = () => [Promise.reject(new Error('later')), new Error('at once')];
  const mutations = schema.getMutationType()!.getFields();
  mutations['slow']!.resolve = async (_source, { word }) => {
    await wait();
    done.push(String(word));
    return String(word);
  };
  mutations['quick']!.resolve = (_source, { word }) => {
    done.push(String(word));
    return word === undefined ? null : String(word);
  };
  return schema;
}

const cases: Record<string, readonly [string, Record<string, unknown>?, string?]> = {
  'one operation of several': ['query A { one { name } } query B { one { title } }', {}, 'B'],
  'the same field in several places': [
    '{ one { self { name } self { n: name } ...F } } fragment F on Item { self { title } }',
  ],
  'keys like those of every object': [
    '{ constructor: one { __proto__: name toString: title } __proto__: one { name } }',
  ],
  introspection: [
    '{ __schema { queryType { name } types { name kind } } __type(name: "Item") { fields { name } } __typename }',
  ],
  'what a resolver is told': [
    'query Q($n: Int) { one { name } p: place(of: $n) ...F } fragment F on Query { p: place(of: $n) }',
    { n: 3 },
    'Q',
  ],
  'input objects and their defaults': [
    'query ($u: Int!) { sum(range: { until: $u }) b: sum(sizes: [LARGE, SMALL]) }',
    { u: 9 },
  ],
  'variables of every kind': [
    'query ($r: Range, $s: [Size!], $none: [Size!]) { sum(range: $r, sizes: $s) b: sum(sizes: $none) }',
    { r: { until: 2 }, s: 'LARGE' },
  ],
  'defaults of variables': ['query ($r: Range = { until: 5 }) { sum(range: $r) }'],
  'a variable that is wrong': ['query ($r: Range) { sum(range: $r) }', { r: { from: 'x', other: 1 } }],
  'a variable that is missing': ['query ($r: Range!) { sum(range: $r) }'],
  'a variable that is null': ['query ($r: Range!) { sum(range: $r) }', { r: null }],
  'a condition that is null': [
    'query ($c: Boolean = true) { one { name @skip(if: $c) } other: one { name } }',
    { c: null },
  ],
  'a condition at the root that is null': [
    'query ($c: Boolean = true) { one @include(if: $c) { name } }',
    { c: null },
  ],
  'a condition that differs from one run to the next': [
    'query ($c: Boolean!) { one { name @skip(if: $c) title @include(if: $c) } }',
    { c: true },
  ],
  'the same condition, the other way': [
    'query ($c: Boolean!) { one { name @skip(if: $c) title @include(if: $c) } }',
    { c: false },
  ],
  'mutations one after another': [
    'mutation { slow(word: "first") quick(word: "second") last: slow(word: "third") }',
  ],
  'a mutation that fails before others': ['mutation { slow(word: "first") quick last: slow(word: "third") }'],
};

describe('a compiled document', () => {
  it.each(Object.entries(cases))(
    'answers %s as graphql-js does',
    async (_name, [query, variables, operationName]) => {
      const schema = schemaOf();
      const document = parse(query, { noLocation: true });
      done.length = 0;
      const expected = await execute({ schema, document, variableValues: variables, operationName });
      const inOrder = done.splice(0);
      const answer = await compileDocument(schema, document).execute(
        operationName,
        variables ?? {},
        undefined,
      );
      expect(JSON.stringify(answer)).toBe(JSON.stringify(expected));
      expect(done).toEqual(inOrder);
    },
  );

  it('is compiled once for all values of its conditions', async () => {
    const program = compileDocument(
      schemaOf(),
      parse('query ($c: Boolean!, $d: Boolean!) { one { name @skip(if: $c) title @include(if: $d) } }'),
    );
    const selected = [];
    for (const [c, d] of [
      [true, true],
      [false, true],
      [true, true],
      [false, false],
    ]) {
      const { data } = await program.execute(undefined, { c, d }, undefined);
      selected.push(Object.keys(data!['one'] as object));
    }
    expect(selected).toEqual([['title'], ['name', 'title'], ['title'], ['name']]);
  });

  it.each([
    ['several operations and no name', 'query A { one { name } } query B { one { name } }', undefined],
    ['no operation of that name', 'query A { one { name } }', 'B'],
  ])('refuses %s', (_what, query, name) => {
    const program = compileDocument(schemaOf(), parse(query));
    expect(() => program.execute(name, {}, undefined)).toThrow('Expected the name of an operation');
  });

  it('leaves no rejection of a list unhandled after an earlier failure', async () => {
    const unheard: unknown[] = [];
    const note = (reason: unknown) => unheard.push(reason);
    process.on('unhandledRejection', note);
    try {
      const program = compileDocument(schemaOf(), parse('{ boom { name } }'));
      const { data, errors } = await program.execute(undefined, {}, undefined);
      await wait();
      await wait();
      expect({ data, errors: errors?.map(({ message }) => message) }).toEqual({
        data: { boom: null },
        errors: ['at once'],
      });
      expect(unheard).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });
});
