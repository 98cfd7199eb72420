/**
 * @property federation/failing-subgraphs A subgraph that is slow, large, cut off or not GraphQL costs only
 * its own fields. Its values are checked before they pass.
 * @enforcedBy federation/supergraph/remoteDataSource.ts, federation/http/connectionPool.ts,
 * federation/plan/rawFields.ts
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, exportJWK, SignJWT } from 'jose';
import type { Supergraph } from '../../federation/supergraph/supergraph.js';
import { loadCitySupergraph } from '../../gateway/registries/cityTypes.js';
import { seal } from '../../gateway/pseudonyms.js';
import { registrySource } from '../../gateway/registries/registrySource.js';
import { Feed } from '../../schema/feed.js';
import { FeedScalar, PersonIDScalar } from '../../schema/scalars.js';
import type { Subgraph, SubgraphRequest } from '../../schema/subgraph.js';
import { TOKEN_ALGORITHM, type TrustedIssuer } from '../../schema/tokens/callerToken.js';
import { verifyDecisionContext } from '../../schema/tokens/decisionContext.js';
import { verifyCompositionContext } from '../../schema/tokens/gatewayContext.js';
import { ask, localSource, testContext, testDomain, testSubgraph } from './supergraphTestbed.js';

const gatewayKeys = generateKeyPairSync('ed25519');
const issuerKeys = generateKeyPairSync('ed25519');
let trusted: TrustedIssuer;
let callerToken: string;
const servers: Server[] = [];
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  const { caller } = testContext;
  callerToken = await new SignJWT({
    recipient: caller.recipient,
    roles: caller.roles,
    purposes: caller.purposes,
  })
    .setProtectedHeader({ alg: TOKEN_ALGORITHM })
    .setSubject(caller.subject)
    .setIssuer('https://issuer.test')
    .setAudience('polku')
    .setExpirationTime('5m')
    .sign(issuerKeys.privateKey);
  const keys = createLocalJWKSet({
    keys: [{ ...(await exportJWK(issuerKeys.publicKey)), alg: TOKEN_ALGORITHM }],
  });
  trusted = { issuer: 'https://issuer.test', audience: 'polku', keys };
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
afterAll(() => expect(servers).toEqual([]));

const people = testSubgraph(
  'people',
  `scalar PersonID
  type Query { people: [Person!] }
  type Person @key(fields: "id") { id: PersonID! }`,
  { PersonID: PersonIDScalar, Query: { people: () => [{ id: 1 }, { id: 2 }, { id: 2 }] } },
);
const feeds = testSubgraph(
  'feeds',
  `scalar PersonID scalar Feed @inaccessible
  type Person @key(fields: "id") { id: PersonID! feed: Feed @inaccessible }`,
  {
    PersonID: PersonIDScalar,
    Feed: FeedScalar,
    Person: {
      feed: ({ id }: { id: number }) =>
        id === 1 ? Feed.withheld : Feed.data({ day: Int32Array.of(-5, id), service: ['a', null] }),
    },
  },
);
let computed = 0;
const sums = testSubgraph(
  'sums',
  `scalar PersonID scalar Feed @inaccessible
  type Person @key(fields: "id") { id: PersonID! feed: Feed @external sum: String @requires(fields: "feed") }`,
  {
    PersonID: PersonIDScalar,
    Feed: FeedScalar,
    Person: {
      sum: ({ feed }: { feed: unknown }) => {
        computed += 1;
        const { state, columns } = Feed.from(feed);
        return `${state} ${Array.from((columns['day'] as Int32Array | undefined) ?? []).join()} ${String(columns['service'])}`;
      },
    },
  },
);

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => unknown;

async function listen(handler: Handler): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    await handler(request, response, body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

/** A registry that looks like a separate process to the gateway. */
function serve(subgraph: Subgraph, gatewayKey: KeyObject = gatewayKeys.publicKey): Promise<string> {
  return listen(async ({ headers }, response, body) => {
    response.setHeader('content-type', 'application/json');
    try {
      const request = JSON.parse(body) as SubgraphRequest;
      const context = String(headers['polku-context']);
      const caller = String(headers['authorization']).replace('Bearer ', '');
      const audience = subgraph.name;
      if (/_service/.test(request.query)) {
        await verifyCompositionContext(context, audience, [gatewayKey]);
        response.end(JSON.stringify({ data: { _service: { sdl: subgraph.sdl } } }));
      } else {
        const decision = await verifyDecisionContext(
          { context, caller },
          { audience, body: async () => body, gatewayKeys: [gatewayKey], trusted: [trusted] },
        );
        expect(decision).toEqual(testContext);
        response.end(JSON.stringify(await subgraph.execute(request, decision)));
      }
    } catch {
      response.statusCode = 403;
      response.end(
        JSON.stringify({ errors: [{ message: 'refused', extensions: { code: 'CONTEXT_REFUSED' } }] }),
      );
    }
  });
}

