/**
 * @property audit/kill-keeps-records kill -9 loses no acknowledged record, and the log verifies.
 * @enforcedBy gateway/audit/auditLog.ts, gateway/audit/chainEnd.ts
 */
import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { findRecords } from '../../gateway/audit/readRecords.js';
import { reconcile } from '../../gateway/audit/reconcile.js';
import { verifyAuditLog } from '../../gateway/audit/verifyAuditLog.js';
import { readDisclosureRecords } from '../../registry-kit/disclosureLog.js';
import { freePort } from '../city/freePort.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { startPolku } from '../city/runPolku.js';

/** `npm run prove:audit` kills it 50 times. */
const ROUNDS = Number(process.env['AUDIT_KILLS'] ?? 5);
const CLIENTS = 8;
const ANSWERS_BEFORE_KILL = 40;

const QUERY =
  '{ persons(first: 3) { nodes { id birthYear healthContacts { startedAt service { code } } } } }';

jest.setTimeout(60_000 + ROUNDS * 30_000);

describe('a gateway that is killed under load', () => {
  let city: TestCity;
  const acknowledged: string[] = [];

  beforeAll(async () => {
    city = await makeCity();
  });
  afterAll(() => city?.remove());

  const verify = async () =>
    verifyAuditLog(city.data, {
      key: createPublicKey(await readFile(join(city.data, 'secrets', 'audit.key.pub'))),
      witness: await readFile(witness(), 'utf8').catch(() => ''),
    });
  const witness = () => join(city.data, '..', 'witness');

  async function round(): Promise<void> {
    const port = await freePort();
    const gateway = startPolku([
      ...['serve', '--data', city.data, '--dev', '--port', String(port)],
      ...['--audit-witness', witness()],
    ]);
    const closed = once(gateway, 'close');
    await once(gateway.stdout!, 'data');
    const url = new URL(`http://127.0.0.1:${port}`);
    const token = await tokenOf(url);
    const before = acknowledged.length;
    const client = async () => {
      try {
        for (;;) {
          acknowledged.push(await ask(url, token));
          if (acknowledged.length - before === ANSWERS_BEFORE_KILL) gateway.kill('SIGKILL');
        }
      } catch {
        // The gateway was killed during this request or before it.
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    await closed;
  }

  it(`loses no acknowledged record in ${ROUNDS} kills, and its log verifies after each`, async () => {
    for (let kill = 1; kill <= ROUNDS; kill++) {
      await round();
      expect({ kill, ...(await verify()) }).toMatchObject({ kill, fault: undefined });
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(ROUNDS * ANSWERS_BEFORE_KILL);
    const recorded = new Set<string>();
    for await (const { decisionId } of findRecords(city.data, {})) recorded.add(decisionId);
    expect(acknowledged.filter((id) => !recorded.has(id))).toEqual([]);
  });

  it('has answered nothing that a registry has not recorded', async () => {
    const disclosures = await readDisclosureRecords(city.data);
    expect(disclosures.map(({ registry }) => registry)).toEqual(
      expect.arrayContaining(['population', 'health']),
    );
    const missing = await reconcile(findRecords(city.data, {}), disclosures, '');
    // A record may be on disk before the disclosure logs; its answer is sent only after all are.
    const answered = new Set(acknowledged);
    expect(missing.filter(({ decisionId }) => answered.has(decisionId))).toEqual([]);
  });
});

async function tokenOf(url: URL): Promise<string> {
  const response = await fetch(new URL('/dev/token', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ persona: 'doctor' }),
  });
  return ((await response.json()) as { token: string }).token;
}

/** Returns the decision id of an answer that arrived whole. */
async function ask(url: URL, token: string): Promise<string> {
  const response = await fetch(new URL('/graphql', url), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'purpose-of-use': 'care',
    },
    body: JSON.stringify({ query: QUERY }),
  });
  const { data } = (await response.json()) as { data?: unknown };
  if (!data) throw new Error(`Expected an answer, got status ${response.status}.`);
  return response.headers.get('polku-decision-id')!;
}
