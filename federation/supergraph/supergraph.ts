import { hash } from 'node:crypto';
import { composeServices } from '@apollo/composition';
import { Supergraph as FederatedSupergraph } from '@apollo/federation-internals';
import { type GraphQLScalarType, type GraphQLSchema, isScalarType, parse } from 'graphql';
import { PolkuError } from '../../lib/errors.js';
import { type EntityTypes, plainTypes } from '../hooks.js';
import { type Planner, QueryPlanner } from '../planning/planner.js';
import { PlanningCost } from '../planning/planningCost.js';
import type { DataSource } from './dataSource.js';

type DataSources = ReadonlyMap<string, DataSource>;

/**
 * One composed supergraph with everything that planning and execution need. Immutable; an update creates
 * another one.
 */
export interface Supergraph {
  readonly sdl: string;
  /** Every type and field, including feeds. Representations are typed by it. */
  readonly schema: GraphQLSchema;
  /** The schema that clients see if policy hides nothing. */
  readonly apiSchema: GraphQLSchema;
  readonly planner: Planner;
  readonly planningCost: PlanningCost;
  readonly dataSources: DataSources;
  /** The scalars and fields that need special handling. */
  readonly types: EntityTypes;
}

export interface SupergraphSettings {
  /** Scalars with input that is checked here, by their names in the schema; none by default. */
  readonly checked?: readonly GraphQLScalarType[];
  /** The types that need special handling; none by default. */
  readonly types?: EntityTypes;
  /** The longest time for planning one operation, in milliseconds. */
  readonly planningMs?: number | undefined;
  /** The text of `writeComposed`, which is used if it is of the same contracts: composing takes a while. */
  readonly composed?: string | undefined;
}

export function buildSupergraph(
  sdl: string,
  dataSources: DataSources,
  { checked = [], types = plainTypes, planningMs }: SupergraphSettings = {},
): Supergraph {
  const composed = parse(sdl, { noLocation: true });
  const supergraph = FederatedSupergraph.build(composed);
  const apiSchema = withCheckedInput(supergraph.apiSchema().toGraphQLJSSchema(), checked);
  return {
    sdl,
    schema: supergraph.schema.toGraphQLJSSchema(),
    apiSchema,
    planner: new QueryPlanner(composed, planningMs),
    planningCost: new PlanningCost(composed, apiSchema),
    dataSources,
    types,
  };
}

/**
 * A schema that is printed and parsed again has lost the checks of its scalars, so a registry would find a
 * bad date. It is checked here, and is sent as the client wrote it.
 */
function withCheckedInput(schema: GraphQLSchema, checked: readonly GraphQLScalarType[]): GraphQLSchema {
  for (const scalar of checked) {
    const type = schema.getType(scalar.name);
    if (!isScalarType(type)) continue;
    type.parseValue = (value) => {
      scalar.parseValue(value);
      return value;
    };
  }
  return schema;
}

/** The schema of one subgraph, with its directives. */
export interface SubgraphContract {
  readonly name: string;
  readonly sdl: string;
}

export interface SubgraphSource {
  /** The committed SDL: what the subgraph may be asked and sent, whatever schema it reports itself. */
  readonly contract: SubgraphContract;
  readonly dataSource: DataSource;
}

/**
 * Composes the supergraph from the contracts, whatever schemas the subgraphs report.
 * @throws PolkuError SUPERGRAPH_INVALID with every composition error
 */
export function loadSupergraph(
  subgraphs: readonly SubgraphSource[],
  settings?: SupergraphSettings,
): Supergraph {
  const sdl = composeContracts(
    subgraphs.map(({ contract }) => contract),
    settings?.composed,
  );
  const dataSources = new Map(subgraphs.map(({ contract, dataSource }) => [contract.name, dataSource]));
  return buildSupergraph(sdl, dataSources, settings);
}

/** The supergraph of some contracts, with the digest of these contracts in its first line. */
export function writeComposed(contracts: readonly SubgraphContract[]): string {
  return `${firstLine(contracts)}${composeContracts(contracts)}\n`;
}

/** Whatever the order of the contracts, which changes nothing. */
function firstLine(contracts: readonly SubgraphContract[]): string {
  const sorted = contracts.map(({ name, sdl }) => [name, sdl]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  return `# Composed of contracts with the SHA-256 ${hash('sha256', JSON.stringify(sorted))}.\n`;
}

/**
 * @param composed the text of `writeComposed`, which is taken if it is of the same contracts
 * @throws PolkuError SUPERGRAPH_INVALID with every composition error
 */
export function composeContracts(contracts: readonly SubgraphContract[], composed?: string): string {
  if (composed !== undefined) {
    const line = firstLine(contracts);
    if (composed.startsWith(line)) return composed.slice(line.length, -1);
  }
  const { supergraphSdl, errors } = composeServices(
    contracts.map(({ name, sdl }) => ({ name, url: `local:${name}`, typeDefs: parseSdl(name, sdl) })),
  );
  if (supergraphSdl === undefined) throw invalid((errors ?? []).map(({ message }) => message));
  return supergraphSdl;
}

function parseSdl(name: string, sdl: string): ReturnType<typeof parse> {
  try {
    return parse(sdl);
  } catch (cause) {
    throw invalid([`[${name}] ${(cause as Error).message}`], cause);
  }
}

function invalid(errors: readonly string[], cause?: unknown): PolkuError {
  return new PolkuError(
    'SUPERGRAPH_INVALID',
    `The subgraphs do not compose:\n${errors.map((error) => `- ${error}`).join('\n')}`,
    { errors },
    { cause },
  );
}
