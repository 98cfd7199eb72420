import { GraphQLError } from 'graphql';
import type { PolkuError } from '../../schema/polkuError.js';
import type { DataPath } from './dataObject.js';

/** An error of the response. The original one goes with it for the log and never into the response. */
export function locatedError(error: PolkuError, path: DataPath): GraphQLError {
  return new GraphQLError(error.message, {
    originalError: error,
    ...(path.length > 0 && { path }),
    extensions: { code: error.code },
  });
}
