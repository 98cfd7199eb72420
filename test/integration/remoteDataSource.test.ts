/**
 * @property federation/clean-connections Bytes that a subgraph leaves on a connection never become another
 * caller's answer.
 * @enforcedBy federation/http/connection.ts, federation/http/responseReader.ts
 */
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ClientSignal } from '../../federation/supergraph/clientSignal.js';
import type { Fetch } from '../../federation/supergraph/dataSource.js';
import { remoteDataSource, type RemoteDataSource } from '../../federation/supergraph/remoteDataSource.js';

const servers: Server[] = [];
const sources: RemoteDataSource[] = [];
afterEach(async () => {
  for (const source of sources.splice(0)) await source.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function subgraph(listener: RequestListener, timeoutMs?: number): Promise<RemoteDataSource> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return remote((server.address() as AddressInfo).port, timeoutMs);
}

function remote(port: number, timeoutMs?: number): RemoteDataSource {
  const source = remoteDataSource({
    name: 'far',
    url: new URL(`http://127.0.0.1:${port}/graphql`),
    proof: { forOperation: () => undefined, forComposition: () => undefined },
    timeoutMs,
  });
  sources.push(source);
  return source;
}

const query: Fetch = {
  query: '{ a }',
  operationName: undefined,
  variables: {},
  idempotent: true,
  read: JSON.parse,
};
const nobody = { requester: undefined, signal: undefined };
const unavailable = expect.objectContaining({ code: 'SUBGRAPH_UNAVAILABLE', details: { subgraph: 'far' } });

describe('a remote subgraph', () => {
  it.each<[string, RequestListener]>([
    ['never answers', () => {}],
    [
      'answers for ever, a little at a time',
      (_, response) => {
        const drip = setInterval(() => response.write(' '), 10);
        response.on('close', () => clearInterval(drip));
      },
    ],
  ])('times out when it %s', async (_, listener) => {
    let asked = 0;
    const source = await subgraph((request, response) => {
      asked += 1;
      listener(request, response);
    }, 150);
    await expect(source.fetch(query, nobody)).rejects.toThrow(unavailable);
    expect(asked).toBe(1);
  });

  it.each([
    [{}, '{"query":"{ a }","variables":{"representations":[{"id":"é"}]}}'],
    [{ b: {} }, '{"query":"{ a }","variables":{"b":{},"representations":[{"id":"é"}]}}'],
  ])('gets representations with the other variables %j', async (variables, expected) => {
    const source = await subgraph((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () =>
        response.end(JSON.stringify({ data: { got: Buffer.concat(chunks).toString() } })),
      );
    });
    const values = [{ id: 'é' }];
    const representations = { values, json: () => JSON.stringify(values) };
    expect(await source.fetch({ ...query, variables, representations }, nobody)).toEqual({
      data: { got: expected },
    });
  });

  it('gets a query again when its connection broke or nobody answered', async () => {
    let asked = 0;
    const source = await subgraph((request, response) => {
      asked += 1;
      if (asked === 1) return void request.socket.destroy();
      response.statusCode = asked === 2 ? 200 : 503;
      response.end('{"data":{"a":1}}');
    });
    expect(await source.fetch(query, nobody)).toEqual({ data: { a: 1 } });
    expect(asked).toBe(2);
    await expect(source.fetch({ ...query, idempotent: false }, nobody)).rejects.toThrow(unavailable);
    expect(asked).toBe(3);
  });

  it('gets no requests after repeated failures, then one trial request', async () => {
    let asked = 0;
    let well = false;
    const source = await subgraph((_, response) => {
      asked += 1;
      response.end(well ? '{"data":{"a":1}}' : '<html>');
    });
    for (let turn = 0; turn < 8; turn++)
      await expect(source.fetch(query, nobody)).rejects.toThrow(unavailable);
    expect(asked).toBe(5);
    well = true;
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    const both = await Promise.allSettled([source.fetch(query, nobody), source.fetch(query, nobody)]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await source.fetch(query, nobody)).toEqual({ data: { a: 1 } });
  });

  it('gets no further requests after the client has gone, and no failure is counted', async () => {
    const gone = new ClientSignal();
    const reason = new Error('gone');
    const source = await subgraph((_, response) => {
      if (!gone.aborted) return gone.abort(reason);
      response.end('{"data":{"a":1}}');
    });
    await expect(source.fetch(query, { requester: undefined, signal: gone })).rejects.toBe(reason);
    for (let turn = 0; turn < 6; turn++)
      expect(await source.fetch(query, nobody)).toEqual({ data: { a: 1 } });
  });

  it('answers over one connection, and unrequested data on it is ignored', async () => {
    const answer = (value: number) => {
      const body = JSON.stringify({ data: { a: value } });
      return `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    };
    const sockets: Socket[] = [];
    const server = createSocketServer((socket) => {
      sockets.push(socket);
      socket.on('data', () => socket.write(answer(sockets.length)));
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const source = remote((server.address() as AddressInfo).port);
    for (let turn = 0; turn < 3; turn++)
      expect(await source.fetch(query, nobody)).toEqual({ data: { a: 1 } });
    sockets[0]!.write(answer(666));
    await new Promise((resolve) => sockets[0]!.once('close', resolve));
    expect(await source.fetch(query, nobody)).toEqual({ data: { a: 2 } });
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('gets no mutation a second time', async () => {
    let asked = 0;
    const source = await subgraph((request) => {
      asked += 1;
      request.socket.destroy();
    });
    await expect(source.fetch({ ...query, idempotent: false }, nobody)).rejects.toThrow(unavailable);
    expect(asked).toBe(1);
  });

  it.each<[string, RequestListener]>([
    ['is cut off', (_, response) => response.writeHead(200, { 'content-length': 100 }).write('{"data":')],
    ['is cut off between chunks', (_, response) => response.write('{"data":{"a":1}}')],
  ])('is unavailable when its answer %s', async (_, listener) => {
    const source = await subgraph((request, response) => {
      listener(request, response);
      setImmediate(() => request.socket.destroy());
    });
    await expect(source.fetch(query, nobody)).rejects.toThrow(unavailable);
  });

  it('may nest to any depth, and use any names', async () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    const source = await subgraph((_, response) =>
      response.end(
        `{"data":{"a":${deep},"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}`,
      ),
    );
    const { data } = await source.fetch(query, nobody);
    expect(Array.isArray((data as { a: unknown }).a)).toBe(true);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
