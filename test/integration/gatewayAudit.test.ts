/**
 * @property audit/no-record-no-data The audit record is on disk before the response leaves. A full disk stops
 * answers, not the process.
 * @enforcedBy gateway/audit/auditLog.ts, gateway/http/graphqlRoute.ts
 * @property audit/readiness A gateway that cannot write its audit log is not ready, even before the first
 * request.
 * @enforcedBy gateway/audit/auditLog.ts, gateway/http/serveGateway.ts
 * @property federation/carried-values
 */
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type AuditLog, openAuditLog } from '../../gateway/audit/auditLog.js';
import type { AuditRecord } from '../../gateway/audit/auditRecord.js';
import { until } from '../city/until.js';
import { ask, KNOWN_CODE, startGateway, type Testbed, UNKNOWN_CODE } from './gatewayTestbed.js';

const signingKey = generateKeyPairSync('ed25519').privateKey;
const QUERY = 'query Years { people(first: 1) { birthYear } }';
const LOOK_UP = 'query ($code: IdentityCode!) { personByIdentityCode(code: $code) { id } }';

describe('the audit log of a gateway', () => {
  let testbed: Testbed;
  afterEach(() => testbed.close());
  const lastRecord = async (): Promise<AuditRecord> => (await testbed.records()).at(-1)!;

  it('holds who asked what for which purpose when the answer arrives', async () => {
    testbed = await startGateway();
    const { headers } = await ask(testbed, QUERY, { operationName: 'Years' });
    expect(await testbed.records()).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        decisionId: headers.get('polku-decision-id'),
        recipient: 'health-services',
        subject: 'doctor',
        roles: ['clinician'],
        purpose: 'care',
        revision: testbed.gateway.policy.revision,
        operation: { hash: expect.stringMatching(/^[0-9a-f]{64}$/), name: 'Years' },
        coordinates: ['Person.birthYear', 'Query.people', 'Query.people(first:)'],
        masked: [],
        withheld: [],
        people: [expect.stringMatching(/^[A-Za-z0-9_-]{22}$/)],
        fetches: { people: 1 },
        carried: { people: ['Query.people(first:)'] },
        outcome: 'answered',
        codes: [],
        milliseconds: expect.any(Number),
      },
    ]);
  });

  it('names the permit of a researcher', async () => {
    testbed = await startGateway();
    await ask(testbed, QUERY, { persona: 'researcher', purpose: 'research' });
    expect(await lastRecord()).toMatchObject({
      permit: 'demo-permit-1',
      outcome: 'refused',
      codes: ['PURPOSE_MISSING'],
    });
  });

  it('holds refusals and failures, too', async () => {
    testbed = await startGateway();
    await ask(testbed, '{ people(first: 1) { district } }');
    expect(await lastRecord()).toMatchObject({
      outcome: 'refused',
      codes: ['PURPOSE_NOT_PERMITTED'],
      withheld: ['Person.district'],
      operation: { hash: expect.any(String) },
    });
    await ask(testbed, '{ people(first: 1) { district } }', { headers: { 'polku-partial': 'true' } });
    expect(await lastRecord()).toMatchObject({
      outcome: 'answered',
      coordinates: ['Query.people', 'Query.people(first:)'],
      withheld: ['Person.district'],
    });
    await ask(testbed, QUERY, { purpose: 'child-protection' });
    expect(await lastRecord()).toMatchObject({
      outcome: 'refused',
      purpose: 'child-protection',
      codes: ['PURPOSE_NOT_HELD'],
    });
    await ask(testbed, '{ broken }');
    expect(await lastRecord()).toMatchObject({ outcome: 'answered', codes: ['INTERNAL_SERVER_ERROR'] });
    await ask(testbed, '{ people(');
    expect(await lastRecord()).toMatchObject({ outcome: 'refused', codes: ['GRAPHQL_PARSE_FAILED'] });
    await ask(testbed, 'query A { access { purpose { id } } } query B { access { purpose { id } } }');
    expect(await lastRecord()).toMatchObject({ outcome: 'refused', codes: ['OPERATION_RESOLUTION_FAILURE'] });
  });

  it('holds the stated break-glass reason', async () => {
    testbed = await startGateway();
    const reason = 'Unconscious in the emergency room';
    await ask(testbed, QUERY, { headers: { 'polku-break-glass': reason } });
    expect(await lastRecord()).toMatchObject({ breakGlass: reason });
  });

  it('records whether a look-up by identity code found a person', async () => {
    testbed = await startGateway();
    await ask(testbed, LOOK_UP, { variables: { code: KNOWN_CODE } });
    expect(await lastRecord()).toMatchObject({ lookups: { asked: 1, missed: 0 } });
    await ask(testbed, LOOK_UP, { variables: { code: UNKNOWN_CODE } });
    expect(await lastRecord()).toMatchObject({ lookups: { asked: 1, missed: 1 } });
  });

  it('holds no identity code, and no hash or name that reveals one', async () => {
    testbed = await startGateway();
    await ask(testbed, LOOK_UP, { variables: { code: KNOWN_CODE } });
    await ask(testbed, `{ personByIdentityCode(code: "${KNOWN_CODE}") { id } }`);
    expect((await lastRecord()).operation).toBeUndefined();
    await ask(testbed, `query q${KNOWN_CODE} { people(first: 1) { id } }`, {
      operationName: `q${KNOWN_CODE}`,
    });
    expect((await lastRecord()).operation).toBeUndefined();
    await ask(testbed, QUERY, { purpose: KNOWN_CODE });
    const log = await readFile(join(testbed.folder, 'audit', 'gateway', 'audit-0000000001.jsonl'), 'utf8');
    expect(log).not.toContain(KNOWN_CODE);
  });

  it('is written before the answer is sent', async () => {
    const held = new HeldAuditLog();
    testbed = await startGateway({ auditLog: held });
    let answered = false;
    const asking = ask(testbed, QUERY).then((answer) => {
      answered = true;
      return answer;
    });
    const release = await held.asked;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(answered).toBe(false);
    release();
    expect((await asking).status).toBe(200);
  });

  it('stops answers, and not the process, while it cannot be written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'polku-full-'));
    await mkdir(join(folder, 'audit', 'gateway'), { recursive: true });
    await symlink('/dev/full', join(folder, 'audit', 'gateway', 'audit-0000000001.jsonl'));
    testbed = await startGateway({ auditLog: await openAuditLog(folder, { writer: 'gateway', signingKey }) });
    for (const query of [QUERY, QUERY, '{ people(first: 1) { district } }']) {
      const { status, body, text } = await ask(testbed, query);
      expect(status).toBe(503);
      expect(body.errors).toEqual([
        {
          message: expect.any(String),
          extensions: { code: 'AUDIT_UNAVAILABLE', decisionId: expect.any(String) },
        },
      ]);
      expect(text).not.toMatch(/birthYear|district|1994/);
    }
    const refused = await ask(testbed, QUERY, { purpose: 'child-protection' });
    expect(refused.status).toBe(503);
    expect(refused.body.errors![0]!.extensions.code).toBe('AUDIT_UNAVAILABLE');
    expect(testbed.faults.length).toBeGreaterThan(0);
    await rm(folder, { recursive: true });
  });
});

