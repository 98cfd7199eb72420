/**
 * @property federation/bare-gateway The gateway without identities serves no registry of Polku.
 * @enforcedBy federation/bare/bareServer.ts
 */
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { graphql, parse } from 'graphql';
import { serverAudits } from 'graphql-http';
import { type BareServer, serveBare } from '../../federation/bare/bareServer.js';
import { packageRoot } from '../../lib/packageRoot.js';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable"])\n';
const servers: Server[] = [];
let gateway: BareServer;

interface Definition {
  readonly typeDefs: string;
  readonly resolvers: object;
  /** Answers instead of the schema. */
  readonly listener?: RequestListener;
}

async function serve({ typeDefs, resolvers, listener }: Definition): Promise<string> {
  const schema = buildSubgraphSchema([{ typeDefs: parse(LINK + typeDefs), resolvers: resolvers as never }]);
  const server = createServer(
    listener ??
      (async (request, response) => {
        let body = '';
        for await (const chunk of request) body += String(chunk);
        const { query, variables } = JSON.parse(body) as {
          query: string;
          variables: Record<string, unknown>;
        };
        response.end(JSON.stringify(await graphql({ schema, source: query, variableValues: variables })));
      }),
  );
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

let attempts = 0;
/** A body over the limit; test titles show what JSON.stringify makes of it. */
const LARGE = Buffer.alloc(1_000_001, ' ');
LARGE.toJSON = () => ({ type: 'Buffer', data: [] });
const definitions: Record<string, Definition> = {
  products: {
    typeDefs: `type Query { product(id: ID!): Product broken: Int __typename: String }
      type Mutation { rename(id: ID!, name: String!): Product }
      type Product @key(fields: "id") { id: ID! name: String date: Date }
      scalar Date`.replace(' __typename: String', ''),
    resolvers: {
      Query: {
        product: (_: unknown, { id }: { id: string }) => ({ id, name: `product ${id}`, date: 'tomorrow' }),
        broken: () => {
          throw new Error('The shelf fell down.');
        },
      },
      Mutation: { rename: (_: unknown, product: object) => product },
    },
  },
  reviews: {
    typeDefs: 'type Product @key(fields: "id") { id: ID! stars: Int }',
    resolvers: {},
    // Closes the first connection, like a server that restarts.
    listener: (request, response) => {
      attempts += 1;
      if (attempts % 2 === 1) return void request.socket.destroy();
      response.end('{"data":{"_entities":[{"stars":4}]}}');
    },
  },
};

beforeAll(async () => {
  const services = await Promise.all(
    Object.entries(definitions).map(async ([name, definition]) => ({
      name,
      url: await serve(definition),
      typeDefs: parse(LINK + definition.typeDefs),
    })),
  );
  const { supergraphSdl } = composeServices(services);
  gateway = await serveBare({ sdl: supergraphSdl!, port: 0, reportFault: () => {} });
});
afterAll(async () => {
  await gateway.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function ask(query: string, variables: object = {}) {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as { data?: unknown; errors?: readonly object[] };
}

describe('a gateway without identities and policies', () => {
  it('answers every caller, over any supergraph, with scalars of any name', async () => {
    const query = 'query ($id: ID!) { product(id: $id) { name date } }';
    expect(await ask(query, { id: '7' })).toEqual({
      data: { product: { name: 'product 7', date: 'tomorrow' } },
    });
  });

  it('retries when a connection broke', async () => {
    expect(await ask('{ product(id: "1") { stars } }')).toEqual({ data: { product: { stars: 4 } } });
    expect(attempts).toBe(2);
  });

  it('passes on the errors of subgraphs', async () => {
    const { data, errors } = await ask('{ broken product(id: "2") { name } }');
    expect(data).toEqual({ broken: null, product: { name: 'product 2' } });
    expect(errors).toEqual([
      {
        message: 'The shelf fell down.',
        path: ['broken'],
        extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', service: 'products' },
      },
    ]);
  });

  it('refuses a supergraph of Polku', async () => {
    const sdl = await readFile(`${packageRoot()}/schema/supergraph.graphql`, 'utf8');
    await expect(serveBare({ sdl, port: 0, reportFault: () => {} })).rejects.toThrow(
      expect.objectContaining({ code: expect.stringMatching(/BARE_GATEWAY_REFUSES|SUPERGRAPH_INVALID/) }),
    );
    await expect(serveBare({ sdl: 'type Query { a: Int }', port: 0, reportFault: () => {} })).rejects.toThrow(
      expect.objectContaining({ code: 'SUPERGRAPH_INVALID' }),
    );
  });

  it('follows the GraphQL over HTTP specification', async () => {
    const audits = serverAudits({ url: gateway.url.href, fetchFn: fetch });
    const results = await Promise.all(audits.map((audit) => audit.fn()));
    const failed = results.filter(({ status }) => status !== 'ok');
    expect(failed.map(({ id, name, status }) => `${id} ${status}: ${name}`)).toEqual([]);
    expect(results.length).toBeGreaterThan(50);
  });

  it.each([
    [405, 'GET, POST', { method: 'PUT' }, ''],
    [405, 'POST', {}, '?query=mutation{rename(id:"1",name:"a"){name}}'],
    [406, null, { headers: { accept: 'text/html' } }, '?query={broken}'],
    [400, null, {}, '?query={broken}&query={broken}'],
    [400, null, {}, '?query={broken}&variables=[]'],
    [415, null, { method: 'POST', body: '{"query":"{broken}"}' }, ''],
    [413, null, { method: 'POST', headers: { 'content-type': 'application/json' }, body: LARGE }, ''],
    [200, null, {}, '?query={product(id:"3"){name}}'],
  ])('answers status %d to this request (allow: %s): %j %s', async (status, allow, init, search) => {
    const response = await fetch(gateway.url.href + search, init);
    expect(response.status).toBe(status);
    expect(response.headers.get('allow')).toBe(allow);
  });

  it('gives the position of a syntax error, and refuses hashes with the standard message', async () => {
    const { errors } = await ask('{ product(');
    expect(errors).toEqual([
      {
        message: 'Syntax Error: Expected Name, found <EOF>.',
        locations: [{ line: 1, column: 11 }],
        extensions: { code: 'GRAPHQL_PARSE_FAILED' },
      },
    ]);
    const hashed = await fetch(
      `${gateway.url.href}?extensions={"persistedQuery":{"version":1,"sha256Hash":"0"}}`,
    );
    expect(await hashed.json()).toEqual({
      errors: [
        { message: 'PersistedQueryNotSupported', extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } },
      ],
    });
  });
});
