import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionResult } from 'graphql';
import { PolkuError } from '../../schema/polkuError.js';
import { ClosedText } from '../execution/program/closedText.js';
import { readGraphqlRequest } from '../http/graphqlRequest.js';
import { acceptedType, type AnswerType } from '../http/mediaType.js';
import { respond, respondJson } from '../http/respond.js';
import { watchClient } from '../http/watchClient.js';
import { defaultLimits } from '../operation/limits.js';
import { BareGateway } from './bareGateway.js';
import { openSupergraph } from './openSupergraph.js';
import { refusalOf } from './refusal.js';

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
  await supergraph.planner.ready;
  const gateway = new BareGateway(supergraph);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [pathname, search = ''] = request.url!.split(/\?(.*)/s, 2);
    if (pathname === '/health') return respondJson(response, 200, { status: 'ok' });
    if (pathname !== '/graphql') return respond(response, 404, {}, '');
    if (request.method !== 'GET' && request.method !== 'POST')
      return respond(response, 405, { allow: 'GET, POST' }, '');
    const type = acceptedType(request.headers.accept);
    if (!type) return respond(response, 406, {}, '');
    const { status, result } = await answerGraphql(request, response, search, type);
    respond(response, status, { 'content-type': `${type}; charset=utf-8` }, ClosedText.stringify(result));
  }

  async function answerGraphql(
    request: IncomingMessage,
    response: ServerResponse,
    search: string,
    type: AnswerType,
  ): Promise<{ readonly status: number; readonly result: ExecutionResult }> {
    const signal = watchClient(response);
    try {
      const graphqlRequest = await readGraphqlRequest(request, search, defaultLimits.bodyBytes);
      return { status: 200, result: await gateway.execute(graphqlRequest, signal) };
    } catch (error) {
      const { status, isMalformed, errors } = refusalOf(error, reportFault);
      if (status === 405) response.setHeader('allow', 'POST');
      // GraphQL over HTTP §6.4.1: here a well-formed request is answered by 200, whatever is wrong with its operation.
      const isHidden = type === 'application/json' && status === 400 && !isMalformed;
      return { status: isHidden ? 200 : status, result: { errors } };
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      reportFault(error);
      response.destroy();
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
      await close();
    },
  };
}
