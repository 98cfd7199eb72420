import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type ExecutionResult,
  graphql,
  type GraphQLScalarType,
  NoUnusedVariablesRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { Observations } from '../../federation/execution/observations.js';
import { executeOperation, readVariables } from '../../federation/execution/execute.js';
import { normalForm, prepareOperation } from '../../federation/execution/prepare.js';
import { RawJson } from '../../federation/plan/rawFields.js';
import { readPolkuError } from '../../federation/plan/subgraphError.js';
import { localDataSource, RegistryRequester } from '../../gateway/registries/localDataSource.js';
import type { SubgraphSource, Supergraph } from '../../federation/supergraph/supergraph.js';
import { idCodec, loadCitySupergraph } from '../../gateway/registries/cityTypes.js';
import { type Domain, Domains } from '../../gateway/pseudonyms.js';
import type { Subgraph } from '../../schema/subgraph.js';
import { DEFAULT_LANGUAGE } from '../../schema/language.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';

type Resolver = (parent: never, args: never, context: DecisionContext) => unknown;
export type Resolvers = Record<string, Record<string, Resolver> | GraphQLScalarType>;

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: [
  "@key", "@requires", "@external", "@inaccessible", "@shareable", "@provides", "@override", "@interfaceObject"])
`;

/** A subgraph of this process, executed by graphql-js. */
export function testSubgraph(name: string, typeDefs: string, resolvers: Resolvers): Subgraph {
  const sdl = LINK + typeDefs;
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]);
  return {
    name,
    sdl,
    execute: ({ query, operationName, variables }, contextValue) =>
      graphql({ schema, source: query, operationName, variableValues: variables, contextValue }),
  };
}

export function localSource(subgraph: Subgraph): SubgraphSource {
  return { contract: subgraph, dataSource: localDataSource(subgraph) };
}

export async function composed(...subgraphs: readonly Subgraph[]): Promise<Supergraph> {
  return loadCitySupergraph(subgraphs.map(localSource));
}

export const testDomain: Domain = new Domains([Buffer.alloc(32, 7)]).domain({
  purpose: 'care',
  recipient: 'test-organisation',
  permit: undefined,
  epoch: '1',
});

/** The ids of {@link testDomain}. */
export const testIds = idCodec(testDomain);

export const testContext: DecisionContext = {
  decisionId: 'decision-1',
  caller: {
    subject: 'tester',
    recipient: 'test-organisation',
    roles: ['clinician'],
    purposes: ['care'],
    employee: undefined,
    units: [],
    permit: undefined,
    person: undefined,
  },
  purpose: 'care',
  revision: 'r1',
  domain: testDomain.tag,
  person: undefined,
  breakGlass: undefined,
  language: DEFAULT_LANGUAGE,
};

/** Sends an operation as a client does, and returns plain JSON. */
export async function ask(
  supergraph: Supergraph,
  query: string,
  variables: Record<string, unknown> = {},
  callerToken = 'no-token',
): Promise<ExecutionResult<Record<string, unknown>>> {
  const document = parse(query);
  const faults = validate(
    supergraph.apiSchema,
    document,
    specifiedRules.filter((rule) => rule !== NoUnusedVariablesRule),
  );
  if (faults.length > 0) throw new Error(faults.map(({ message }) => message).join('\n'));
  const form = normalForm(document, undefined, supergraph);
  const scope = { ids: testIds, supergraph, visibleSchema: supergraph.apiSchema };
  const values = readVariables(form, variables, scope);
  const result = await executeOperation({
    ...scope,
    observations: new Observations(),
    prepared: await prepareOperation(form, supergraph, values),
    values,
    context: { requester: new RegistryRequester(testContext, callerToken), signal: undefined },
    readError: readPolkuError,
  });
  return JSON.parse(RawJson.stringify(result)) as ExecutionResult<Record<string, unknown>>;
}
