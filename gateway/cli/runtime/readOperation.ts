import { Supergraph } from '@apollo/federation-internals';
import { type GraphQLSchema, parse, validate } from 'graphql';
import type { ReadOperation } from '../../../policies/engine/test/policyTest.js';
import { selectedFields } from '../../operation/policyCheck.js';
import { composeContracts } from '../../supergraph/loadSupergraph.js';
import { committedSdl } from './loadPolicy.js';

/** The API of what is joined here: everything that a client could ask for if policy let them. */
export async function committedApi(): Promise<GraphQLSchema> {
  return Supergraph.build(composeContracts(await committedSdl()))
    .apiSchema()
    .toGraphQLJSSchema();
}

/** Reads operations as the gateway does, so that tests of policies and the gateway ask for the same coordinates. */
export function operationReader(api: GraphQLSchema): ReadOperation {
  return (text) => {
    try {
      const document = parse(text);
      const faults = validate(api, document).map(({ message }) => message);
      if (faults.length > 0) return { coordinates: [], faults };
      const coordinates = selectedFields(api, document).flatMap((selected) => selected.coordinates);
      return { coordinates: [...new Set(coordinates)].sort(), faults: [] };
    } catch (error) {
      return { coordinates: [], faults: [(error as Error).message] };
    }
  };
}
