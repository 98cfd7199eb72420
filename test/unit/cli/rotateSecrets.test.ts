/**
 * @property data/rotated-secrets A rotated secret loses nothing: former ids, records and signatures are
 * accepted until they are retired, and a killed rotation can be repeated.
 * @enforcedBy cli/runtime/rotateSecrets.ts, gateway/audit/keyChange.ts
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { run } from '../../../cli/program.js';
import { lockAuditChain } from '../../../cli/runtime/auditChains.js';
import { listSecrets, retireSecret, rotateSecret } from '../../../cli/runtime/rotateSecrets.js';
import { readGatewayKeys, Secrets } from '../../../cli/runtime/secrets.js';
import type { SecretName } from '../../../cli/runtime/secretTable.js';
import { openAuditLog } from '../../../gateway/audit/auditLog.js';
import { PersonDigests } from '../../../gateway/audit/auditRecord.js';
import { changeKey } from '../../../gateway/audit/keyChange.js';
import { findRecords } from '../../../gateway/audit/readRecords.js';
import type { Writer } from '../../../gateway/audit/segments.js';
import { type Verification, verifyAuditLog } from '../../../gateway/audit/verifyAuditLog.js';
import { Domains, seal, unseal } from '../../../gateway/pseudonyms.js';
import { SealedCookie } from '../../../gateway/session/sealedCookie.js';
import { signCompositionContext, verifyCompositionContext } from '../../../schema/tokens/gatewayContext.js';
import { record } from '../gateway/audit/testLog.js';

let data: string;
let secrets: Secrets;
const file = (name: string) => join(data, 'secrets', name);
const witness = () => join(data, 'witness');
const report = jest.fn();
const place = () => ({ data, folder: join(data, 'secrets'), witness: witness(), report, environment: {} });
const rotate = (name: SecretName, activate = false) => rotateSecret(name, place(), activate);
const retire = (name: SecretName) => retireSecret(name, place());
const notRotated = (message: RegExp) => ({
  code: 'SECRET_NOT_ROTATED',
  message: expect.stringMatching(message),
});

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'polku-rotate-'));
  secrets = new Secrets(join(data, 'secrets'), {});
  report.mockClear();
});
afterEach(() => rm(data, { recursive: true }));

/** Writes a record into a chain, as a process with the present key would. */
async function write(writer: Writer, people: readonly string[] = []): Promise<void> {
  const log = await openAuditLog(data, {
    writer,
    signingKey: await secrets.auditKey(),
    witness: witness(),
    report,
  });
  await log.append(record('a-decision', { people }));
  await log.close();
}

async function verify(key?: KeyObject): Promise<Verification> {
  const shared = key ?? createPublicKey(await readFile(file('audit.key.pub')));
  return verifyAuditLog(data, { key: shared, witness: await readFile(witness(), 'utf8') });
}

describe('a secret with versions', () => {
  it('domain: former ids are accepted until it is retired', async () => {
    const domainOf = async () =>
      new Domains(await secrets.domain()).domain({
        purpose: 'care',
        recipient: 'a',
        permit: undefined,
        epoch: '1',
      });
    const former = seal(await domainOf(), 'PersonID', 7);
    const [step] = await rotate('domain');
    expect(step).toMatch(/^Restart the gateway/);
    expect(seal(await domainOf(), 'PersonID', 7)).not.toBe(former);
    expect(unseal(await domainOf(), 'PersonID', former)).toBe(7);
    await rotate('domain');
    expect(await secrets.domain()).toHaveLength(3);
    await retire('domain');
    expect(await secrets.domain()).toHaveLength(1);
    expect(unseal(await domainOf(), 'PersonID', former)).toBeUndefined();
    await expect(retire('domain')).rejects.toMatchObject(notRotated(/one version only/));
    expect((await stat(file('domain'))).mode & 0o777).toBe(0o600);
  });

  it('session: nobody is logged out until it is retired', async () => {
    const cookie = async () => new SealedCookie<object>('__Host-test', 'Strict', await secrets.session());
    const [line] = await (await cookie()).write({ person: 1 }, 60);
    const sent = line!.slice(0, line!.indexOf(';'));
    await rotate('session');
    expect(await (await cookie()).read(sent)).toMatchObject({ person: 1 });
    await retire('session');
    expect(await (await cookie()).read(sent)).toBeUndefined();
  });

  it('audit: records of before are found, and it is retired only when they are gone', async () => {
    const digests = async () => PersonDigests.ofVersions(await secrets.audit());
    await write('gateway', (await digests()).ofAll([7]));
    await rotate('audit');
    await write('gateway', (await digests()).ofAll([7]));
    const found = [];
    for await (const one of findRecords(data, { person: new Set((await digests()).everyNameOf([7])) }))
      found.push(one.people[0]);
    expect(new Set(found).size).toBe(2);
    await expect(retire('audit')).rejects.toMatchObject(notRotated(/records from before/));
    // As if it had been rotated before the log began.
    await utimes(file('audit'), new Date(0), new Date(0));
    await retire('audit');
    expect(await secrets.audit()).toHaveLength(1);
  });

  it('is changed by one command at a time', async () => {
    await secrets.domain();
    const ended = await Promise.allSettled([rotate('domain'), rotate('domain')]);
    expect(await secrets.domain()).toHaveLength(
      1 + ended.filter(({ status }) => status === 'fulfilled').length,
    );
    for (const one of ended)
      if (one.status === 'rejected') expect(one.reason).toMatchObject(notRotated(/Another command/));
  });
});

