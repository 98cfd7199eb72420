import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { authorityFile, type CertificateFiles, issueInto } from '../../../../lib/tls/authorityFolder.js';
import { issueCertificate } from '../../../../lib/tls/privateAuthority.js';
import { readTlsFiles } from '../../../../lib/tls/tlsFiles.js';

const HOUR_MS = 3_600_000;
let folder: string;
let health: CertificateFiles;
let social: CertificateFiles;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polku-tls-files-'));
  const terms = { uses: ['server'], days: 1, renew: false } as const;
  [health, social] = (await issueInto(folder, [['health'], ['social']], terms)) as [
    CertificateFiles,
    CertificateFiles,
  ];
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

/** A certificate that is valid for an hour, beginning some hours from now. */
async function certifiedFor(hours: number): Promise<CertificateFiles> {
  const authority = {
    certificate: await readFile(authorityFile(folder), 'utf8'),
    key: await readFile(join(folder, 'authority.key'), 'utf8'),
  };
  const from = new Date(Date.now() + hours * HOUR_MS);
  const until = new Date(from.getTime() + HOUR_MS);
  const issued = await issueCertificate({ names: ['health'], uses: ['server'], from, until }, authority);
  return {
    certificate: await written(`${hours}.pem`, issued.certificate),
    key: await written(`${hours}.key`, issued.key),
  };
}

describe('the files of a certificate', () => {
  it('are read with their authority', async () => {
    const material = await readTlsFiles({ ...health, authority: authorityFile(folder) });
    expect(Object.keys(material).sort()).toEqual(['ca', 'cert', 'expiresAt', 'key']);
  });

  it.each([[-2], [1]])('are refused outside their validity (from %i h)', async (hours) => {
    await expect(readTlsFiles(await certifiedFor(hours))).rejects.toMatchObject({
      code: 'TLS_CERTIFICATE_EXPIRED',
      message: expect.stringMatching(/valid from 20\S+Z until 20\S+Z, not now\. Renew it/),
    });
  });

  it('are refused with a key of another certificate', async () => {
    const mixed = readTlsFiles({ certificate: health.certificate, key: social.key });
    await expect(mixed).rejects.toMatchObject({ code: 'TLS_KEY_MISMATCH' });
  });

  it.each([
    ['a missing certificate', { certificate: 'missing.pem' }, 'ENOENT'],
    ['a certificate that is none', { certificate: 'empty.pem' }, 'no certificate in PEM'],
    ['a damaged certificate', { certificate: 'damaged.pem' }, 'damaged'],
    ['a missing key', { key: 'missing.key' }, 'ENOENT'],
    ['a key that is none', { key: 'empty.pem' }, 'no private key in PEM'],
    ['a key with a password', { key: 'encrypted.key' }, 'has a password'],
    ['a key that everybody may read', { key: 'open.key' }, 'chmod 600'],
    ['an authority that may not sign', { authority: 'health.pem' }, 'may not sign others'],
    ['a missing authority', { authority: 'missing.pem' }, 'ENOENT'],
  ])('names %s', async (_what, wrong, reason) => {
    await written('empty.pem', '');
    await written('damaged.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    await written(
      'encrypted.key',
      '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n',
    );
    await chmod(await written('open.key', await readFile(health.key, 'utf8')), 0o644);
    const files = Object.entries(wrong).map(([key, name]) => [key, join(folder, name)]);
    const reading = readTlsFiles({ ...health, ...Object.fromEntries(files) });
    await expect(reading).rejects.toMatchObject({
      code: 'TLS_FILE_INVALID',
      message: expect.stringContaining(reason),
    });
  });
});
