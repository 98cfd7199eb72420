import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuditLogOptions, openAuditLog } from '../../gateway/audit/auditLog.js';
import { Retention } from '../../gateway/audit/retention.js';
import { listChains, type Writer } from '../../gateway/audit/segments.js';
import { type DomainName, Domains, unseal } from '../../gateway/pseudonyms.js';
import { PolkuError } from '../../lib/errors.js';
import { lockByKernel } from '../../lib/kernelLock.js';
import { Linkage } from '../../linkage/linkage.js';
import { hetu } from '../../linkage/localId.js';
import { everyKeyOf } from '../../registry-kit/subgraph/requestContext.js';
import type { PersonKey } from '../../schema/keys.js';
import type { Secrets } from './secrets.js';

const WRITERS: Readonly<Record<Writer, string>> = {
  gateway: 'Another gateway serves this data directory',
  training: 'Another training runs over this data directory',
  evaluation: 'Another evaluation runs over this data directory',
  permit: 'Another extraction for a permit runs over this data directory',
  review: 'A log controller reviews a use of break-glass at this moment',
};

/**
 * Locks a chain of the audit log for this process, because two writers would break the chain. The lock of the
 * gateway's chain also prevents a second gateway on the same data directory.
 * @returns the function that releases the lock
 * @throws PolkuError AUDIT_LOCKED
 */
export function lockAuditChain(data: string, writer: Writer): Promise<() => Promise<void>> {
  return lockByKernel(
    data,
    `audit-${writer}`,
    () =>
      new PolkuError(
        'AUDIT_LOCKED',
        `${WRITERS[writer]}, and writes the chain "${writer}" of its audit log. Wait until it ends, or stop it.`,
      ),
  );
}

const DAY_MS = 86_400_000;

type ExpiryOptions = Omit<AuditLogOptions, 'writer' | 'limits' | 'retentionDays'> & {
  readonly retentionDays: number;
};

/**
 * Removes expired records every day from the chains of the audit log that the gateway does not write, because
 * their own writers may never run again. A chain that another process is writing waits for the next day.
 * @returns the function that stops it
 */
export function expireOtherChains(data: string, options: ExpiryOptions): () => Promise<void> {
  let running = Promise.resolve();
  const run = (): void => {
    running = running.then(() => expireAll(data, options)).catch(options.report);
  };
  run();
  const timer = setInterval(run, DAY_MS).unref();
  return () => {
    clearInterval(timer);
    return running;
  };
}

async function expireAll(data: string, options: ExpiryOptions): Promise<void> {
  for (const chain of await listChains(data)) {
    // A chain that cannot be opened must not stop the removal from the others.
    if (chain !== 'gateway') await expire(data, chain as Writer, options).catch(options.report);
  }
}

async function expire(data: string, writer: Writer, options: ExpiryOptions): Promise<void> {
  if (!(await new Retention(data, writer, options.retentionDays).hasExpired())) return;
  const unlock = await lockAuditChain(data, writer).catch((cause: unknown) => {
    if (cause instanceof PolkuError && cause.code === 'AUDIT_LOCKED') return undefined;
    throw cause;
  });
  if (!unlock) return;
  try {
    // Opening a chain removes its expired records.
    await (await openAuditLog(data, { ...options, writer })).close();
  } finally {
    await unlock();
  }
}

/**
 * Every key of the person behind an id, in the domain that the id was issued in. The log may have another
 * key, if two identity codes later turned out to be one person's.
 * @throws PolkuError ID_UNKNOWN, LINKAGE_STORE_INVALID
 */
export async function personOfId(
  id: string,
  domain: DomainName,
  data: string,
  secrets: Secrets,
): Promise<PersonKey[]> {
  const key = unseal(new Domains(await secrets.domain()).domain(domain), 'PersonID', id);
  // If linkage runs elsewhere, its store and secret are not here, so other keys are unknown.
  if (typeof key === 'number')
    return existsSync(linkageFolder(data)) ? everyKey(await openLinkage(data, secrets), key) : [key];
  throw new PolkuError(
    'ID_UNKNOWN',
    'The id was not issued to this recipient for this purpose, permit and epoch. Give those that it was issued for.',
  );
}

/**
 * Every key of the person whose identity code is in a file or on standard input. It is never an argument,
 * because other users of the machine can read arguments.
 * @param file `-` for standard input
 * @throws PolkuError SOURCE_UNREADABLE, IDENTITY_CODE_INVALID, ID_UNKNOWN
 */
export async function personOfCodeFile(file: string, data: string, secrets: Secrets): Promise<PersonKey[]> {
  const code = (await readCode(file)).trim();
  const linkage = await openLinkage(data, secrets);
  const found = linkage.findPerson(hetu, code);
  if (typeof found === 'number') return everyKey(linkage, found);
  if (found === 'unknown-person') throw new PolkuError('ID_UNKNOWN', 'Nobody here has this identity code.');
  throw new PolkuError(
    'IDENTITY_CODE_INVALID',
    'Expected one Finnish personal identity code: its form, date or check character is wrong.',
  );
}

function everyKey(linkage: Linkage, person: PersonKey): PersonKey[] {
  return everyKeyOf(new Map(linkage.mergedPersons()), person);
}

function linkageFolder(data: string): string {
  return join(data, 'linkage');
}

async function openLinkage(data: string, secrets: Secrets): Promise<Linkage> {
  return Linkage.open({ dir: linkageFolder(data), secret: await secrets.linkage() });
}

async function readCode(file: string): Promise<string> {
  try {
    if (file !== '-') return await readFile(file, 'utf8');
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  } catch (cause) {
    throw new PolkuError('SOURCE_UNREADABLE', `The file ${file} cannot be read.`, { file }, { cause });
  }
}
