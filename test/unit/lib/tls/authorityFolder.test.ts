import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lockByKernel } from '../../../../lib/kernelLock.js';
import { authorityFile, issueInto } from '../../../../lib/tls/authorityFolder.js';
import { namesOf, usesOf } from '../../../../lib/tls/certificateText.js';
import { describeWhere, isInstalled } from '../../../programs.js';

const terms = { uses: ['server'], days: 90, renew: false } as const;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polku-authority-'));
});
afterEach(() => rm(folder, { recursive: true }));

const certificateOf = async (file: string) => new X509Certificate(await readFile(file));
const modeOf = async (file: string) => (await stat(file)).mode & 0o777;
const textsOf = async () => {
  const files = (await readdir(folder)).filter((name) => /\.(pem|key)$/.test(name)).sort();
  return Promise.all(files.map(async (name) => [name, await readFile(join(folder, name), 'utf8')]));
};

describe('a folder with a private authority', () => {
  it('issues certificates with their names, uses and days, signed by one authority', async () => {
    const [health] = await issueInto(folder, [['health', '10.0.0.5', '::1', 'spiffe://city/health']], terms);
    const [gateway] = await issueInto(folder, [['gateway']], { ...terms, uses: ['client'], days: 7 });
    const authority = await certificateOf(authorityFile(folder));
    const [server, client] = [
      await certificateOf(health!.certificate),
      await certificateOf(gateway!.certificate),
    ];
    expect([authority, server, client].map(usesOf)).toEqual([['authority'], ['server'], ['client']]);
    expect(namesOf(server)).toEqual(['health', '10.0.0.5', '0:0:0:0:0:0:0:1', 'spiffe://city/health']);
    for (const one of [server, client]) expect(one.verify(authority.publicKey)).toBe(true);
    expect(client.checkPrivateKey(createPrivateKey(await readFile(gateway!.key)))).toBe(true);
    const days = (one: X509Certificate) => (Date.parse(one.validTo) - Date.parse(one.validFrom)) / 86_400_000;
    expect([days(server), days(client)].map(Math.floor)).toEqual([90, 7]);
  });

  it('keeps private keys from everybody else, and lets everybody read certificates', async () => {
    const [health] = await issueInto(folder, [['health']], terms);
    expect(await Promise.all([join(folder, 'authority.key'), health!.key].map(modeOf))).toEqual([
      0o600, 0o600,
    ]);
    expect(await Promise.all([authorityFile(folder), health!.certificate].map(modeOf))).toEqual([
      0o644, 0o644,
    ]);
  });

  it('overwrites nothing unless it renews, and then certificate and key', async () => {
    await issueInto(folder, [['health']], terms);
    const before = await textsOf();
    await expect(issueInto(folder, [['social'], ['health']], terms)).rejects.toMatchObject({
      code: 'OUTPUT_EXISTS',
    });
    expect(await textsOf()).toEqual(before);
    await issueInto(folder, [['health']], { ...terms, renew: true });
    const after = await textsOf();
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after.map(([, text], at) => text === before[at]![1])).toEqual([true, true, false, false]);
  });

  it.each([
    [['a/b']],
    [['../x']],
    [['authority']],
    [['health', 'two words']],
    [['health', '']],
    [['health', 'x, DNS:gateway']],
  ] as const)('writes nothing under the names %j', async (names) => {
    await expect(issueInto(folder, [names as never], terms)).rejects.toMatchObject({ code: 'USAGE' });
    expect((await textsOf()).filter(([name]) => !name!.startsWith('authority'))).toEqual([]);
  });

  it('refuses one name twice', async () => {
    await expect(issueInto(folder, [['health'], ['health']], terms)).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('refuses a second command at the same time', async () => {
    const unlock = await lockByKernel(folder, 'authority', () => {
      throw new Error('The lock is taken.');
    });
    await expect(issueInto(folder, [['health']], terms)).rejects.toMatchObject({ code: 'TLS_FOLDER_BUSY' });
    await unlock();
  });

  it('certifies its key again with the same name after it was interrupted', async () => {
    const [health] = await issueInto(folder, [['health']], terms);
    const { subject } = await certificateOf(authorityFile(folder));
    await rm(authorityFile(folder));
    await issueInto(folder, [['social']], terms);
    const authority = await certificateOf(authorityFile(folder));
    expect(authority.subject).toBe(subject);
    expect((await certificateOf(health!.certificate)).verify(authority.publicKey)).toBe(true);
  });

  it('signs nothing without the key of its authority, or with another key', async () => {
    await issueInto(folder, [['health']], terms);
    const key = join(folder, 'authority.key');
    await writeFile(key, await readFile(join(folder, 'health.key')));
    await expect(issueInto(folder, [['social']], terms)).rejects.toMatchObject({ code: 'TLS_KEY_MISMATCH' });
    await rm(key);
    await expect(issueInto(folder, [['social']], terms)).rejects.toMatchObject({ code: 'TLS_FILE_INVALID' });
  });
});

describeWhere(isInstalled('openssl'), 'OpenSSL was not found: install openssl.')('OpenSSL', () => {
  const verify = (purpose: string, file: string) =>
    execFileSync(
      'openssl',
      ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', authorityFile(folder), file],
      { encoding: 'utf8', stdio: 'pipe' },
    );

  it('verifies a certificate for its use only', async () => {
    const [health] = await issueInto(folder, [['health']], terms);
    const [gateway] = await issueInto(folder, [['gateway']], { ...terms, uses: ['client'] });
    expect(verify('sslserver', health!.certificate)).toMatch(/OK$/m);
    expect(verify('sslclient', gateway!.certificate)).toMatch(/OK$/m);
    expect(() => verify('sslclient', health!.certificate)).toThrow(/purpose/);
    expect(() => verify('sslserver', gateway!.certificate)).toThrow(/purpose/);
  });
});
