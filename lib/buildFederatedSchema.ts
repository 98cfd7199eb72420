import { buildSubgraphSchema } from '@apollo/subgraph';
import { getDocumentNodeFromSchema, printSchemaWithDirectives } from '@graphql-tools/utils';
import {
  buildASTSchema,
  type DocumentNode,
  type GraphQLFieldResolver,
  GraphQLSchema,
  isObjectType,
  parse,
} from 'graphql';
import { buildSchema, type ClassType, createResolversMap, type NonEmptyArray } from 'type-graphql';
import { typeNameOf } from './typeGraphql.js';

/**
 * Turns an entity representation `{ __typename, ...key }` into the object that its field resolvers receive.
 */
export type ReferenceResolver<Context> = (
  representation: Record<string, unknown>,
  context: Context,
) => unknown;

/**
 * Changes the SDL of the classes. Classes are fixed, but some of a schema depends on the other subgraphs,
 * such as a field for each of them. type-graphql also lacks some of SDL, such as directives on enum values.
 */
export type Amendment = (sdl: DocumentNode) => DocumentNode;

export interface FederatedSchemaOptions<Context> {
  /**
   * Instances of resolver classes. They are listed explicitly, because type-graphql's own list is global to
   * the process.
   */
  readonly resolvers: readonly object[];
  /**
   * Object types that no root field reaches, such as entities that this subgraph only extends. They come
   * first in the SDL, in this order.
   */
  readonly entities: readonly ClassType[];
  /** By type name. */
  readonly references: Readonly<Record<string, ReferenceResolver<Context>>>;
  readonly amendments?: readonly Amendment[];
  /** Resolvers of fields that amendments add, by type and field. */
  readonly addedFields?: Readonly<Record<string, FieldResolvers<Context>>>;
}

type FieldResolvers<Context> = Readonly<Record<string, GraphQLFieldResolver<never, Context>>>;

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
export async function buildFederatedSchema<Context>({
  resolvers,
  entities,
  references,
  amendments = [],
  addedFields = {},
}: FederatedSchemaOptions<Context>): Promise<{ sdl: string; schema: GraphQLSchema }> {
  const instances = new Map(resolvers.map((resolver) => [resolver.constructor, resolver]));
  const declared = await buildSchema({
    resolvers: [...instances.keys()] as unknown as NonEmptyArray<ClassType>,
    container: { get: (resolver) => instances.get(resolver) },
    orphanedTypes: [...entities],
    skipCheck: true,
    validate: false,
  });
  const amended = amendments.reduce((sdl, amend) => amend(sdl), getDocumentNodeFromSchema(declared));
  const sdl =
    `${FEDERATION}${OWN_DIRECTIVES}\n${printInOrder(amended, entities.map(typeNameOf))}\n`.trimStart();

  const fields = createResolversMap(declared) as Record<string, Record<string, unknown>>;
  for (const [type, added] of Object.entries(addedFields)) fields[type] = { ...fields[type], ...added };
  for (const [type, resolve] of Object.entries(references))
    fields[type] = { ...fields[type], __resolveReference: resolve };
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: fields as never });
  const entityField = schema.getQueryType()?.getFields()['_entities'];
  if (entityField) entityField.resolve = entitiesResolver(schema, references);
  return { sdl, schema };
}

/**
 * Prints first these types, each followed by the types that it is the first to mention, and then the root
 * types. So the text does not depend on the order in which classes were loaded.
 */
function printInOrder(sdl: DocumentNode, first: readonly string[]): string {
  const schema = buildASTSchema(sdl, { assumeValidSDL: true });
  const types = first.map((name) => schema.getType(name)!);
  return printSchemaWithDirectives(new GraphQLSchema({ ...schema.toConfig(), types }));
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