describe('the key of the gateway', () => {
  const accepted = async (key: KeyObject): Promise<boolean> => {
    const keys = await readGatewayKeys(file('gateway.key.pub'));
    const signed = await signCompositionContext('health', key);
    return verifyCompositionContext(signed, 'health', keys).then(
      () => true,
      () => false,
    );
  };

  it('is accepted with the next one, from its preparation until it is retired', async () => {
    const former = await secrets.gatewayKey();
    await expect(rotate('gateway.key', true)).rejects.toMatchObject(notRotated(/No next gateway.key/));
    await rotate('gateway.key');
    const next = createPrivateKey(await readFile(file('gateway.key.next')));
    expect([await accepted(former), await accepted(next)]).toEqual([true, true]);
    expect((await secrets.gatewayKey()).equals(former)).toBe(true);
    await expect(retire('gateway.key')).rejects.toMatchObject(notRotated(/not in use yet/));
    // A preparation that is repeated makes no third key.
    await rotate('gateway.key');
    await rotate('gateway.key', true);
    expect((await secrets.gatewayKey()).equals(next)).toBe(true);
    expect([await accepted(former), await accepted(next)]).toEqual([true, true]);
    await retire('gateway.key');
    expect([await accepted(former), await accepted(next)]).toEqual([false, true]);
    expect(await accepted(generateKeyPairSync('ed25519').privateKey)).toBe(false);
    expect((await stat(file('gateway.key.pub'))).mode & 0o777).toBe(0o644);
  });
});

