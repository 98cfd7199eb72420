import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { type GraphQLSchema, parse, validate } from 'graphql';
import { packageRoot } from '../../lib/packageRoot.js';
import { operationFrom } from '../../test/generative/executionOperations.js';
import { choicesOf } from '../../test/generative/planningProof/choices.js';

/** A supergraph and the operations that are planned over it. */
export interface PlanningWork {
  readonly name: string;
  readonly sdl: string;
  /** Operations that are planned one after the other. Only the first is measured where there is one. */
  operations(api: GraphQLSchema): readonly string[];
}

const RANDOM = 1_000;

/** The works that ship, and those of a folder with supergraph.graphql and query.graphql. */
export function planningWorks(scenario: string | undefined): readonly PlanningWork[] {
  const city = readFileSync(join(packageRoot(), 'schema/supergraph.graphql'), 'utf8');
  const shipped = [
    { name: 'city, random', sdl: city, operations: randomOperations },
    { name: 'city, paths in paths (E06)', sdl: city, operations: () => [pathsInPaths] },
    { name: 'many plans', sdl: manyPlans(), operations: () => [manyFields()] },
  ];
  if (scenario === undefined) return shipped;
  const sdl = readFileSync(join(scenario, 'supergraph.graphql'), 'utf8');
  const query = readFileSync(join(scenario, 'query.graphql'), 'utf8');
  return [
    { name: 'scenario, query', sdl, operations: () => [query] },
    { name: 'scenario, random', sdl, operations: randomOperations },
    ...shipped,
  ];
}

const VALUES: Readonly<Record<string, readonly string[]>> = {
  Int: ['2'],
  ID: ['"1"'],
  String: ['"x"'],
  Boolean: ['true'],
};

/** Operations that are the same in each run. Scalars of the supergraph take any text. */
function randomOperations(api: GraphQLSchema): readonly string[] {
  const values = new Proxy(VALUES, { get: (known, type) => known[String(type)] ?? ['"x"'] });
  const found: string[] = [];
  for (let seed = 1; found.length < RANDOM; seed++) {
    const { choose } = choicesOf(seed);
    const tape = Array.from({ length: 400 }, () => choose(1000));
    const operation = operationFrom(api, tape, values).replaceAll(/ @(?:skip|include)\([^)]*\)/g, '');
    const declared = operation.replace(/^query \([^)]*\)/, 'query');
    if (validate(api, parse(declared)).length === 0) found.push(declared);
  }
  return found;
}

/** Twenty paths, with the paths of the people in them over six levels. */
const pathsInPaths = (() => {
  let path = 'servicePath { steps { service { code } } }';
  for (let level = 0; level < 5; level++)
    path = `servicePath { withheld steps { person { birthYear ${path} } } }`;
  const roots = Array.from({ length: 20 }, (_, index) => `a${index}: person(id: ${index}) { ${path} }`);
  return `{ ${roots.join(' ')} }`;
})();

const SUBGRAPHS = 7;

/** One type in seven subgraphs, each with some of its fields: every object can be planned in many ways. */
function manyPlans(): string {
  const { some } = choicesOf(7);
  const services = Array.from({ length: SUBGRAPHS }, (): string[] => ['id: ID!']);
  for (let field = 0; field < SUBGRAPHS; field++)
    for (const service of some(services, 4))
      service.push(`n${field}: Node @shareable`, `f${field}: String @shareable`);
  const { supergraphSdl, errors } = composeServices(
    services.map((fields, index) => ({
      name: `sub${index}`,
      url: `local:sub${index}`,
      typeDefs: parse(
        `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
        type Node @key(fields: "id") { ${fields.join(' ')} }
        ${index === 0 ? 'type Query { node: Node }' : ''}`,
      ),
    })),
  );
  if (supergraphSdl === undefined) throw new Error(String(errors));
  return supergraphSdl;
}

function manyFields(): string {
  const { some } = choicesOf(11);
  const all = Array.from({ length: SUBGRAPHS }, (_, index) => index);
  const node = (levels: number): string => {
    const fields = some(all, 4);
    if (levels === 0) return fields.map((field) => `f${field}`).join(' ');
    return fields.map((field) => `n${field} { ${node(levels - 1)} }`).join(' ');
  };
  return `{ node { ${node(4)} } }`;
}
