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

/** Nothing reports home, and nothing is written into an answer but the answer. */
const silentPlugins = [
  ApolloServerPluginUsageReportingDisabled(),
  ApolloServerPluginSchemaReportingDisabled(),
  ApolloServerPluginInlineTraceDisabled(),
  ApolloServerPluginCacheControlDisabled(),
  ApolloServerPluginLandingPageDisabled(),
];

/** Apollo Server parses operations and runs their plugins; graphqlRoute.ts speaks HTTP, and the gateway does the rest. */
export function createApolloServer(gateway: Gateway): ApolloServer<GatewayContext> {
  const documents = new AnsweredDocuments();
  return new ApolloServer<GatewayContext>({
    gateway,
    // What is valid depends on who asks for what, and limits come first, so the gateway validates. Apollo's store of
    // documents is keyed by their text alone; it holds what was parsed and no word of what was found valid.
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

/** Notes for the audit record which operation was asked, whatever became of it. */
const notedOperation: ApolloServerPlugin<GatewayContext> = {
  requestDidStart: async () => ({
    async willSendResponse({ contextValue, source, queryHash, operationName }) {
      // A hash of few possible texts gives the text away, and a name is text.
      if (source === undefined || queryHash === undefined || holdsIdentityCode(source)) return;
      contextValue.request.draft.noteAsked({ hash: queryHash, name: operationName ?? undefined });
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

/** Apollo Server writes to the console unless it is given another place. */
function silentLogger(
  gateway: Gateway,
): Record<'debug' | 'info' | 'warn' | 'error', (message: unknown) => void> {
  const report = (message: unknown): void => gateway.reportFault(message, '');
  return { debug: () => {}, info: () => {}, warn: report, error: report };
}

type DocumentStore = NonNullable<ApolloServerOptions<BaseContext>['documentStore']>;

const MAX_DOCUMENTS = 1_000;
/** Of all of them. A parsed document takes a hundred times its text; Apollo's own store would let them take 100 MB. */
const MAX_CHARACTERS = 250_000;

/**
 * Where Apollo Server finds what it has parsed, by the hash of the text. Documents are kept once they were answered: those
 * that are refused neither push others out, nor live long enough to be moved about by the garbage collector.
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

  /** Told of every document that is parsed, before it is checked. */
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
