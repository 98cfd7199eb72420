/**
 * @property registries/context-clocks
 */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { loadCitySupergraph } from '../../gateway/registries/cityTypes.js';
import { PinnedSource, type RegistryEvent, watchRegistries } from '../../gateway/registries/pinnedSource.js';
import { registrySource } from '../../gateway/registries/registrySource.js';
import { ask, localSource, testSubgraph } from './supergraphTestbed.js';

const keys = generateKeyPairSync('ed25519');
const here = testSubgraph('here', 'type Query { a: Int }', { Query: { a: () => 1 } });
const elsewhere = testSubgraph('elsewhere', 'type Query { b: Int }', {});

/** A registry with a different clock, as it appears from outside. */
interface Registry {
  readonly server: Server;
  readonly source: PinnedSource;
  readonly events: RegistryEvent[];
  refuses: 'all' | 'callers' | 'nobody';
}

describe('a registry that refuses its gateway', () => {
  let open: Registry;
  afterEach(async () => {
    await open.source.close();
    open.server.closeAllConnections();
    open.server.close();
    await once(open.server, 'close');
  });

  async function start(secondsAhead: number | undefined): Promise<Registry> {
    const server = createServer((request, response) => {
      if (secondsAhead === undefined) response.sendDate = false;
      else response.setHeader('date', new Date(Date.now() + secondsAhead * 1000).toUTCString());
      const isRefused =
        open.refuses === 'all' || (open.refuses === 'callers' && request.headers.authorization !== undefined);
      response.writeHead(isRefused ? 403 : 200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(
          isRefused
            ? { errors: [{ message: 'no', extensions: { code: 'CONTEXT_REFUSED' } }] }
            : { data: { _service: { sdl: elsewhere.sdl }, b: 2 } },
        ),
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const events: RegistryEvent[] = [];
    const remote = registrySource({ name: 'elsewhere', url, key: keys.privateKey });
    const source = new PinnedSource(elsewhere, remote, (event) => events.push(event));
    return (open = { server, source, events, refuses: 'all' });
  }
  const supergraph = () =>
    loadCitySupergraph([localSource(here), { contract: elsewhere, dataSource: open.source }]);

  it.each([
    [-45, "Its clock is 45 s behind the gateway's; 30 s are tolerated."],
    [3600, "Its clock is 3600 s ahead of the gateway's; 30 s are tolerated."],
    [0, 'Their clocks agree: compare the gateway key'],
    [undefined, 'It does not send the time of its clock.'],
  ])('G14: with a clock %s s ahead, the log names both, and the gateway starts', async (seconds, told) => {
    const { events, source } = await start(seconds);
    const stop = await watchRegistries([source]);
    stop();
    expect(events).toEqual([
      { registry: 'elsewhere', fault: expect.objectContaining({ code: 'CONTEXT_REFUSED' }) },
    ]);
    const { message } = events[0]!.fault!;
    expect(message).toContain('The subgraph elsewhere refuses what this gateway signs.');
    // A second may pass in between.
    expect(
      message.replace(/\b(44|46|3599|3601) s/, (_, s) => (Number(s) < 60 ? '45 s' : '3600 s')),
    ).toContain(told);
    expect(await ask(supergraph(), '{ a b }')).toEqual({
      data: { a: 1, b: null },
      errors: [expect.objectContaining({ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } })],
    });
  });

  it('G14: while it serves, its fields are unavailable, and the log names it once', async () => {
    const { events, source } = await start(-45);
    open.refuses = 'callers';
    await source.check();
    for (let asked = 0; asked < 3; asked++)
      expect((await ask(supergraph(), '{ a b }')).errors).toEqual([
        expect.objectContaining({ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }),
      ]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(events.map(({ fault }) => fault?.code)).toEqual([undefined, 'CONTEXT_REFUSED']);
    expect(events[1]!.fault!.details).toMatchObject({
      subgraph: 'elsewhere',
      secondsAhead: expect.any(Number),
    });
    open.refuses = 'nobody';
    expect(await ask(supergraph(), '{ a b }')).toEqual({ data: { a: 1, b: 2 } });
  });
});
