import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import type { GatewayGraphQLResponse } from '@apollo/server-gateway-interface';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  NoUnusedVariablesRule,
  parse,
  print,
  specifiedRules,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { DataSource, SubgraphResponse } from '../../federation/supergraph/dataSource.js';
import type { Supergraph } from '../../federation/supergraph/supergraph.js';
import { ask, composed, testContext } from '../integration/supergraphTestbed.js';
import { federations } from './executionGraphs.js';
import { operationFrom } from './executionOperations.js';
import './telemetryOff.js';
import { RegistryRequester } from '../../gateway/registries/localDataSource.js';

const RUNS = Number(process.env['EXECUTION_RUNS'] ?? 150);
const RULES = specifiedRules.filter((rule) => rule !== NoUnusedVariablesRule);
const SAFE = 'safe_';
/** The reference lets a subgraph that knows only an interface overwrite the type names of entities. */
const referenceErrs: Record<string, RegExp> = { media: /__typename/ };

const fetchContext = { requester: new RegistryRequester(testContext, 'no-token'), signal: undefined };
const silent = { debug() {}, info() {}, warn() {}, error() {} };

interface Answer {
  readonly data: unknown;
  readonly paths: readonly string[];
}

/** The executor of @apollo/gateway over the same subgraphs, as the reference. */
async function stockGateway({ sdl, apiSchema, dataSources }: Supergraph) {
  const gateway = new ApolloGateway({
    supergraphSdl: sdl,
    buildService: ({ name }): GraphQLDataSource => ({
      async process({ request }) {
        const { query = '', operationName, variables = {} } = request;
        const fetch = { query, operationName, variables, idempotent: true, read: JSON.parse };
        return (await dataSources.get(name)!.fetch(fetch, fetchContext)) as GatewayGraphQLResponse;
      },
    }),
    logger: silent,
  });
  const { executor } = await gateway.load({ apollo: {} } as never);
  return {
    stop: () => gateway.stop(),
    async ask(
      query: string,
      variables: Record<string, unknown>,
    ): Promise<Answer & { readonly failed: boolean }> {
      const document = withSafeKeys(parse(query), apiSchema);
      const result = await executor!({
        document,
        request: { query: print(document), variables },
        queryHash: query,
        metrics: {},
        context: {},
        logger: silent,
      } as never);
      const { data, errors = [], extensions } = JSON.parse(JSON.stringify(result));
      const completion = extensions?.valueCompletion ?? [];
      const paths = pathsOf([...errors, ...completion]).map((path) => path.replaceAll(SAFE, ''));
      return { data: withoutSafeKeys(data), paths, failed: errors.length > 0 };
    },
  };
}

/**
 * The reference takes a client alias with the name of a key for that key (federation#3036), and a client's
 * field without arguments for the one that `@requires` selects. So it gets unambiguous aliases.
 */
function withSafeKeys(document: DocumentNode, schema: GraphQLSchema): DocumentNode {
  const types = new TypeInfo(schema);
  return visit(
    document,
    visitWithTypeInfo(types, {
      Field(node): FieldNode | undefined {
        if (!node.alias && !types.getFieldDef()?.args.length) return undefined;
        return { ...node, alias: { kind: Kind.NAME, value: SAFE + (node.alias ?? node.name).value } };
      },
    }),
  );
}

function withoutSafeKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSafeKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key.replace(SAFE, ''), withoutSafeKeys(item)]),
  );
}

/** Without indexes: the reference reports wrong ones when a list holds entities of several types. */
function pathsOf(errors: readonly { readonly path?: readonly unknown[] }[]): string[] {
  const patterns = errors.map(({ path = [] }) => path.map((key) => (typeof key === 'number' ? '@' : key)));
  return [...new Set(patterns.map((pattern) => pattern.join('.')))].sort();
}

/**
 * The same subgraphs as if they were remote: their answers are text, which the executor passes through where
 * it can.
 */
function asText(supergraph: Supergraph): Supergraph {
  const sources = [...supergraph.dataSources].map(([name, source]): [string, DataSource] => [
    name,
    {
      ...source,
      async fetch(fetch, context) {
        const response = await source.fetch(fetch, context);
        return fetch.read(JSON.stringify(response)) as SubgraphResponse;
      },
    },
  ]);
  return { ...supergraph, dataSources: new Map(sources) };
}

/**
 * The reference answers some conditions wrongly (cases E01 to E03). planningProof.test.ts compares operations
 * with conditions with one service that has the same types.
 */
function withoutConditions(query: string): string {
  return query.replaceAll(/ @(?:skip|include)\(if: [^)]*\)/g, '');
}

const variables = { n: 2 };
const tapes = fc.array(fc.nat(1000), { minLength: 10, maxLength: 80 });

describe.each(Object.entries(federations))(
  'generated operations over the federation %s',
  (name, subgraphs) => {
    it('get the answers of the reference, with errors at the same paths', async () => {
      const supergraph = await composed(...subgraphs());
      const stock = await stockGateway(supergraph);
      try {
        await fc.assert(
          fc.asyncProperty(
            tapes.map((tape) => withoutConditions(operationFrom(supergraph.apiSchema, tape))),
            async (query) => {
              fc.pre(!referenceErrs[name]?.test(query));
              fc.pre(validate(supergraph.apiSchema, parse(query), RULES).length === 0);
              const expected = await stock.ask(query, variables);
              const { data, errors = [] } = await ask(asText(supergraph), query, variables);
              expect(data).toEqual(expected.data);
              const paths = pathsOf(errors as readonly { path?: readonly unknown[] }[]);
              // Errors of registries, then those of completion, which the reference reports only without
              // other errors. The reference also names fields that only the plan requested; ours names
              // only what the client knows.
              if (!expected.failed) expect(paths).toEqual(expected.paths);
              const untold = expected.paths.filter(
                (path) => !paths.some((ours) => `${path}.`.startsWith(`${ours}.`)),
              );
              expect({ untold, paths }).toEqual({ untold: [], paths });
            },
          ),
          { numRuns: RUNS },
        );
      } finally {
        await stock.stop();
      }
    });
  },
);
