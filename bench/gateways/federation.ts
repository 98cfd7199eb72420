import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, parse } from 'graphql';

interface Entity {
  readonly id: string;
}

interface Definition {
  readonly typeDefs: string;
  readonly resolvers: object;
}

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@requires", "@external", "@shareable"])\n';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const numberOf = ({ id }: Entity) => Number(id.slice(1));
const person = (number: number) => ({ id: `p${number}` });

/** A registry of contacts, as a department would write it. */
function contacts(registry: string, more: string, resolvers: object): Definition {
  const type = `${registry[0]!.toUpperCase()}${registry.slice(1)}Contact`;
  return {
    typeDefs: `type Person @key(fields: "id") { id: ID! ${registry}Contacts(first: Int!): [${type}!] ${registry}Load: Int ${more} }
      type ${type} { id: ID! startedAt: String endedAt: String service: String unit: String }`,
    resolvers: {
      Person: {
        [`${registry}Contacts`]: (of: Entity, { first }: { first: number }) =>
          numbers(first).map((index) => ({
            id: `${registry}${of.id}c${index}`,
            startedAt: day(index),
            endedAt: index % 3 === 0 ? null : day(index + 1),
            service: `${registry}-service-${index % 7}`,
            unit: `unit-${(numberOf(of) + index) % 50}`,
          })),
        [`${registry}Load`]: (of: Entity) => numberOf(of) % 50,
        ...resolvers,
      },
    },
  };
}

function day(index: number): string {
  return `20${String(10 + (index % 7)).padStart(2, '0')}-${String(1 + (index % 12)).padStart(2, '0')}-15`;
}

/** The subgraphs of every gateway: persons and families, three registries, and derived types. */
const definitions: Readonly<Record<string, Definition>> = {
  population: {
    typeDefs: `type Query { person(id: ID!): Person family(id: ID!): Family persons(first: Int!): [Person!]! }
      type Person @key(fields: "id") { id: ID! birthYear: Int district: String }
      type Family @key(fields: "id") { id: ID! members: [Member!] }
      type Member { role: String person: Person }`,
    resolvers: {
      Query: {
        person: (_: unknown, { id }: Entity) => ({ id }),
        family: (_: unknown, { id }: Entity) => ({ id }),
        persons: (_: unknown, { first }: { first: number }) => numbers(first).map(person),
      },
      Person: {
        birthYear: (of: Entity) => 1930 + (numberOf(of) % 80),
        district: (of: Entity) => `district-${numberOf(of) % 9}`,
      },
      Family: {
        members: (of: Entity) =>
          numbers(4).map((index) => ({
            role: index < 2 ? 'parent' : 'child',
            person: person(4 * numberOf(of) + index),
          })),
      },
    },
  },
  health: contacts('health', 'lastVisit: String', { lastVisit: (of: Entity) => day(numberOf(of)) }),
  social: contacts('social', 'openCases: Int', { openCases: (of: Entity) => numberOf(of) % 4 }),
  education: contacts('education', '', {}),
  paths: {
    typeDefs: `type Person @key(fields: "id") {
        id: ID! healthLoad: Int @external socialLoad: Int @external educationLoad: Int @external
        path: Path @requires(fields: "healthLoad socialLoad educationLoad")
      }
      type Path { steps: Int withheld: [String!] }`,
    resolvers: {
      Person: {
        path: (of: Record<string, number>) => ({
          steps: of['healthLoad']! + of['socialLoad']! + of['educationLoad']!,
          withheld: [],
        }),
      },
    },
  },
};

export const subgraphNames = Object.keys(definitions);

export function subgraphSchema(name: string): GraphQLSchema {
  const { typeDefs, resolvers } = definitions[name]!;
  return buildSubgraphSchema([{ typeDefs: parse(LINK + typeDefs), resolvers: resolvers as never }]);
}

/** The supergraph over subgraphs at these addresses. */
export function composeSupergraph(urls: ReadonlyMap<string, string>): string {
  const services = Object.entries(definitions).map(([name, { typeDefs }]) => ({
    name,
    url: urls.get(name)!,
    typeDefs: parse(LINK + typeDefs),
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}
