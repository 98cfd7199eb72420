import { GraphQLError } from 'graphql';
import { PolkuError } from '../../schema/polkuError.js';
import { InvalidOperation } from '../operation/validateOperation.js';

/** Why nothing was executed, as the client is told. */
export interface Refusal {
  readonly status: number;
  /** Whether the request is no request of GraphQL, whatever its operation. */
  readonly isMalformed: boolean;
  readonly errors: readonly GraphQLError[];
}

/** What ended a request; an error that no code foresees is reported and tells nothing of itself. */
export function refusalOf(error: unknown, reportFault: (fault: unknown) => void): Refusal {
  if (error instanceof InvalidOperation) return { status: 400, isMalformed: false, errors: error.errors };
  if (error instanceof GraphQLError) return { status: 400, isMalformed: false, errors: [unparsed(error)] };
  if (!(error instanceof PolkuError)) {
    reportFault(error);
    return refusalOf(new PolkuError('INTERNAL_SERVER_ERROR', 'Something broke inside.'), reportFault);
  }
  const { status, code, message, details } = error;
  const told = new GraphQLError(message, { extensions: { ...details, code } });
  return { status, isMalformed: code === 'BAD_REQUEST', errors: [told] };
}

function unparsed({ message, source, positions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, {
    source: source ?? null,
    positions: positions ?? null,
    extensions: { code: 'GRAPHQL_PARSE_FAILED' },
  });
}
