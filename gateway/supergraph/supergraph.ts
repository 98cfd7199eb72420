import { type Schema, Supergraph as FederatedSupergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { type GraphQLScalarType, type GraphQLSchema, isScalarType, parse } from 'graphql';
import { DateScalar } from '../../schema/scalars/dateScalar.js';
import { IdentityCodeScalar } from '../../schema/scalars/identityCodeScalar.js';
import { PartialDateScalar } from '../../schema/scalars/partialDateScalar.js';
import type { DataSource } from './dataSource.js';
import { type DistinctRequirements, distinctRequirements } from './planning/distinctRequirements.js';
import { resolvableKeysFirst } from './planning/resolvableKeysFirst.js';

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
  /** The API schema as the planner knows it. */
  readonly planningSchema: Schema;
  readonly queryPlanner: QueryPlanner;
  /** By which its plans are restored (planning/restorePlan.ts). */
  readonly distinct: DistinctRequirements;
  readonly dataSources: DataSources;
}

/** @param checked scalars whose input is checked here, by their names in the schema */
export function buildSupergraph(
  sdl: string,
  dataSources: DataSources,
  checked: readonly GraphQLScalarType[] = inputScalars,
): Supergraph {
  const composed = resolvableKeysFirst(parse(sdl, { noLocation: true }));
  const supergraph = FederatedSupergraph.build(composed);
  const distinct = distinctRequirements(composed);
  // A field that is required under other names only would be found to have no use where it is external.
  const planned =
    distinct.supergraph === composed
      ? supergraph
      : FederatedSupergraph.build(distinct.supergraph, { validateSupergraph: false });
  return {
    sdl,
    schema: supergraph.schema.toGraphQLJSSchema(),
    apiSchema: withCheckedInput(supergraph.apiSchema().toGraphQLJSSchema(), checked),
    planningSchema: planned.apiSchema(),
    queryPlanner: new QueryPlanner(planned),
    distinct,
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
