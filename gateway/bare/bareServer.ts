import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer, type HTTPGraphQLResponse } from '@apollo/server';
import { PolkuError } from '../../schema/polkuError.js';
import { answerGraphql, apolloOptions, silentPlugins } from '../http/answerGraphql.js';
import { documentStore } from '../http/documentStore.js';
import { respond, respondError, respondJson } from '../http/respond.js';
import { defaultLimits } from '../operation/limits.js';
import { type BareContext, BareGateway } from './bareGateway.js';
import { openSupergraph } from './openSupergraph.js';

export interface BareServer {
  readonly url: URL;
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
  close(): Promise<void>;
}

export interface BareOptions {
  readonly sdl: string;
  readonly port: number;
  readonly reportFault: (fault: unknown) => void;
}

/**
 * Serves a supergraph at /graphql, on this machine only: nobody is asked who they are.
 * @throws PolkuError SUPERGRAPH_INVALID, BARE_GATEWAY_REFUSES, ADDRESS_IN_USE
 */
export async function serveBare({ sdl, port, reportFault }: BareOptions): Promise<BareServer> {
  const { supergraph, subgraphs, close } = openSupergraph(sdl);
  const apollo = new ApolloServer<BareContext>({
    ...apolloOptions,
    documentStore: documentStore(),
    gateway: new BareGateway(supergraph, reportFault),
    parseOptions: { maxTokens: defaultLimits.tokens },
    // There is no cookie and no session that another site could use.
    csrfPrevention: false,
    plugins: silentPlugins,
  });
  await apollo.start();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(`http://bare.invalid${request.url}`);
    if (pathname === '/health') return respondJson(response, 200, { status: 'ok' });
    if (pathname !== '/graphql') return respond(response, 404, {}, '');
    await answerGraphql<BareContext>({
      apollo,
      request,
      response,
      search,
      bodyBytes: defaultLimits.bodyBytes,
      context: async (_, signal) => ({ signal }),
      statusOf,
    });
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!(error instanceof PolkuError)) reportFault(error);
      if (response.headersSent) response.destroy();
      else if (error instanceof PolkuError) respondError(response, error);
      else respond(response, 500, {}, '');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', () => reject(new PolkuError('ADDRESS_IN_USE', `Port ${port} is taken.`)));
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`),
    subgraphs,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await apollo.stop();
      await close();
    },
  };
}

/**
 * GraphQL over HTTP §6.4.1: under `application/json` a well-formed request SHOULD be answered by 200, whatever is wrong with
 * its operation. Apollo Server's own code tells what is not well-formed.
 */
function statusOf({ status = 200, headers }: HTTPGraphQLResponse, body: string): number {
  if (status !== 400 || !headers.get('content-type')?.startsWith('application/json')) return status;
  return body.includes('"code":"BAD_REQUEST"') ? status : 200;
}
