import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { holdsIdentityCode } from '../../schema/identityCodeText.js';
import type { Gateway } from '../gateway.js';
import type { GatewayContext } from '../gatewayRequest.js';
import { AnsweredDocuments } from './answeredDocuments.js';
import { formatError } from './formatError.js';

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
    plugins: [notedOperation, keptWhenAnswered(documents), ...silentPlugins],
  });
}

/** Notes for the audit record which operation was asked, whatever became of it. */
const notedOperation: ApolloServerPlugin<GatewayContext> = {
  requestDidStart: async () => ({
    async willSendResponse({ contextValue, source, queryHash, operationName }) {
      // A hash of few possible texts gives the text away, and a name is text.
      if (source === undefined || queryHash === undefined || holdsIdentityCode(source)) return;
      contextValue.request.found.asked = { hash: queryHash, name: operationName ?? undefined };
    },
  }),
};

function keptWhenAnswered(documents: AnsweredDocuments): ApolloServerPlugin<GatewayContext> {
  return {
    requestDidStart: async () => ({
      async willSendResponse({ document, response: { body } }) {
        if (document && body.kind === 'single' && body.singleResult.data) documents.keep(document);
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
