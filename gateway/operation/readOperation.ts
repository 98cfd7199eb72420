import { type GraphQLSchema, parse, validate } from 'graphql';
import type { ReadOperation } from '../../policies/engine/test/checkCase.js';
import { selectedFields } from './policyCheck.js';

/** Reads operations as the gateway does, so that policy tests check the same coordinates as the gateway. */
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