function remoteSource(contract: Subgraph, url: string) {
  const dataSource = registrySource({ name: contract.name, url, key: gatewayKeys.privateKey });
  closing.push(() => dataSource.close());
  return { contract, dataSource };
}

const QUERY = '{ people { id sum } }';
const expected = {
  data: {
    people: [
      { id: seal(testDomain, 'PersonID', 1), sum: 'withheld  undefined' },
      { id: seal(testDomain, 'PersonID', 2), sum: 'data -5,2 a,' },
      { id: seal(testDomain, 'PersonID', 2), sum: 'data -5,2 a,' },
    ],
  },
};

describe('subgraphs in other processes', () => {
  it.each([
    ['both here', [false, false]],
    ['feeds from there', [true, false]],
    ['feeds to there', [false, true]],
    ['both there', [true, true]],
  ])('answer identically: %s', async (_, [feedsRemote, sumsRemote]) => {
    const source = async (subgraph: Subgraph, remote?: boolean) =>
      remote ? remoteSource(subgraph, await serve(subgraph)) : localSource(subgraph);
    const subgraphs = [localSource(people), await source(feeds, feedsRemote), await source(sums, sumsRemote)];
    const current = loadCitySupergraph(subgraphs);
    computed = 0;
    expect(await ask(current, QUERY, {}, callerToken)).toEqual(expected);
    expect(computed).toBe(2);
  });

  it('refuse an unknown gateway, and a caller whose token does not match', async () => {
    const stranger = generateKeyPairSync('ed25519').publicKey;
    const unknown = remoteSource(sums, await serve(sums, stranger));
    await expect(unknown.dataSource.readSdl()).rejects.toThrow(
      expect.objectContaining({ code: 'SUBGRAPH_UNAVAILABLE', details: { subgraph: 'sums' } }),
    );
    const current = loadCitySupergraph([
      ...[people, feeds].map(localSource),
      remoteSource(sums, await serve(sums)),
    ]);
    const { data } = await ask(current, QUERY, {}, 'not a token');
    expect(data).toEqual({ people: expected.data.people.map(({ id }) => ({ id, sum: null })) });
  });

  it.each<[string, Handler]>([
    ['HTML', (_, response) => response.end('<html>proxy at 10.0.0.3</html>')],
    ['an empty body', (_, response) => response.end()],
    [
      'a body cut short',
      (_, response) =>
        response.writeHead(200, { 'content-length': 100 }).write('{"data":', () => response.destroy()),
    ],
    ['a redirect', (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    ['a list', (_, response) => response.end('[]')],
    ['a text as data', (_, response) => response.end('{"data":"x"}')],
    ['crooked errors', (_, response) => response.end('{"errors":[null]}')],
    ['nothing, and hangs up', (request) => request.socket.destroy()],
  ])('that answer %s are unavailable; the rest is whole, and no address is revealed', async (_, handler) => {
    const current = loadCitySupergraph([people, feeds, sums].map(localSource));
    const remote = remoteSource(sums, await listen(handler));
    const supergraph: Supergraph = {
      ...current,
      dataSources: new Map([...current.dataSources, ['sums', remote.dataSource]]),
    };
    const { data, errors } = await ask(supergraph, QUERY, {}, callerToken);
    expect(data).toEqual({ people: expected.data.people.map(({ id }) => ({ id, sum: null })) });
    expect(errors).toEqual(
      [0, 1, 2].map((index) => ({
        message: 'A registry did not answer.',
        path: ['people', index, 'sum'],
        extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
      })),
    );
  });

  it('cannot flood the gateway', async () => {
    const flood = Buffer.alloc(2 ** 20, 'x');
    let sent = 0;
    const url = await listen((_, response) => {
      const pour = () => {
        while (!response.destroyed && response.write(flood)) sent += 1;
      };
      response.on('drain', pour).on('error', () => {});
      response.write('{"data":"');
      pour();
    });
    const current = loadCitySupergraph([people, feeds, sums].map(localSource));
    const dataSources = new Map([
      ...current.dataSources,
      ['sums', remoteSource(sums, url).dataSource] as const,
    ]);
    const { errors } = await ask({ ...current, dataSources }, QUERY, {}, callerToken);
    expect(errors![0]!.extensions).toEqual({ code: 'SUBGRAPH_UNAVAILABLE' });
    expect(sent).toBeLessThan(200);
  });

  it.each(['http://registry.example/graphql', 'ftp://localhost/', 'registry', 'http://127.0.0.1.example/'])(
    'are not called unencrypted over a network, nor at an invalid URL: %s',
    (url) => {
      expect(() => registrySource({ name: 'x', url, key: gatewayKeys.privateKey })).toThrow(
        expect.objectContaining({ code: 'USAGE' }),
      );
    },
  );

  it('are not called on another machine without certificates of both sides', () => {
    const far = { name: 'x', url: 'https://registry.example/graphql', key: gatewayKeys.privateKey };
    expect(() => registrySource(far)).toThrow(/registries\.x\.tls .* certificate, key and authority/);
  });
});
