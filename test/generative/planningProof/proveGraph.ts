import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  execute,
  type ExecutionResult,
  graphql,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  NoUnusedVariablesRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { BareGateway } from '../../../federation/bare/bareGateway.js';
import { ClientSignal } from '../../../federation/supergraph/clientSignal.js';
import type { DataSource, SubgraphResponse } from '../../../federation/supergraph/dataSource.js';
import { buildSupergraph } from '../../../federation/supergraph/supergraph.js';
import { RawJson } from '../../../federation/plan/rawFields.js';
import { operationFrom } from '../executionOperations.js';
import { choicesOf } from './choices.js';
import { randomGraph } from './randomGraph.js';
import { type Possible, possibleIn, World, type WorldObject, worldResolver } from './world.js';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@requires", "@external", "@shareable", "@provides", "@override", "@interfaceObject"])
`;
const RULES = specifiedRules.filter((rule) => rule !== NoUnusedVariablesRule);

/** An operation whose answer is wrong. */
export interface Wrong {
  readonly seed: number;
  readonly operation: string;
  readonly expected: unknown;
  readonly found: unknown;
  readonly sdl: string;
}

/** What was compared. */
export interface PlanningProof {
  readonly graphs: number;
  readonly operations: number;
  readonly wrong: readonly Wrong[];
}

/**
 * Asks random operations of random federated graphs, and compares each answer with that of one service with
 * the same types.
 * @param seed the first graph; later ones have higher seeds, and those that do not compose are left out
 */
export async function provePlanning(
  graphs: number,
  operations: number,
  seed: number,
): Promise<PlanningProof> {
  const wrong: Wrong[] = [];
  let opened = 0;
  let asked = 0;
  for (let next = seed; opened < graphs; next++) {
    const graph = openGraph(next);
    if (!graph) continue;
    opened += 1;
    const share = Math.ceil((operations - asked) / (graphs - opened + 1));
    for (let left = share, index = 0; left > 0; index++) {
      const operation = randomOperation(graph, next * 1000 + index);
      if (operation === undefined) continue;
      left -= 1;
      asked += 1;
      const found = await graph.prove(operation);
      if (found) wrong.push({ seed: next, operation, sdl: graph.sdl, ...found });
    }
  }
  return { graphs: opened, operations: asked, wrong };
}

/** A random graph that composes, as one service and as a federation. */
interface ProvedGraph {
  readonly apiSchema: GraphQLSchema;
  /** Compares one operation; undefined if its answer is right. */
  prove(operation: string): Promise<Omit<Wrong, 'seed' | 'operation' | 'sdl'> | undefined>;
  readonly sdl: string;
}

/** The random graph of a seed; undefined if it does not compose. */
function openGraph(seed: number): ProvedGraph | undefined {
  const graph = randomGraph(choicesOf(seed));
  const services = graph.subgraphs.map(({ name, typeDefs }) => ({
    name,
    url: `local:${name}`,
    typeDefs: parse(LINK + typeDefs),
  }));
  const { supergraphSdl } = composeServices(services);
  if (supergraphSdl === undefined) return undefined;
  const world = new World(graph.fields);
  const schemas = new Map(services.map(({ name, typeDefs }) => [name, subgraphSchema(typeDefs, world)]));
  // The objects of a field have types that every subgraph with the field knows.
  const possibleOf = (coordinate: string): Possible => {
    const [type, field] = coordinate.split('.') as [string, string];
    const owners = [...schemas.values()].filter((schema) => {
      const found = schema.getType(type);
      const viewed = /^M\d$/.test(type) ? schema.getType('Media') : undefined;
      return [found, viewed].some(
        (one) => (isObjectType(one) || isInterfaceType(one)) && one.getFields()[field],
      );
    });
    return (name) => {
      const lists = owners.map((schema) => possibleIn(schema)(name));
      const all = lists.map((list) => (list.includes('Media') ? ['M0', 'M1'] : list));
      return (all[0] ?? [name]).filter((one) => all.every((list) => list.includes(one)));
    };
  };
  for (const schema of schemas.values()) bind(schema, world, possibleOf);
  const sources = new Map([...schemas].map(([name, schema]) => [name, sourceOf(schema)]));
  const supergraph = buildSupergraph(supergraphSdl, sources);
  const { apiSchema } = supergraph;
  const gateway = new BareGateway(supergraph);
  const resolve = worldResolver(world, possibleOf);
  return {
    apiSchema,
    sdl: graph.subgraphs.map(({ name, typeDefs }) => `# ${name}\n${typeDefs}`).join('\n'),
    async prove(operation) {
      world.counter = 0;
      const expected = plain(
        await execute({
          schema: apiSchema,
          document: parse(operation),
          variableValues: VALUES,
          fieldResolver: resolve,
          typeResolver: (value) => (value as WorldObject).type,
        }),
      );
      world.counter = 0;
      const found = await answerOf(gateway, operation);
      if (JSON.stringify(found) === JSON.stringify(expected)) return undefined;
      return { expected, found };
    },
  };
}

