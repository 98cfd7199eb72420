/**
 * @property gateway/observation-without-people No metric and no span names a person, a recipient, an id or
 * the text of a query.
 * @enforcedBy gateway/observation/observedRequest.ts, registry-kit/subgraph/observedAnswer.ts
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Secrets } from '../../cli/runtime/secrets.js';
import { type ReceivedSpan, startCollector, treeOf } from '../../deploy/printTraces.mjs';
import { freePort } from '../city/freePort.js';
import { identifyingTexts } from '../city/identifyingTexts.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { startPolku } from '../city/runPolku.js';
import { identityCounter } from '../city/searchIdentities.js';
import { serveCity, type ServedCity } from '../city/serveCity.js';
import { until } from '../city/until.js';

const FAMILY_TEAM = { persona: 'family-team', purpose: 'child-protection' };
const PLANNER = { persona: 'planner', purpose: 'planning' };
const MY_FAMILIES = '{ persons(first: 50) { nodes { id families { family { id } } } } }';
const FAMILY_PATH = `query FamilyPath($id: FamilyID!) {
  family(id: $id) { id members { person { id } } servicePath(from: "2012-01-01") { steps { sector service { code } person { id } } withheld } }
}`;
/** A client's own trace, which the gateway must not continue. */
const CLIENT_TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('a gateway and a registry that are watched', () => {
  let city: TestCity;
  let served: ServedCity;
  let health: ChildProcess;
  let collector: Awaited<ReturnType<typeof startCollector>>;
  const spans: ReceivedSpan[] = [];
  const bodies: string[] = [];
  const scraped: string[] = [];
  /** Ids of people and families that were asked for or answered. */
  const ids = new Set<string>();
  let gatewayMetrics: string;
  let registryMetrics: string;
  let decisionId: string;

  beforeAll(async () => {
    for (const method of ['error', 'log'] as const) jest.spyOn(console, method).mockImplementation(() => {});
    city = await makeCity();
    collector = await startCollector(0, (received, body) => {
      spans.push(...received);
      bodies.push(body);
    });
    // The registry needs the public key of the gateway, which starts after it.
    await new Secrets(join(city.data, 'secrets')).gatewayKey();
    const [port, healthPort, healthAdmin] = [await freePort(), await freePort(), await freePort()];
    health = startPolku(
      [
        ...['subgraph', 'health', '--dev', '--data', city.data, '--port', String(healthPort)],
        ...['--gateway-key', join(city.data, 'secrets', 'gateway.key.pub')],
        ...['--issuer', 'polku-dev', '--jwks', `http://127.0.0.1:${port}/.well-known/jwks.json`],
        ...['--admin-port', String(healthAdmin)],
      ],
      {
        env: { ...process.env, POLKU_TRACING_ENDPOINT: collector.url, POLKU_TRACING_SAMPLE_RATIO: '0' },
      },
    );
    served = await serveCity(city, {
      port,
      remote: new Map([['health', `http://127.0.0.1:${healthPort}/`]]),
      keys: { 'admin.port': 0, 'tracing.endpoint': collector.url, 'tracing.sampleRatio': 1 },
    });
    await askAll();
    gatewayMetrics = await scrape(served.admin!);
    registryMetrics = await scrape(new URL(`http://127.0.0.1:${healthAdmin}`));
    // Each sends the spans that wait before it ends.
    await served.stop();
    health.kill();
    await once(health, 'close');
  });

  afterAll(async () => {
    health?.kill('SIGKILL');
    await collector?.close();
    await city?.remove();
    jest.restoreAllMocks();
  });

  async function scrape(admin: URL): Promise<string> {
    const text = await (await fetch(new URL('metrics', admin))).text();
    scraped.push(text);
    return text;
  }

  async function askAll(): Promise<void> {
    const { client } = served;
    const { data } = await client.ask({ ...FAMILY_TEAM, query: MY_FAMILIES });
    const { nodes } = data!['persons'] as { nodes: { families: { family: { id: string } }[] | null }[] };
    const [family] = nodes.flatMap(({ families }) => families ?? []).map((one) => one.family.id);
    const variables = { id: family };
    const given = await fetch(new URL('/dev/token', served.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ persona: 'family-team' }),
    });
    const { token } = (await given.json()) as { token: string };
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'purpose-of-use': 'child-protection',
      traceparent: `00-${CLIENT_TRACE}-00f067aa0ba902b7-01`,
    };
    const response = await fetch(new URL('/graphql', served.url), {
      method: 'POST',
      headers,
      body: JSON.stringify({ query: FAMILY_PATH, variables }),
    });
    decisionId = response.headers.get('polku-decision-id')!;
    const answer = (await response.json()) as object;
    expect(answer).not.toHaveProperty('errors');
    await client.ask({ ...PLANNER, query: FAMILY_PATH, variables });
    await fetch(new URL('/graphql', served.url), { method: 'POST' });
    await disconnect(served.url, headers);
    for (const text of [JSON.stringify(data), JSON.stringify(answer)])
      for (const [, id] of text.matchAll(/"id":"([^"]+)"/g)) ids.add(id!);
  }

  /** Sends a request whose body never ends, and disconnects when the gateway waits for it. */
  async function disconnect({ port }: URL, headers: Readonly<Record<string, string>>): Promise<void> {
    const socket = connect(Number(port), '127.0.0.1');
    const lines = Object.entries({ ...headers, host: 'localhost', 'content-length': '1000' });
    socket.write(
      `POST /graphql HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n{`,
    );
    const inFlight = async () => valueOf(await scrape(served.admin!), 'polku_requests_in_flight');
    await until(async () => (await inFlight()) === 1);
    socket.destroy();
    await until(async () => (await inFlight()) === 0);
  }

  it('count requests by purpose and outcome, and refusals by owner', () => {
    const of = (purpose: string, outcome: string) =>
      valueOf(gatewayMetrics, `polku_requests_total{purpose="${purpose}",outcome="${outcome}"}`);
    expect(of('child-protection', 'answered')).toBe(2);
    expect(of('planning', 'refused')).toBe(1);
    expect(of('none', 'refused')).toBe(1);
    expect(of('child-protection', 'abandoned')).toBe(1);
    const refusal = 'polku_refusals_total{owner="Population register",purpose="planning"}';
    expect(valueOf(gatewayMetrics, refusal)).toBe(1);
    expect(valueOf(gatewayMetrics, 'polku_errors_total{code="UNAUTHENTICATED"}')).toBe(1);
    expect(valueOf(gatewayMetrics, 'polku_errors_total{code="PURPOSE_NOT_PERMITTED"}')).toBe(1);
  });

  it('measure the stages of requests, fetches and the audit log', () => {
    const stage = (name: string) =>
      valueOf(gatewayMetrics, `polku_stage_duration_seconds_count{stage="${name}"}`);
    const counts = ['identity', 'decision', 'check', 'plan', 'execute', 'record'].map(stage);
    expect(counts).toEqual([4, 4, 3, 2, 2, 4]);
    const fetches = 'polku_fetch_duration_seconds_count{subgraph="health",outcome="answered"}';
    expect(valueOf(gatewayMetrics, fetches)).toBeGreaterThan(0);
    expect(valueOf(gatewayMetrics, 'polku_audit_commit_duration_seconds_count')).toBeGreaterThanOrEqual(4);
    expect(valueOf(gatewayMetrics, 'polku_check_ok{check="registry-health"}')).toBe(1);
    expect(valueOf(gatewayMetrics, 'polku_queue_waiting{queue="requests"}')).toBe(0);
    expect(valueOf(gatewayMetrics, 'polku_snapshot_age_seconds{registry="population"}')).toBeGreaterThan(0);
    expect(valueOf(gatewayMetrics, 'polku_ledger_numbers')).toBe(0);
    expect(valueOf(gatewayMetrics, 'polku_ledger_capacity')).toBe(1_000_000);
  });

  it('show a registry in its own process', () => {
    const answered = 'polku_subgraph_requests_total{subgraph="health",outcome="answered"}';
    expect(valueOf(registryMetrics, answered)).toBeGreaterThan(0);
    expect(valueOf(registryMetrics, 'polku_snapshot_age_seconds{registry="health"}')).toBeGreaterThan(0);
    expect(valueOf(registryMetrics, 'polku_subgraph_request_duration_seconds_count{subgraph="health"}')).toBe(
      valueOf(registryMetrics, answered),
    );
  });

  it('give a family path one trace over both processes, with all its stages and fetches', () => {
    const [root] = spans.filter(
      ({ attributes }) => attributes['polku.decision_id'] === decisionId && attributes['polku.outcome'],
    );
    const trace = spans.filter(({ traceId }) => traceId === root!.traceId);
    const lines = treeOf(trace)
      .split('\n')
      .map((line) => line.replace(/ [\d.]+ ms.*/, ''));
    expect(lines.filter((line) => !/ {4}/.test(line))).toEqual([
      'polku-gateway request',
      ...['identity', 'decision', 'check', 'plan', 'execute', 'record'].map(
        (stage) => `  polku-gateway ${stage}`,
      ),
    ]);
    const at = lines.indexOf('    polku-gateway fetch health');
    expect(lines.slice(at, at + 4)).toEqual([
      '    polku-gateway fetch health',
      '      polku-health answer health',
      '        polku-health verify',
      '        polku-health execute',
    ]);
    const subgraphs = lines.flatMap((line) => /^ {4}polku-gateway fetch (.*)/.exec(line)?.[1] ?? []);
    expect(new Set(subgraphs)).toEqual(new Set(['population', 'health', 'social', 'education', 'paths']));
    expect(root).toMatchObject({
      name: 'request',
      attributes: {
        'polku.purpose': 'child-protection',
        'polku.outcome': 'answered',
        'http.response.status_code': 200,
      },
    });
  });

  it('end the trace of a request that is refused or abandoned', () => {
    const roots = spans.filter(({ name }) => name === 'request');
    const ends = roots.map(({ attributes }) => [attributes['polku.outcome'], attributes['error.type']]);
    expect(ends.sort()).toEqual([
      ['abandoned', 'BAD_REQUEST'],
      ['answered', undefined],
      ['answered', undefined],
      ['refused', 'PURPOSE_NOT_PERMITTED'],
      ['refused', 'UNAUTHENTICATED'],
    ]);
  });

  it('continue no trace of a client', () => {
    expect(bodies.join()).not.toContain(CLIENT_TRACE);
  });

  it('name no person, no recipient, no id and no query in metrics and spans', async () => {
    const everything = [...bodies, ...scraped].join('\n');
    expect(ids.size).toBeGreaterThan(2);
    expect([...ids].filter((id) => everything.includes(id))).toEqual([]);
    const countIdentities = identityCounter(await identifyingTexts(city.exports));
    expect(countIdentities(Buffer.from(everything))).toBe(0);
    for (const text of ['family-services', 'FamilyPath', 'servicePath', 'PT-1', 'Bearer'])
      expect(everything).not.toContain(text);
    const attributes = new Set(spans.flatMap((span) => Object.keys(span.attributes)));
    expect([...attributes].sort()).toEqual([
      'error.type',
      'http.response.status_code',
      'polku.decision_id',
      'polku.operation.hash',
      'polku.outcome',
      'polku.purpose',
      'polku.stage',
      'polku.subgraph',
    ]);
  });
});

/** The value of a series; undefined if there is none. */
function valueOf(metrics: string, series: string): number | undefined {
  const line = metrics.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}
