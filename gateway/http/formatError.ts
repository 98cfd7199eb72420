import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { withoutIdentityCodes } from '../../schema/identityCodeText.js';
import { INTERNAL_MESSAGE, isErrorCode } from '../operation/graphqlErrors.js';

/**
 * The one shape of an error: message, locations, path, and extensions with a code of the error table. The last door before
 * the client, whoever raised the error.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { message, locations, path, extensions } = isTooLargeToParse(error) ? tooLarge : formatted;
  const code = extensions?.['code'];
  const known = isErrorCode(code) && code !== 'INTERNAL_SERVER_ERROR';
  return {
    message: known ? withoutIdentityCodes(message) : INTERNAL_MESSAGE,
    ...(locations && known && { locations }),
    ...(path && { path }),
    extensions: known ? extensions! : { code: 'INTERNAL_SERVER_ERROR', ...decisionId(extensions) },
  };
}

const tooLarge: GraphQLFormattedError = {
  message:
    'The operation is too large: it has more words or levels than are read. Ask in several smaller ones.',
  extensions: { code: 'OPERATION_TOO_LARGE', limit: 'tokens' },
};

/** The parser stops at its limit of tokens (graphql-js `maxTokens`), or where nesting exhausts the stack. */
function isTooLargeToParse(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = (cause as GraphQLError).originalError) {
    if (
      cause.name === 'RangeError' ||
      /^Syntax Error: Document contains more that \d+ tokens/.test(cause.message)
    )
      return true;
  }
  return false;
}

function decisionId(extensions: Readonly<Record<string, unknown>> | undefined): object {
  return extensions?.['decisionId'] === undefined ? {} : { decisionId: extensions['decisionId'] };
}
