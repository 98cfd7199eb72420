import { buildSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import {
  type GraphQLEnumType,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isObjectType,
  parse,
} from 'graphql';
import { buildSchema, type ClassType, createResolversMap } from 'type-graphql';
import './typeGraphql.js';

/**
 * Turns an entity representation `{ __typename, ...key }` into the object that its field resolvers receive.
 */
export type ReferenceResolver<Context> = (
  representation: Record<string, unknown>,
  context: Context,
) => unknown;

/** The arguments of `@takes`. */
export interface Takes {
  readonly type: string;
  readonly fields: readonly string[];
}

export interface FederatedSchemaOptions<Context> {
  /** Listed explicitly, because type-graphql's own list is global to the process. */
  readonly resolvers: readonly ClassType[];
  /** Types that no root field reaches, such as entities that this subgraph only extends. */
  readonly entities: readonly ClassType[];
  /** `@takes` of enum values, by enum and value. type-graphql cannot declare directives on enum values. */
  readonly enumValues?: Readonly<Record<string, Readonly<Record<string, Takes>>>> | undefined;
  /** By type name. */
  readonly references: Readonly<Record<string, ReferenceResolver<Context>>>;
}

/**
 * `@lineage` names the coordinates that a field uses: `exposes` repeats their values, `computes` and
 * `aggregates` do not. `optional` inputs are exposed if permitted and otherwise absent. `@tests` names the
 * coordinate that an argument filters by. The policy compiler reads both. `@takes` names the fields that
 * owners must release to a derived type before a part of a filter is usable. The gateway reads it.
 * Composition removes all three directives.
 */
const OWN_DIRECTIVES = `
directive @lineage(exposes: [String!], optional: [String!], computes: [String!], aggregates: [String!]) on FIELD_DEFINITION
directive @tests(field: String!) on ARGUMENT_DEFINITION
directive @takes(type: String!, fields: [String!]!) on INPUT_FIELD_DEFINITION | ENUM_VALUE
`;

const FEDERATION = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@inaccessible", "@shareable"])
`;

/** Builds a Federation 2 subgraph from type-graphql classes: its SDL and an executable schema. */
export async function buildFederatedSchema<Context>(
  options: FederatedSchemaOptions<Context>,
): Promise<{ sdl: string; schema: GraphQLSchema }> {
  const plain = await buildSchema({
    resolvers: [...options.resolvers] as [ClassType, ...ClassType[]],
    orphanedTypes: [...options.entities],
    skipCheck: true,
    validate: false,
  });
  for (const [name, values] of Object.entries(options.enumValues ?? {}))
    for (const [value, takes] of Object.entries(values))
      (plain.getType(name) as GraphQLEnumType).getValue(value)!.extensions = { directives: { takes } };
  const sdl = `${FEDERATION}${OWN_DIRECTIVES}\n${printSchemaWithDirectives(plain)}\n`.trimStart();
  const resolvers = createResolversMap(plain) as Record<string, Record<string, unknown>>;
  for (const [type, resolve] of Object.entries(options.references)) {
    resolvers[type] = { ...resolvers[type], __resolveReference: resolve };
  }
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never });
  const entities = schema.getQueryType()?.getFields()['_entities'];
  if (entities) entities.resolve = entitiesResolver(schema, options.references);
  return { sdl, schema };
}

/**
 * Resolves entities like `@apollo/subgraph`, but synchronously where possible. `@apollo/subgraph` creates a
 * promise for each entity, which delays all fields below it. No entity in Polku is an interface.
 */
function entitiesResolver<Context>(
  schema: GraphQLSchema,
  references: Readonly<Record<string, ReferenceResolver<Context>>>,
): GraphQLFieldResolver<unknown, Context> {
  return (_source, args, context) =>
    (args['representations'] as readonly Record<string, unknown>[]).map((representation) => {
      const typename = representation['__typename'];
      if (typeof typename !== 'string' || !isObjectType(schema.getType(typename)))
        throw new TypeError('An entity representation has no known __typename.');
      const found = Object.hasOwn(references, typename)
        ? references[typename]!(representation, context)
        : representation;
      return found instanceof Promise
        ? found.then((entity) => withTypename(entity, typename))
        : withTypename(found, typename);
    });
}

/** Adds the type name to an entity, so that its type can be resolved. */
function withTypename(entity: unknown, typename: string): unknown {
  if (typeof entity === 'object' && entity !== null && !('__typename' in entity))
    Object.defineProperty(entity, '__typename', { value: typename });
  return entity;
}
