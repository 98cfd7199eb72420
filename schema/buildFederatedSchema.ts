import { buildSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLSchema, parse } from 'graphql';
import './typeGraphql.js';
import { buildSchema, type ClassType, createResolversMap } from 'type-graphql';

/** Turns a representation `{ __typename, ...key }` into the object that its field resolvers start from. */
export type ReferenceResolver<Context> = (
  representation: Record<string, unknown>,
  context: Context,
) => unknown;

export interface FederatedSchemaOptions<Context> {
  /** Named explicitly: type-graphql's own list is global to the process. */
  readonly resolvers: readonly ClassType[];
  /** Types that no root field reaches: entities that this subgraph only extends. */
  readonly entities: readonly ClassType[];
  /** By type name. */
  readonly references: Readonly<Record<string, ReferenceResolver<Context>>>;
}

/**
 * `@lineage` says which coordinates a field draws on and how: `exposes` repeats their values, `computes` and `aggregates`
 * do not; `optional` inputs are exposed where permitted and absent elsewhere. `@tests` says which coordinate an argument
 * filters by. Both are read by the policy compiler; composition drops them.
 */
const OWN_DIRECTIVES = `
directive @lineage(exposes: [String!], optional: [String!], computes: [String!], aggregates: [String!]) on FIELD_DEFINITION
directive @tests(field: String!) on ARGUMENT_DEFINITION
`;

const FEDERATION = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@inaccessible", "@shareable"])
`;

/** Builds a Federation 2 subgraph from classes of type-graphql: its SDL and an executable schema. */
export async function buildFederatedSchema<Context>(
  options: FederatedSchemaOptions<Context>,
): Promise<{ sdl: string; schema: GraphQLSchema }> {
  const plain = await buildSchema({
    resolvers: [...options.resolvers] as [ClassType, ...ClassType[]],
    orphanedTypes: [...options.entities],
    skipCheck: true,
    validate: false,
  });
  const sdl = `${FEDERATION}${OWN_DIRECTIVES}\n${printSchemaWithDirectives(plain)}\n`.trimStart();
  const resolvers = createResolversMap(plain) as Record<string, Record<string, unknown>>;
  for (const [type, resolve] of Object.entries(options.references)) {
    resolvers[type] = { ...resolvers[type], __resolveReference: resolve };
  }
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never });
  return { sdl, schema };
}