const VALUES = { n: 2 };

async function answerOf(gateway: BareGateway, query: string): Promise<ExecutionResult> {
  const request = { query, variables: VALUES, operationName: undefined, isSafe: false };
  try {
    return plain(await gateway.execute(request as never, new ClientSignal()));
  } catch (error) {
    return { errors: [String(error)] as never };
  }
}

function plain(result: unknown): ExecutionResult {
  return JSON.parse(RawJson.stringify(result)) as ExecutionResult;
}

/** A valid random operation of a graph; undefined if the choices make none. */
function randomOperation({ apiSchema }: ProvedGraph, seed: number): string | undefined {
  const { choose } = choicesOf(seed);
  const tape = Array.from({ length: 10 + choose(110) }, () => choose(1000));
  const root = choose(8) === 0 && apiSchema.getMutationType() ? 'mutation' : 'query';
  const operation = operationFrom(apiSchema, tape, ARGUMENTS, root);
  return validate(apiSchema, parse(operation), RULES).length === 0 ? operation : undefined;
}

const ARGUMENTS = { Int: ['2', '$n', '3', '4'], ID: ['"1"'], String: ['"x"'], Boolean: ['true', '$yes'] };

function subgraphSchema(typeDefs: ReturnType<typeof parse>, world: World): GraphQLSchema {
  const resolvers: Record<string, unknown> = {};
  for (const node of typeDefs.definitions) {
    if (!('directives' in node) || !('name' in node) || !node.name) continue;
    if (!node.directives?.some(({ name }) => name.value === 'key')) continue;
    const type = node.name.value;
    resolvers[type] = {
      __resolveReference: (key: Record<string, unknown>) => world.byKey(type, key) ?? null,
    };
  }
  return buildSubgraphSchema([{ typeDefs, resolvers: resolvers as never }]);
}

/** Gives every field of a subgraph its resolver. An external field is answered only where it is provided. */
function bind(schema: GraphQLSchema, world: World, possibleOf: (coordinate: string) => Possible): void {
  const resolve = worldResolver(world, possibleOf);
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || type.name.startsWith('_')) continue;
    if (isInterfaceType(type) || 'getTypes' in type) type.resolveType = (value: WorldObject) => value.type;
    if (!isObjectType(type)) continue;
    const isInterfaceObject = type.name === 'Media';
    for (const field of Object.values(type.getFields())) {
      if (field.name.startsWith('_')) continue;
      const directives = field.astNode?.directives ?? [];
      const isExternal = directives.some(({ name }) => name.value === 'external');
      const provides = directives.some(({ name }) => name.value === 'provides');
      const isRequiring = directives.some(({ name }) => name.value === 'requires');
      field.resolve = (source, args, context, info) => {
        const object = source as WorldObject & { readonly isProvided?: boolean };
        if (isExternal && !object.isProvided) throw new Error(`${type.name}.${field.name} is external.`);
        if (isRequiring && !object.given) throw new Error(`${type.name}.${field.name} was given nothing.`);
        const value: unknown = resolve(source, args, context, info);
        return provides ? provided(value) : value;
      };
    }
    if (isInterfaceObject) type.isTypeOf = () => true;
  }
}

function provided(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(provided);
  return value === null ? null : { ...(value as object), isProvided: true };
}

function sourceOf(schema: GraphQLSchema): DataSource {
  return {
    async fetch({ query, operationName, variables, representations, read }): Promise<SubgraphResponse> {
      const all = representations
        ? { ...variables, representations: JSON.parse(representations.json()) as unknown }
        : variables;
      const result = await graphql({ schema, source: query, operationName, variableValues: all });
      return read(JSON.stringify(result)) as SubgraphResponse;
    },
  };
}
