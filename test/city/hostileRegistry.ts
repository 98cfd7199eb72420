import type { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifyCompositionContext } from '../../schema/tokens/gatewayContext.js';

/** A registry that speaks the protocol and answers what the test wants. */
export interface HostileRegistry {
  readonly name: string;
  readonly url: string;
  /** How often its gateway has asked for its SDL. */
  polls: number;
  /** The SDL that it reports; without one it refuses to report. */
  sdl: string | undefined;
  /** Its answer to every other request. */
  answer: (request: { query: string; variables: Record<string, unknown> }) => unknown;
  /** Bodies of requests that were made for callers. */
  readonly received: string[];
  stop(): Promise<void>;
}

export async function startHostile(
  name: string,
  gatewayKeys: readonly KeyObject[],
): Promise<HostileRegistry> {
  const server = createServer((request, response) => {
    void read(request).then(async (body) => {
      response.setHeader('content-type', 'application/json');
      if (request.headers.authorization === undefined) {
        registry.polls += 1;
        await verifyCompositionContext(String(request.headers['polku-context']), name, gatewayKeys);
        return response.end(
          JSON.stringify(registry.sdl === undefined ? {} : { data: { _service: { sdl: registry.sdl } } }),
        );
      }
      registry.received.push(body);
      return response.end(JSON.stringify(registry.answer(JSON.parse(body))));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const registry: HostileRegistry = {
    name,
    polls: 0,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    sdl: undefined,
    answer: () => ({ data: null, errors: [{ message: 'no' }] }),
    received: [],
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return registry;
}

async function read(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
