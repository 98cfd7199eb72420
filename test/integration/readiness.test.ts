/**
 * @property gateway/readiness /readyz answers 503 with the reason while the audit log cannot be written, a
 * policy expires soon, a registry is gone or old, the ledger is not in place, or the process stops.
 * @enforcedBy lib/readiness.ts, cli/runtime/readinessChecks.ts
 * @property gateway/drain A gateway that is told to stop loses no request of clients that heed /readyz.
 * @enforcedBy cli/runtime/startCity.ts, gateway/http/serveGateway.ts
 */
import { once } from 'node:events';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReadinessReport } from '../../lib/readiness.js';
import { drainRestarts } from '../city/drainRestarts.js';
import { freePort } from '../city/freePort.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { serveProduction, startIssuer } from '../city/productionCity.js';
import { startPolku } from '../city/runPolku.js';
import { serveCity } from '../city/serveCity.js';
import { signedPolicies } from '../city/signedPolicies.js';
import { TestLog } from '../city/testLog.js';
import { until } from '../city/until.js';

async function readyz(url: URL): Promise<ReadinessReport & { readonly httpStatus: number }> {
  const response = await fetch(new URL('/readyz', url));
  return { httpStatus: response.status, ...((await response.json()) as ReadinessReport) };
}

describe('the readiness of a gateway', () => {
  let city: TestCity;
  beforeAll(async () => {
    city = await makeCity();
  });
  afterAll(() => city.remove());

  it('ends when the process of a registry is killed, and returns with it', async () => {
    const [port, gatewayPort, adminPort] = [await freePort(), await freePort(), await freePort()];
    const start = () => {
      const child = startPolku(
        [
          ...['subgraph', 'health', '--dev', '--port', String(port), '--data', city.data],
          ...['--gateway-key', join(city.data, 'secrets', 'gateway.key.pub'), '--issuer', 'polku-dev'],
          ...['--jwks', `http://127.0.0.1:${gatewayPort}/.well-known/jwks.json`],
        ],
        { env: { ...process.env, POLKU_ADMIN_PORT: String(adminPort) } },
      );
      child.stdout!.resume();
      child.stderr!.resume();
      return child;
    };
    // The gateway makes its key at its first start.
    await (await serveCity(city)).stop();
    let registry = start();
    const log = new TestLog();
    const remote = new Map([['health', `http://127.0.0.1:${port}`]]);
    const served = await serveCity(city, { port: gatewayPort, remote, log });
    try {
      await until(async () => (await readyz(served.url)).status === 'ready');
      const own = await readyz(new URL(`http://127.0.0.1:${adminPort}`));
      expect(own.checks).toEqual({
        process: { ok: true },
        policy: { ok: true },
        'registry-health': { ok: true },
      });

      registry.kill('SIGKILL');
      await until(async () => (await readyz(served.url)).status === 'not-ready');
      const { httpStatus, checks } = await readyz(served.url);
      expect(httpStatus).toBe(503);
      expect(Object.entries(checks).filter(([, { ok }]) => !ok)).toEqual([
        [
          'registry-health',
          { ok: false, code: 'SUBGRAPH_UNAVAILABLE', reason: expect.stringContaining('health') },
        ],
      ]);
      expect(log.entries.at(-1)).toMatchObject({ event: 'not-ready', codes: ['SUBGRAPH_UNAVAILABLE'] });
      expect((await fetch(new URL('/livez', served.url))).status).toBe(200);

      registry = start();
      await until(async () => (await readyz(served.url)).status === 'ready');
    } finally {
      await served.stop();
      const ended = once(registry, 'close');
      registry.kill();
      await ended;
    }
  });

  it('ends when a policy or snapshot is too old, or the ledger or audit log is not in place', async () => {
    const [signed, issuer] = [await signedPolicies(), await startIssuer()];
    await signed.first(2);
    const keys = { 'ready.policyHours': 72, 'ready.snapshotHours': 0.000001 };
    const served = await serveProduction(city.data, signed, issuer, { keys });
    try {
      const failed = async () => {
        const { checks } = await readyz(served.url);
        return Object.fromEntries(
          Object.entries(checks).flatMap(([name, { code }]) => (code ? [[name, code]] : [])),
        );
      };
      expect(await failed()).toEqual({
        policy: 'POLICY_EXPIRES',
        'registry-population': 'SNAPSHOT_OLD',
        'registry-health': 'SNAPSHOT_OLD',
        'registry-social': 'SNAPSHOT_OLD',
        'registry-education': 'SNAPSHOT_OLD',
      });
      for (const [path, name, code] of [
        [['ledger', 'questions.jsonl'], 'ledger', 'DISCLOSURE_UNAVAILABLE'],
        [['audit', 'gateway'], 'audit', 'AUDIT_UNAVAILABLE'],
      ] as const) {
        const place = join(city.data, ...path);
        await rename(place, `${place}.gone`);
        await until(async () => (await failed())[name] === code);
        await rename(`${place}.gone`, place);
        await until(async () => !(name in (await failed())));
      }
    } finally {
      await served.stop();
      issuer.close();
      await signed.remove();
    }
  });

  it('ends when the process is told to stop; no request is lost over restarts under load', async () => {
    const { answered, lost } = await drainRestarts(city, 2);
    expect(lost).toEqual([]);
    expect(answered).toBeGreaterThan(200);
  });
});
