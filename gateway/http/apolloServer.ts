import {
  ApolloServer,
  type ApolloServerOptions,
  type ApolloServerPlugin,
  type BaseContext,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { DocumentNode, GraphQLError, GraphQLFormattedError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { holdsIdentityCode, withoutIdentityCodes } from '../../schema/identityCodeText.js';
import type { Gateway } from '../gateway.js';
import type { GatewayContext } from '../gatewayRequest.js';
import { INTERNAL_MESSAGE, isErrorCode } from '../operation/graphqlErrors.js';

/** No plugin reports to Apollo or adds anything to an answer. */
const silentPlugins = [
  ApolloServerPluginUsageReportingDisabled(),
  ApolloServerPluginSchemaReportingDisabled(),
  ApolloServerPluginInlineTraceDisabled(),
  ApolloServerPluginCacheControlDisabled(),
  ApolloServerPluginLandingPageDisabled(),
];

/**
 * Apollo Server parses operations and runs these plugins. graphqlRoute.ts handles HTTP, and the gateway does
 * the rest.
 */
export function createApolloServer(gateway: Gateway): ApolloServer<GatewayContext> {
  const documents = new AnsweredDocuments();
  return new ApolloServer<GatewayContext>({
    gateway,
    // The gateway validates, because limits come first and validity depends on the caller and the purpose.
    // Apollo's store has the text as its key, so it holds parsed documents and no results of validation.
    dangerouslyDisableValidation: true,
    introspection: true,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    documentStore: documents,
    parseOptions: { maxTokens: gateway.limits.tokens },
    formatError,
    logger: silentLogger(gateway),
    plugins: [notedOperation, cacheWhenAnswered(documents), ...silentPlugins],
  });
}

/** Notes which operation was requested, for the audit record, whatever the outcome is. */
const notedOperation: ApolloServerPlugin<GatewayContext> = {
  requestDidStart: async () => ({
    async willSendResponse({ contextValue, source, queryHash, operationName }) {
      // If few texts are possible, a hash reveals the text; and the name is part of the text.
      if (source === undefined || queryHash === undefined || holdsIdentityCode(source)) return;
      const { draft, observation } = contextValue.request;
      draft.noteAsked({ hash: queryHash, name: operationName ?? undefined });
      observation.noteOperation(queryHash);
    },
  }),
};

function cacheWhenAnswered(documents: AnsweredDocuments): ApolloServerPlugin<GatewayContext> {
  return {
    requestDidStart: async () => ({
      async willSendResponse({ document, response: { body } }) {
        if (document && body.kind === 'single' && body.singleResult.data) documents.store(document);
      },
    }),
  };
}

/** Apollo Server writes to the console unless it has another logger. */
function silentLogger(
  gateway: Gateway,
): Record<'debug' | 'info' | 'warn' | 'error', (message: unknown) => void> {
  const report = (message: unknown): void => gateway.reportFault(message, undefined);
  return { debug: () => {}, info: () => {}, warn: report, error: report };
}

type DocumentStore = NonNullable<ApolloServerOptions<BaseContext>['documentStore']>;

const MAX_DOCUMENTS = 1_000;
/**
 * Characters of all cached documents. A parsed document takes a hundred times the memory of its text. With
 * Apollo's own store they could take 100 MB.
 */
const MAX_CHARACTERS = 250_000;

/**
 * The parsed documents of Apollo Server, by the hash of the text. A document is cached once it was answered.
 * So refused documents push no others out, and they die before the garbage collector moves them.
 */
export class AnsweredDocuments implements DocumentStore {
  readonly #answered = new LRUCache<string, DocumentNode>({
    max: MAX_DOCUMENTS,
    maxSize: MAX_CHARACTERS,
    sizeCalculation: ({ loc }) => loc!.end + 1,
  });
  readonly #keys = new WeakMap<DocumentNode, string>();

  async get(key: string): Promise<DocumentNode | undefined> {
    return this.#answered.get(key);
  }

  /** Called for every parsed document, before it is checked. */
  async set(key: string, document: DocumentNode): Promise<void> {
    this.#keys.set(document, key);
  }

  async delete(key: string): Promise<boolean> {
    return this.#answered.delete(key);
  }

  store(document: DocumentNode): void {
    const key = this.#keys.get(document);
    if (key !== undefined && !this.#answered.has(key)) this.#answered.set(key, document);
  }
}

/**
 * The only form of an error: message, locations, path, and extensions with a code of the error table. Every
 * error passes here last, wherever it was raised.
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
    'The operation is too large: it has too many tokens or levels. Split it into several smaller operations.',
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
