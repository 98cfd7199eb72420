import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../city/freePort.js';
import { startPolku } from '../city/runPolku.js';
import type { RegistryPort } from './target.js';

type Overheard = NonNullable<RegistryPort['overheard']>;

/** A registry in a process of its own, and a proxy between it and its gateway that records the traffic. */
export interface OverheardRegistry {
  readonly name: string;
  /** The address of the registry that the gateway is given. */
  readonly between: string;
  /** The registry itself, with the last request that was made for a caller. */
  port(): RegistryPort;
  stop(): Promise<void>;
}

export async function startOverheard(
  name: string,
  { data, gatewayPort }: { readonly data: string; readonly gatewayPort: number },
): Promise<OverheardRegistry> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const child = startPolku([
    ...['subgraph', name, '--dev', '--port', String(port), '--data', data],
    ...['--gateway-key', join(data, 'secrets', 'gateway.key.pub'), '--issuer', 'polku-dev'],
    ...['--jwks', `http://127.0.0.1:${gatewayPort}/.well-known/jwks.json`],
  ]);
  let overheard: Overheard | undefined;
  const proxy = createServer((request, response) => {
    void read(request).then(async (body) => {
      const { authorization, 'polku-context': context } = request.headers;
      if (authorization !== undefined && typeof context === 'string')
        overheard = { body, context, authorization };
      try {
        const answer = await fetch(url, { method: 'POST', headers: passedOn(request), body });
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
      } catch {
        response.writeHead(502).end();
      }
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    name,
    between: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/`,
    port: () => ({ name, url, ...(overheard && { overheard }) }),
    stop: () => stop(proxy, child),
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function passedOn({ headers }: IncomingMessage): Record<string, string> {
  const names = ['content-type', 'authorization', 'polku-context'];
  return Object.fromEntries(
    names.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : [])),
  );
}

async function stop(proxy: Server, child: ChildProcess): Promise<void> {
  proxy.closeAllConnections();
  proxy.close();
  child.kill();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
}
