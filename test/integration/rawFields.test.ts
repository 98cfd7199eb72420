/**
 * @property federation/failing-subgraphs
 */
import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { Observations } from '../../federation/execution/observations.js';
import { executeOperation } from '../../federation/execution/execute.js';
import { normalForm, prepareOperation } from '../../federation/execution/prepare.js';
import { RawJson } from '../../federation/plan/rawFields.js';
import { readPolkuError } from '../../federation/plan/subgraphError.js';
import type { SubgraphResponse } from '../../federation/supergraph/dataSource.js';
import { composed, testContext, testIds, testSubgraph } from './supergraphTestbed.js';
import { RegistryRequester } from '../../gateway/registries/localDataSource.js';

const SDL = `type Query { people: [Person!] }
  enum Mood { GOOD BAD }
  type Person { name: String visits: [Visit!] }
  type Visit { id: ID! hours: Int length: Float mood: Mood open: Boolean! notes: [String!] place: Place }
  type Place { name: String! }`;
const FIELDS = 'id hours length mood open notes place { name }';
const whole =
  '{"id":"v1","hours":3,"length":1.5,"mood":"GOOD","open":true,"notes":["a \\"b\\" \\u00e4"],"place":{"name":"x"}}';
const people = testSubgraph('people', SDL, { Query: {} });

/**
 * Asks a subgraph that answers this text; returns the response, and how many values were passed through as
 * text.
 */
async function answer(text: string, selection = `people { name visits { ${FIELDS} } }`) {
  const supergraph = await composed(people);
  const source = {
    readSdl: async () => undefined,
    fetch: async ({ read }: { read: (json: string) => unknown }) => read(text) as SubgraphResponse,
  };
  const form = normalForm(parse(`{ ${selection} }`), undefined, supergraph);
  const result = await executeOperation({
    prepared: await prepareOperation(form, supergraph, {}),
    values: {},
    supergraph: { ...supergraph, dataSources: new Map([['people', source]]) },
    context: { requester: new RegistryRequester(testContext, ''), signal: undefined },
    ids: testIds,
    visibleSchema: supergraph.apiSchema,
    observations: new Observations(),
    readError: readPolkuError,
  });
  const json = RawJson.stringify(result);
  // Any other serialisation reads the same.
  expect(JSON.stringify(result)).toBe(JSON.stringify(JSON.parse(json)));
  return { json, result: JSON.parse(json) as { data: unknown; errors?: readonly { path: unknown }[] } };
}

const visits = (text: string) => `{"data":{"people":[{"name":"n","visits":${text}}]}}`;

describe('raw JSON pass-through', () => {
  it.each([
    `[${whole}]`,
    `[${whole},${whole}]`,
    '[]',
    'null',
    '[{"id":"","hours":null,"length":null,"mood":null,"open":false,"notes":null,"place":null}]',
    '[{"id":"x","hours":-7,"length":0.25,"mood":"BAD","open":false,"notes":[],"place":null}]',
  ])('keeps the text of the subgraph exactly: %s', async (text) => {
    const { json } = await answer(visits(text));
    expect(json).toBe(visits(text));
  });

  it('parses and serialises a text in any other form', async () => {
    const spaced = JSON.stringify(JSON.parse(visits(`[${whole}]`)), undefined, 2);
    const { result } = await answer(spaced);
    expect(result).toEqual(JSON.parse(visits(`[${whole}]`)));
    const more = whole.replace('{', '{"secret":1,');
    expect((await answer(visits(`[${more}]`))).json).toBe(visits(`[${JSON.stringify(JSON.parse(whole))}]`));
  });

  it.each<[what: string, text: string, path: readonly (string | number)[]]>([
    ['an Int that is none', whole.replace('3', '3.5'), ['visits', 0, 'hours']],
    ['an Int that is too large', whole.replace('3', '3000000000'), ['visits', 0, 'hours']],
    ['a Float over all bounds', whole.replace('1.5', '1e999'), ['visits', 0, 'length']],
    ['an enum value that does not exist', whole.replace('GOOD', 'ODD'), ['visits', 0, 'mood']],
    ['null where there must be a value', whole.replace('true', 'null'), ['visits', 0, 'open']],
    ['a list for an object', whole.replace('{"name":"x"}', '[]'), ['visits', 0, 'place']],
    ['a text for a list', whole.replace('["a', '"["').replace('"]', '"'), ['visits']],
  ])('checks the text: %s', async (_, text, path) => {
    const attempt = visits(`[${text}]`);
    let valid = true;
    try {
      JSON.parse(attempt);
    } catch {
      valid = false;
    }
    if (!valid)
      return void (await expect(answer(attempt)).resolves.toMatchObject({
        result: { data: { people: null } },
      }));
    const { result } = await answer(attempt);
    expect(result.errors?.map((error) => error.path)).toEqual([['people', 0, ...path]]);
  });

  it('takes the field from no other place of the answer, nor from inside a string', async () => {
    const decoy = `"visits":[${whole}]`;
    const text = `{"data":{"people":[{"name":${JSON.stringify(decoy)},"visits":null,"extra":{${decoy}}}],${decoy}}}`;
    const { result } = await answer(text);
    expect(result.data).toEqual({ people: [{ name: decoy, visits: null }] });
  });

  it('parses the answer when it has errors, however their key is written', async () => {
    const error = `{"message":"x","path":["people"],"extensions":{"visits":[${whole}]}}`;
    for (const key of ['errors', '\\u0065rrors']) {
      const { result } = await answer(visits(`[${whole}]`).replace('{', `{"${key}":[${error}],`));
      expect(result).toMatchObject({
        ...(JSON.parse(visits(`[${whole}]`)) as object),
        errors: [{ path: ['people'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
      });
    }
  });

  it('accepts a text of any length', async () => {
    const text = visits(`[${Array.from({ length: 20_000 }, () => whole).join()}]`);
    expect((await answer(text)).json).toBe(text);
  });

  it('is not used when the client renames or omits parts of the field', async () => {
    const renamed = await answer(
      `{"data":{"people":[{"visits":[{"__a_number":"v1"}]}]}}`,
      'people { visits { number: id } }',
    );
    expect(renamed.result.data).toEqual({ people: [{ visits: [{ number: 'v1' }] }] });
  });
});
