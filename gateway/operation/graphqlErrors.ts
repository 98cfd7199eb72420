import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { type ErrorCode, errorTable, PolkuError } from '../../lib/errors.js';
import { InvalidOperation } from '../../federation/execution/validation.js';

/** The message of an error without an error code. Clients see nothing else of it. */
export const INTERNAL_MESSAGE =
  'Something broke inside. The decision id of this response finds it in the log.';

/**
 * The fault that ended a request, as GraphQL errors with the HTTP status of their codes. An error without a
 * code of the table is reported internally, and the client learns nothing about it.
 */
export function asGraphQLErrors(error: unknown, report: (fault: unknown) => void): readonly GraphQLError[] {
  if (error instanceof InvalidOperation) return error.errors.map(withStatus);
  if (error instanceof PolkuError) return [asGraphQLError(error)];
  report(error);
  return [asGraphQLError(new PolkuError('INTERNAL_SERVER_ERROR', INTERNAL_MESSAGE))];
}

export function asGraphQLError({ code, message, details }: PolkuError): GraphQLError {
  return withStatus(new GraphQLError(message, { extensions: { ...details, code } }));
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorTable, code);
}

/**
 * Apollo Server reads the status and headers of a response from `extensions.http`, and leaves that out of the
 * body.
 */
function withStatus({ message, nodes, extensions }: GraphQLError): GraphQLError {
  const { status } = errorTable[extensions['code'] as ErrorCode];
  // RFC 6750 §3
  const headers = new HeaderMap(status === 401 ? [['www-authenticate', 'Bearer']] : []);
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    extensions: { ...extensions, http: { status, headers } },
  });
}
