import '../telemetryOff.js';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLFormattedError } from 'graphql';
import { holdsIdentityCode } from '../../schema/identityCodeText.js';
import { PolkuError } from '../../schema/polkuError.js';
import { ClosedText } from '../execution/program/closedText.js';
import type { Gateway } from '../gateway.js';
import type { GatewayContext } from '../gatewayRequest.js';
import { isErrorCode } from '../operation/graphqlErrors.js';
import { documentStore } from './documentStore.js';
import { formatError } from './formatError.js';

/** Nothing reports home, and nothing is written into an answer but the answer. */
const silentPlugins = [
  ApolloServerPluginUsageReportingDisabled(),
  ApolloServerPluginSchemaReportingDisabled(),
  ApolloServerPluginInlineTraceDisabled(),
  ApolloServerPluginCacheControlDisabled(),
  ApolloServerPluginLandingPageDisabled(),
];

/** Apollo Server reads and writes GraphQL over HTTP; everything between is the gateway's. */
export function createApolloServer(gateway: Gateway): ApolloServer<GatewayContext> {
  return new ApolloServer<GatewayContext>({
    gateway,
    // What is valid depends on who asks for what, and limits come first, so the gateway validates. Apollo's store of
    // documents is keyed by their text alone; it holds what was parsed and no word of what was found valid.
    dangerouslyDisableValidation: true,
    introspection: true,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    stringifyResult: (result: unknown) => `${ClosedText.stringify(result)}\n`,
    documentStore: documentStore(),
    parseOptions: { maxTokens: gateway.limits.tokens },
    csrfPrevention: true,
    formatError,
    logger: silentLogger(gateway),
    plugins: [auditPlugin(gateway), ...silentPlugins],
  });
}

/** Every response to a request that was opened passes here: no record, no data. */
function auditPlugin(gateway: Gateway): ApolloServerPlugin<GatewayContext> {
  return {
    requestDidStart: async () => ({
      async willSendResponse({ contextValue, response, source, queryHash, operationName }) {
        const { request } = contextValue;
        if (response.body.kind !== 'single') throw new Error('The gateway answers in one piece.');
        const result = response.body.singleResult;
        const withId = (error: GraphQLFormattedError): GraphQLFormattedError => ({
          ...error,
          extensions: { ...error.extensions, decisionId: request.decisionId },
        });
        if (result.errors) result.errors = result.errors.map(withId);
        // A hash of few possible texts gives the text away, and a name is text.
        const named = source !== undefined && queryHash !== undefined && !holdsIdentityCode(source);
        try {
          await gateway.record(request, {
            operation: named ? { hash: queryHash, name: operationName ?? undefined } : undefined,
            answered: result.data !== undefined && result.data !== null,
            codes: (result.errors ?? []).map(({ extensions }) => extensions?.['code']).filter(isErrorCode),
          });
        } catch (error) {
          gateway.reportFault(error, request.decisionId);
          const { code, message, status } = error instanceof PolkuError ? error : noRecord(error);
          response.body.singleResult = { errors: [withId({ message, extensions: { code } })] };
          response.http.status = status;
        }
      },
    }),
  };
}

function noRecord(cause: unknown): PolkuError {
  return new PolkuError('AUDIT_UNAVAILABLE', 'The audit record could not be made.', {}, { cause });
}

/** Apollo Server writes to the console unless it is given another place. */
function silentLogger(
  gateway: Gateway,
): Record<'debug' | 'info' | 'warn' | 'error', (message: unknown) => void> {
  const report = (message: unknown): void => gateway.reportFault(message, '');
  return { debug: () => {}, info: () => {}, warn: report, error: report };
}
