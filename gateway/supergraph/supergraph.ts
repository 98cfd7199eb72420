import { Supergraph as FederatedSupergraph } from '@apollo/federation-internals';
import { type GraphQLScalarType, type GraphQLSchema, isScalarType, parse } from 'graphql';
import { DateScalar } from '../../schema/scalars/dateScalar.js';
import { IdentityCodeScalar } from '../../schema/scalars/identityCodeScalar.js';
import { PartialDateScalar } from '../../schema/scalars/partialDateScalar.js';
import type { DataSource } from './dataSource.js';
import { planHere, type Planner } from './planning/planner.js';
import { PlanningCost } from './planning/planningCost.js';

/** Scalars whose values clients send; the others are keys, unsealed by type, or come from registries only. */
const inputScalars = [DateScalar, PartialDateScalar, IdentityCodeScalar];

export type DataSources = ReadonlyMap<string, DataSource>;

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
}

export interface SupergraphSettings {
  /** Scalars whose input is checked here, by their names in the schema. */
  readonly checked?: readonly GraphQLScalarType[];
  /** Where operations are planned; by default in this thread. */
  readonly planner?: (sdl: string) => Planner;
}

export function buildSupergraph(
  sdl: string,
  dataSources: DataSources,
  { checked = inputScalars, planner = planHere }: SupergraphSettings = {},
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
