import { composeServices } from '@apollo/composition';
import { Supergraph as FederatedSupergraph } from '@apollo/federation-internals';
import { type GraphQLScalarType, type GraphQLSchema, isScalarType, parse } from 'graphql';
import { PolkuError } from '../../lib/errors.js';
import { type EntityTypes, plainTypes } from '../hooks.js';
import { planHere, type Planner } from '../planning/planner.js';
import { PlanningCost } from '../planning/planningCost.js';
import type { DataSource } from './dataSource.js';

type DataSources = ReadonlyMap<string, DataSource>;

/** One composed supergraph with all that planning and executing need of it. Immutable; an update is another one. */
export interface Supergraph {
  readonly sdl: string;
  /** Every type and field, feeds included: what representations are typed by. */
  readonly schema: GraphQLSchema;
  /** What clients could see if policy let them. */
  readonly apiSchema: GraphQLSchema;
  readonly planner: Planner;
  readonly planningCost: PlanningCost;
  readonly dataSources: DataSources;
  /** Which scalars and fields mean more than their values. */
  readonly types: EntityTypes;
}

export interface SupergraphSettings {
  /** Scalars whose input is checked here, by their names in the schema; by default none. */
  readonly checked?: readonly GraphQLScalarType[];
  /** By default every value means what it says. */
  readonly types?: EntityTypes;
  /** Where operations are planned; by default in this thread. */
  readonly planner?: (sdl: string) => Planner;
}

export function buildSupergraph(
  sdl: string,
  dataSources: DataSources,
  { checked = [], types = plainTypes, planner = planHere }: SupergraphSettings = {},
): Supergraph {
  const composed = parse(sdl, { noLocation: true });
  const supergraph = FederatedSupergraph.build(composed);
  const apiSchema = withCheckedInput(supergraph.apiSchema().toGraphQLJSSchema(), checked);
  return {
    sdl,
    schema: supergraph.schema.toGraphQLJSSchema(),
    apiSchema,
    planner: planner(sdl),
    planningCost: new PlanningCost(composed, apiSchema),
    dataSources,
    types,
  };
}

/**
 * A schema that is printed and read again has lost what its scalars check, so a bad date would be found by a registry. It is
 * checked here, and travels as the client wrote it.
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
  /** The committed SDL: what the subgraph may be asked and handed, whatever it answers itself. */
  readonly contract: SubgraphContract;
  readonly dataSource: DataSource;
}

/**
 * Composes the supergraph of the contracts, whatever the subgraphs themselves answer.
 * @throws PolkuError SUPERGRAPH_INVALID with every composition error
 */
export function loadSupergraph(
  subgraphs: readonly SubgraphSource[],
  settings?: SupergraphSettings,
): Supergraph {
  const sdl = composeContracts(subgraphs.map(({ contract }) => contract));
  const dataSources = new Map(subgraphs.map(({ contract, dataSource }) => [contract.name, dataSource]));
  return buildSupergraph(sdl, dataSources, settings);
}

/** @throws PolkuError SUPERGRAPH_INVALID with every composition error */
export function composeContracts(contracts: readonly SubgraphContract[]): string {
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
