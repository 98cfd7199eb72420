import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../durableFile.js';
import { PolkuError } from '../errors.js';
import { lockByKernel } from '../kernelLock.js';
import { readPrivateFile } from '../secretFile.js';
import {
  type CertificateUse,
  certifyAuthority,
  createAuthorityKey,
  issueCertificate,
} from './privateAuthority.js';
import { readTlsFiles } from './tlsFiles.js';

/** The files of a certificate and its private key (PEM). */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

interface IssueOptions {
  readonly uses: readonly CertificateUse[];
  readonly days: number;
  /** Replaces files that exist. */
  readonly renew: boolean;
}

const DAY_MS = 24 * 60 * 60_000;
const READABLE = 0o644;
const FILE_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,98}[A-Za-z0-9])?$/;

/** The certificate of the private authority in a folder. Its key is `authority.key`, beside it. */
export function authorityFile(folder: string): string {
  return join(folder, 'authority.pem');
}

/**
 * Issues a certificate for each subject into a folder: `<first name>.pem` and `<first name>.key`. The private
 * authority of the folder signs them; the first call creates it.
 * @param subjects the names of each subject; the first one is also the name of its files
 * @throws PolkuError USAGE, OUTPUT_EXISTS before anything is written; SECRET_INVALID, TLS_FILE_INVALID,
 * TLS_KEY_MISMATCH, TLS_CERTIFICATE_EXPIRED for the authority; TLS_FOLDER_BUSY
 */
export async function issueInto(
  folder: string,
  subjects: readonly (readonly [string, ...string[]])[],
  { uses, days, renew }: IssueOptions,
): Promise<readonly CertificateFiles[]> {
  checkFileNames(subjects.map(([name]) => name));
  const unlock = await lockByKernel(folder, 'authority', () => folderBusy(folder));
  try {
    const targets = subjects.map((names) => ({ names, files: filesOf(folder, names[0]) }));
    const existing = targets.flatMap(({ files }) => Object.values(files).filter((file) => existsSync(file)));
    if (!renew && existing.length > 0)
      throw new PolkuError(
        'OUTPUT_EXISTS',
        `Nothing was issued, because there is already ${existing.join(', ')}. To replace files, add --renew.`,
      );
    const authority = await openAuthority(folder);
    const until = new Date(Date.now() + days * DAY_MS);
    // All are issued before the first is written, so that a wrong name leaves nothing half-done.
    const issued = await Promise.all(
      targets.map(({ names }) => issueCertificate({ names, uses, until }, authority)),
    );
    for (const [at, { files }] of targets.entries()) {
      await writeDurably(files.key, issued[at]!.key);
      await writeDurably(files.certificate, issued[at]!.certificate, READABLE);
    }
    return targets.map(({ files }) => files);
  } finally {
    await unlock();
  }
}

async function openAuthority(folder: string): Promise<CertificateFiles> {
  const [certificate, key] = [authorityFile(folder), join(folder, 'authority.key')];
  if (!existsSync(key)) {
    if (existsSync(certificate))
      throw new PolkuError(
        'TLS_FILE_INVALID',
        `The authority ${certificate} has lost its key ${key}, so it cannot sign. Restore the key, or begin with another folder.`,
      );
    await writeDurably(key, await createAuthorityKey());
  }
  const keyText = await readPrivateFile(key);
  if (!existsSync(certificate)) await writeDurably(certificate, await certifyAuthority(keyText), READABLE);
  await readTlsFiles({ certificate, key, authority: certificate });
  return { certificate: await readFile(certificate, 'utf8'), key: keyText };
}

function filesOf(folder: string, name: string): CertificateFiles {
  return { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
}

/** @throws PolkuError USAGE */
function checkFileNames(names: readonly string[]): void {
  for (const [at, name] of names.entries()) {
    if (!FILE_NAME.test(name) || name === 'authority')
      throw new PolkuError(
        'USAGE',
        `"${name}" cannot be the name of a file. The first name of a certificate has letters, digits, dots and hyphens, and is not "authority".`,
      );
    if (names.indexOf(name) < at)
      throw new PolkuError('USAGE', `Two certificates would have the name ${name}. Give each name once.`);
  }
}

function folderBusy(folder: string): PolkuError {
  return new PolkuError(
    'TLS_FOLDER_BUSY',
    `Another command is issuing certificates into ${folder}. Wait for it, and try again.`,
  );
}
