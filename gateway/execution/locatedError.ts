import { GraphQLError } from 'graphql';
import type { DataPath } from './dataObject.js';
import type { Fault } from './program/subgraphError.js';

/** An error of the response. The original one goes with it for the log and never into the response. */
export function locatedError(error: Fault, path: DataPath): GraphQLError {
  return new GraphQLError(error.message, {
    originalError: error,
    ...(path.length > 0 && { path }),
    extensions: { ...error.extensions, code: error.code },
  });
}