describe('the key of the audit log', () => {
  it('is replaced, and the whole log and its witness verify with the new one', async () => {
    await write('gateway');
    await write('training');
    const former = createPublicKey(await secrets.auditKey());
    for (let change = 1; change <= 3; change++) {
      await rotate('audit.key');
      await write('gateway');
      const { fault, chains, witness } = await verify();
      expect(fault).toBeUndefined();
      expect(chains.map(({ keyChanges }) => keyChanges)).toEqual([change, change]);
      expect(witness).toMatchObject({ foreign: 0 });
    }
    expect((await verify(former)).fault).toBeDefined();
    expect((await readdir(join(data, 'secrets'))).sort()).toEqual(['audit.key', 'audit.key.pub']);
    expect(report).not.toHaveBeenCalled();
    await expect(retire('audit.key')).rejects.toMatchObject(notRotated(/no earlier versions/));
  });

  it('is not replaced while a process writes the log', async () => {
    await write('gateway');
    for (const writer of ['gateway', 'training'] as const) {
      if (writer === 'training') await write('training');
      const unlock = await lockAuditChain(data, writer);
      await expect(rotate('audit.key')).rejects.toMatchObject({ code: 'AUDIT_LOCKED' });
      await unlock();
    }
    expect((await verify()).chains.map(({ keyChanges }) => keyChanges)).toEqual([0, 0]);
  });

  it('is replaced by a repeated command, wherever the first was killed', async () => {
    await write('gateway');
    await write('training');
    const former = await secrets.auditKey();
    const next = generateKeyPairSync('ed25519').privateKey;
    const pem = next.export({ type: 'pkcs8', format: 'pem' });
    await writeFile(file('audit.key.next'), pem, { mode: 0o600 });
    // One chain was changed, and the other was not.
    await changeKey(data, { writer: 'gateway', former, next, report });
    await expect(write('gateway')).rejects.toMatchObject({
      code: 'AUDIT_UNAVAILABLE',
      message: expect.stringMatching(/"polku secrets rotate audit.key" was killed, run it again/),
    });
    await rotate('audit.key');
    expect((await secrets.auditKey()).equals(next)).toBe(true);
    await write('training');
    expect((await verify()).fault).toBeUndefined();
    // Both chains were changed, but the key was not renamed.
    await copyFile(file('audit.key'), file('audit.key.next'));
    await writeFile(file('audit.key'), former.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    await rotate('audit.key');
    expect((await verify()).chains.map(({ keyChanges }) => keyChanges)).toEqual([1, 1]);
  });

  it('is not verified by the real key after a thief of it has named another', async () => {
    await write('gateway');
    await write('gateway');
    const former = await secrets.auditKey();
    const thief = generateKeyPairSync('ed25519').privateKey;
    // The thief has the former key only, and names a key of their own.
    await changeKey(data, { writer: 'gateway', former, next: thief, report });
    expect((await verify()).fault).toMatchObject({ kind: 'forged' });
    expect((await verify(createPublicKey(thief))).fault).toBeUndefined();
  });

  it('shows a past that a thief of the former key has written', async () => {
    await write('gateway');
    const former = await secrets.auditKey();
    await rotate('audit.key');
    await write('gateway');
    const newest = createPublicKey(await readFile(file('audit.key.pub')));
    const path = join(data, 'audit', 'gateway', 'audit-0000000001.jsonl');
    const lines = (await readFile(path, 'utf8')).trim().split('\n');
    const changed = lines.findIndex((line) => line.includes('"kind":"key-change"'));
    await rm(join(data, 'audit'), { recursive: true });
    const forged = await openAuditLog(data, { writer: 'gateway', signingKey: former, report });
    await forged.append(record('a-forged-decision'));
    await forged.close();
    const past = (await readFile(path, 'utf8')).trim().split('\n').slice(0, changed);
    await writeFile(path, `${[...past, ...lines.slice(changed)].join('\n')}\n`);
    expect((await verifyAuditLog(data, { key: newest })).fault).toBeDefined();
  });
});

describe('a secret that is never rotated', () => {
  it.each([
    ['linkage', /extracted again and marks are made again/],
    ['disclosure', /average of both/],
  ] as const)('%s: the command says what to do instead', async (name, message) => {
    await expect(rotate(name)).rejects.toMatchObject(notRotated(message));
    await expect(retire(name)).rejects.toMatchObject(notRotated(/no earlier versions/));
  });

  it('may be one of the environment', async () => {
    const environment = { POLKU_DOMAIN_SECRET: Buffer.alloc(32, 1).toString('base64') };
    const rotating = rotateSecret('domain', { ...place(), environment }, false);
    await expect(rotating).rejects.toMatchObject(notRotated(/POLKU_DOMAIN_SECRET.*first line/));
    await expect(rotate('session')).rejects.toMatchObject(notRotated(/--secrets/));
  });
});

describe('polku secrets list', () => {
  it('shows names, versions and ages, and no value', async () => {
    await secrets.domain();
    await secrets.gatewayKey();
    await rotate('domain');
    expect(await listSecrets(place())).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'domain', from: 'file', versions: 2, changed: expect.anything() }),
        expect.objectContaining({ name: 'session', from: 'none', versions: 0 }),
      ]),
    );
    const said = jest.spyOn(console, 'log').mockImplementation(() => {});
    expect(await run(['node', 'polku', 'secrets', 'list', '--data', data])).toBe(0);
    const text = said.mock.calls.join('\n');
    said.mockRestore();
    expect(text).toMatch(/^domain +file +2 +0 days +pseudonyms/m);
    for (const name of ['domain', 'gateway.key'])
      for (const line of (await readFile(file(name), 'utf8')).trim().split('\n'))
        expect(text).not.toContain(line);
  });
});