describe('/readyz', () => {
  let testbed: Testbed;
  afterEach(() => testbed.close());
  const fileIn = (folder: string) => join(folder, 'audit', 'gateway', 'audit-0000000001.jsonl');
  const health = async ({ url }: Testbed) => {
    const response = await fetch(new URL('/readyz', url));
    return { status: response.status, body: (await response.json()) as object };
  };
  const audit = { ok: false, code: 'AUDIT_UNAVAILABLE', reason: expect.any(String) };
  const notReady = { status: 503, body: { status: 'not-ready', checks: { process: { ok: true }, audit } } };
  const ready = {
    status: 200,
    body: { status: 'ready', checks: { process: { ok: true }, audit: { ok: true } } },
  };

  it('G17: is not ready while the audit log cannot be written, before any request', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'polku-full-'));
    await mkdir(join(folder, 'audit', 'gateway'), { recursive: true });
    await symlink('/dev/full', fileIn(folder));
    testbed = await startGateway({ auditLog: await openAuditLog(folder, { writer: 'gateway', signingKey }) });
    expect(await health(testbed)).toEqual(notReady);
    expect((await ask(testbed, QUERY)).status).toBe(503);
    expect(await health(testbed)).toEqual(notReady);
    await rm(folder, { recursive: true });
  });

  it('G17: is not ready when the log file was removed or truncated, and ready when it is intact', async () => {
    testbed = await startGateway();
    await ask(testbed, QUERY);
    expect(await health(testbed)).toEqual(ready);
    await truncate(fileIn(testbed.folder), 10);
    await until(async () => (await health(testbed)).status === 503);
    expect(await health(testbed)).toEqual(notReady);
    await rm(fileIn(testbed.folder));
    expect(await health(testbed)).toEqual(notReady);
  });

  it('G17: is not ready when the disk has no room, before a record needs it', async () => {
    testbed = await startGateway();
    await ask(testbed, QUERY);
    // Everything that is written to this file fails with ENOSPC.
    const room = join(testbed.folder, 'audit', 'gateway', '.space');
    await until(async () => {
      await symlink('/dev/full', room).catch(() => {});
      return (await health(testbed)).status === 503;
    });
    expect(await health(testbed)).toEqual(notReady);
    await until(async () => (await health(testbed)).status === 200);
  });
});

/** A slow disk. */
class HeldAuditLog implements AuditLog {
  readonly asked: Promise<() => void>;
  #ask!: (release: () => void) => void;

  constructor() {
    this.asked = new Promise((resolve) => (this.#ask = resolve));
  }

  append(): Promise<void> {
    return new Promise((resolve) => this.#ask(resolve));
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {}
}
