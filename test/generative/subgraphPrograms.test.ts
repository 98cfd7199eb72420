import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  execute,
  type ExecutionResult,
  type GraphQLSchema,
  NoUnusedVariablesRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { committedGraph } from '../../cli/runtime/openPolicy.js';
import { buildFederatedSchema } from '../../lib/buildFederatedSchema.js';
import { PolkuError } from '../../lib/errors.js';
import { ObjectBudget } from '../../lib/objectBudget.js';
import { compilePolicy } from '../../policies/engine/compile/compilePolicy.js';
import { buildPolicyGraph } from '../../policies/engine/parse/buildPolicyGraph.js';
import { compileDocument } from '../../registry-kit/document/compileDocument.js';
import { readMaskTables, RequestAccess } from '../../registry-kit/enforcement/requestAccess.js';
import { enforce } from '../../registry-kit/enforcement/enforce.js';
import type { createSubgraph } from '../../registry-kit/subgraph/createSubgraph.js';
import type { SubgraphRequest } from '../../schema/subgraph.js';
import { type WorldRequester, type ServedWorld, serveWorld } from '../city/serveWorld.js';
import { operationFrom } from './executionOperations.js';
import { schemaFrom } from './programSchemas.js';
import { FAMILIES, PERSONS, randomWorld } from './worldArbitrary.js';
import { everything } from './worldOperations.js';
import { randomPolicy } from './worldPolicies.js';

const RUNS = Number(process.env['EXECUTION_RUNS'] ?? 150);
const RULES = specifiedRules.filter((rule) => rule !== NoUnusedVariablesRule);
const values = { Int: ['2', '$n', 'null'], String: ['"a"', '["a", $id]', '[]'] };

/** Data and errors, in any order; the texts of errors that are not the resolvers' own may differ. */
function comparable({ data, errors }: ExecutionResult) {
  const counts = errors?.map(({ path, originalError }) =>
    JSON.stringify([path, originalError instanceof PolkuError ? originalError.message : 'unforeseen']),
  );
  return { data, errors: counts?.sort() };
}

/** Both answers to one request, each with the calls of resolvers. */
async function bothAnswers(schema: GraphQLSchema, query: string, variableValues: Record<string, unknown>) {
  const document = parse(query);
  const [own, reference] = [{ asked: [] as string[] }, { asked: [] as string[] }];
  const answer = await compileDocument(schema, document).execute(undefined, variableValues, own);
  const expected = await execute({ schema, document, variableValues, contextValue: reference });
  return { answer, expected, asked: own.asked, expectedAsked: reference.asked };
}

describe('compiled documents', () => {
  it('answer as graphql-js does, over any schema', async () => {
    const tapes = fc.array(fc.nat(1000), { minLength: 10, maxLength: 80 });
    const counts = { fields: 0, errors: 0, nulls: 0 };
    await fc.assert(
      fc.asyncProperty(tapes, tapes, fc.boolean(), async (schemaTape, tape, yes) => {
        const schema = schemaFrom(schemaTape);
        const query = operationFrom(schema, tape, values);
        fc.pre(validate(schema, parse(query), RULES).length === 0);
        const { answer, expected, asked, expectedAsked } = await bothAnswers(schema, query, { n: 3, yes });
        expect(comparable(answer)).toEqual(comparable(expected));
        // Keys are in the same order, too.
        expect(JSON.stringify(answer.data)).toBe(JSON.stringify(expected.data));
        expect(asked.sort()).toEqual(expectedAsked.sort());
        counts.fields += asked.length;
        counts.errors += expected.errors?.length ?? 0;
        counts.nulls += expected.data === null ? 1 : 0;
      }),
      { numRuns: RUNS },
    );
    expect(counts.fields).toBeGreaterThan(RUNS);
    expect(counts.errors).toBeGreaterThan(RUNS / 4);
    expect(counts.nulls).toBeGreaterThan(RUNS / 40);
  });
});

describe('compiled documents of the city', () => {
  const clerk = { employee: 'H-1', units: ['U-1'], person: 1 };
  const requesters: readonly WorldRequester[] = [
    { ...clerk, roles: ['clinician'], purpose: 'care' },
    { ...clerk, roles: ['family-team-worker'], purpose: 'child-protection' },
    { ...clerk, roles: ['resident'], purpose: 'data-subject' },
  ];
  const requests: { request: SubgraphRequest; answer: string; expected: string }[] = [];

  /** A normal subgraph that answers in both ways, each time from the same rows and decision. */
  const compared: typeof createSubgraph = async ({ name, module, decide, open }) => {
    const { sdl, schema } = await buildFederatedSchema(module);
    enforce(schema, buildPolicyGraph([{ name, sdl }]));
    const maskTables = await readMaskTables();
    return {
      name,
      sdl,
      async execute(request, decision) {
        const { query, variables = {}, operationName } = request;
        const document = parse(query, { noLocation: true });
        const contextValue = () => {
          const { store, conditions } = open(decision);
          const access = new RequestAccess(
            decide({ ...decision.caller, purpose: decision.purpose }, decision.revision),
            conditions,
            maskTables,
          );
          return { decision, access, store, mergedPersons: new Map(), budget: new ObjectBudget() };
        };
        const [own, reference] = [contextValue(), contextValue()];
        const expected = await execute({
          schema,
          document,
          operationName,
          variableValues: variables,
          contextValue: reference,
        });
        const answer = await compileDocument(schema, document).execute(operationName, variables, own);
        requests.push({
          request,
          // As text, because the gateway changes the objects that it gets.
          answer: JSON.stringify({ ...comparable(answer), disclosed: [...own.access.disclosed].sort() }),
          expected: JSON.stringify({
            ...comparable(expected),
            disclosed: [...reference.access.disclosed].sort(),
          }),
        });
        return answer;
      },
    };
  };

  let served: ServedWorld;
  beforeAll(async () => {
    served = await serveWorld({ create: compared });
  });
  afterAll(() => served?.stop());

  it('answer as graphql-js does, and disclose the same', async () => {
    const graph = await committedGraph();
    const cases = fc.constantFrom(...requesters).chain((requester) =>
      fc.record({
        requester: fc.constant(requester),
        sources: randomPolicy(requester),
        world: randomWorld,
        query: everything,
      }),
    );
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(cases, async ({ requester, sources, world, query }) => {
        requests.length = 0;
        served.rule(compilePolicy(sources, graph).policy!);
        served.show(world);
        const ids = [
          ...PERSONS.map((key) => [`p${key}`, served.id(requester, 'PersonID', key)]),
          ...FAMILIES.map((key) => [`f${key}`, served.id(requester, 'FamilyID', key)]),
        ];
        const variables = Object.fromEntries(ids) as Record<string, string>;
        await served.ask(requester, { query, variables, headers: { 'polku-partial': 'true' } });
        const different = requests.filter(({ answer, expected }) => answer !== expected);
        expect(different).toEqual([]);
        compared += requests.length;
      }),
      { numRuns: 5, endOnFailure: true },
    );
    expect(compared).toBeGreaterThan(50);
  });
});
