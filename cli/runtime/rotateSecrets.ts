import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openAuditLog } from '../../gateway/audit/auditLog.js';
import { changeKey, isContinuedBy, type KeyChangeOptions } from '../../gateway/audit/keyChange.js';
import { logLines } from '../../gateway/audit/readRecords.js';
import { auditFolder, listChains, type Writer } from '../../gateway/audit/segments.js';
import { sync, writeDurably } from '../../lib/durableFile.js';
import { PolkuError } from '../../lib/errors.js';
import { lockByKernel } from '../../lib/kernelLock.js';
import { createPrivateFile, decodeSecret, newSecret, readPrivateFile } from '../../lib/secretFile.js';
import { lockAuditChain } from './auditChains.js';
import { type SecretDescription, type SecretName, secretTable } from './secretTable.js';

/** The places of a rotation. */
export interface RotationPlace {
  readonly data: string;
  /** The folder of secrets. */
  readonly folder: string;
  readonly witness?: string | undefined;
  readonly report: (fault: unknown) => void;
  readonly environment?: NodeJS.ProcessEnv;
}

/** A secret as an operator sees it: never its value. */
export interface ListedSecret extends Pick<SecretDescription, 'name' | 'protects'> {
  /** Where it is: a file, a variable of the environment, or nowhere yet. */
  readonly from: 'file' | 'variable' | 'none';
  /** How many versions are in use. */
  readonly versions: number;
  /** When its file was last changed. */
  readonly changed: Date | undefined;
}

/** @throws PolkuError SECRET_INVALID */
export async function listSecrets({ folder, environment }: RotationPlace): Promise<ListedSecret[]> {
  const listed: ListedSecret[] = [];
  for (const secret of secretTable as readonly SecretDescription[]) {
    const { name, protects } = secret;
    const file = join(folder, name);
    const given = variableOf(secret, environment);
    if (given !== undefined)
      listed.push({
        name,
        protects,
        from: 'variable',
        versions: decodeSecret(given, name).length,
        changed: undefined,
      });
    else if (!existsSync(file))
      listed.push({ name, protects, from: 'none', versions: 0, changed: undefined });
    else {
      const text = await readPrivateFile(file);
      const versions = name.endsWith('.key')
        ? existsSync(`${file}.next`)
          ? 2
          : 1
        : decodeSecret(text, file).length;
      listed.push({ name, protects, from: 'file', versions, changed: (await stat(file)).mtime });
    }
  }
  return listed;
}

/**
 * Begins the use of a new version of a secret, or of a new key. A rotation that was killed may be repeated.
 * @param activate for `gateway.key`: ends the time of preparation
 * @returns what the operator does next, one step a line
 * @throws PolkuError SECRET_NOT_ROTATED with what to do instead, AUDIT_LOCKED
 */
export function rotateSecret(name: SecretName, place: RotationPlace, activate: boolean): Promise<string[]> {
  return whileLocked(place, async () => {
    const secret = described(name);
    if (secret.rotation.how === 'never')
      throw notRotated(`"${name}" is never rotated. ${secret.rotation.instead}`);
    requireFile(secret, place);
    if (activate && name !== 'gateway.key') throw new PolkuError('USAGE', 'Only gateway.key has --activate.');
    if (name === 'gateway.key') return activate ? activateGatewayKey(place) : prepareGatewayKey(place);
    if (secret.rotation.how === 'key') return rotateAuditKey(place);
    const file = join(place.folder, name);
    await writeDurably(file, `${newSecret()}${(await readPrivateFile(file)).trim()}\n`);
    return secret.rotation.then;
  });
}

/**
 * Ends the use of all earlier versions of a secret.
 * @throws PolkuError SECRET_NOT_ROTATED if something still needs them
 */
export function retireSecret(name: SecretName, place: RotationPlace): Promise<string[]> {
  return whileLocked(place, async () => {
    const secret = described(name);
    if (secret.rotation.how === 'never' || name === 'audit.key')
      throw notRotated(`"${name}" has no earlier versions.`);
    requireFile(secret, place);
    const file = join(place.folder, name);
    if (name === 'gateway.key') {
      if (existsSync(nextOf(file)))
        throw notRotated(
          'The next gateway.key is not in use yet. First: polku secrets rotate gateway.key --activate',
        );
      await writeShared(file, [publicPem(await readKeyFile(file))]);
      return ['Copy gateway.key.pub to every registry, and restart it. Nobody accepts the former key then.'];
    }
    const text = await readPrivateFile(file);
    const [newest] = text.trim().split('\n');
    if (decodeSecret(text, file).length === 1) throw notRotated(`"${name}" has one version only.`);
    if (name === 'audit') await requireYoungLog(place, (await stat(file)).mtime);
    await writeDurably(file, `${newest!.trim()}\n`);
    return ['Restart the gateway. What the former versions protected is not accepted or found any more.'];
  });
}

function described(name: SecretName): SecretDescription {
  return secretTable.find((one) => one.name === name)!;
}

function variableOf({ variable }: SecretDescription, environment = process.env): string | undefined {
  return variable === undefined ? undefined : environment[variable];
}

function requireFile(secret: SecretDescription, { folder, environment }: RotationPlace): void {
  const { name, variable } = secret;
  if (variableOf(secret, environment) !== undefined)
    throw notRotated(
      `"${name}" comes from ${variable}, which no command can change. Put a new version on its first line where it is stored: base64 of 32 random bytes. Keep the earlier ones below it.`,
    );
  if (!existsSync(join(folder, name)))
    throw notRotated(
      `There is no "${name}" in ${folder} yet. Name the folder with --secrets; the first start of a gateway makes it.`,
    );
}

/** Two commands at once would each overwrite the version of the other. */
async function whileLocked<Result>({ data }: RotationPlace, work: () => Promise<Result>): Promise<Result> {
  const unlock = await lockByKernel(data, 'secrets', () =>
    notRotated('Another command rotates a secret. Wait until it ends.'),
  );
  try {
    return await work();
  } finally {
    await unlock();
  }
}

/** Registries must accept the next key before the gateway signs with it. */
async function prepareGatewayKey({ folder }: RotationPlace): Promise<string[]> {
  const file = join(folder, 'gateway.key');
  await makeNext(file);
  const keys = [await readKeyFile(file), await readKeyFile(nextOf(file))];
  await writeShared(file, keys.map(publicPem));
  return [
    'Copy gateway.key.pub, which now has the former and the next key, to every registry (registry.gatewayKey), and restart it.',
    'Then: polku secrets rotate gateway.key --activate',
  ];
}

async function activateGatewayKey({ folder }: RotationPlace): Promise<string[]> {
  const file = join(folder, 'gateway.key');
  if (!existsSync(nextOf(file)))
    throw notRotated('No next gateway.key is prepared. First: polku secrets rotate gateway.key');
  await rename(nextOf(file), file);
  await sync(folder);
  return ['Restart the gateway: it signs with the new key.', 'Then: polku secrets retire gateway.key'];
}

/**
 * Every chain of the log must end with a signature of the next key before that key is the only one. So nobody
 * may write the log meanwhile.
 */
async function rotateAuditKey({ data, folder, witness, report }: RotationPlace): Promise<string[]> {
  const file = join(folder, 'audit.key');
  const chains = existsSync(auditFolder(data)) ? ((await listChains(data)) as Writer[]) : [];
  const unlocks: (() => Promise<void>)[] = [];
  try {
    for (const chain of new Set<Writer>(['gateway', ...chains]))
      unlocks.push(await lockAuditChain(data, chain));
    await makeNext(file);
    const keys = { former: await readKeyFile(file), next: await readKeyFile(nextOf(file)) };
    for (const writer of chains) await changeChain(data, { writer, ...keys, witness, report });
    await writeShared(file, [publicPem(keys.next)]);
    await rename(nextOf(file), file);
    await sync(folder);
  } finally {
    for (const unlock of unlocks) await unlock();
  }
  return [
    'Start the gateway. The log continues under the new key, and is verified with it from its beginning.',
    'Copy audit.key.pub to where you keep it for restores. The former one verifies backups of before.',
    'Make a backup now.',
  ];
}

/**
 * A chain is opened before, which mends a torn end, and after, so that its witness gets a checkpoint of the
 * next key. A chain that a killed rotation has changed is left as it is.
 */
async function changeChain(
  data: string,
  options: KeyChangeOptions & Pick<RotationPlace, 'witness'>,
): Promise<void> {
  const { writer, former, next, witness, report } = options;
  const open = async (signingKey: KeyObject): Promise<void> =>
    (await openAuditLog(data, { writer, signingKey, witness, report })).close();
  if (!(await isContinuedBy(data, writer, next))) {
    await open(former);
    await changeKey(data, options);
  }
  await open(next);
}

/** Records of before the rotation name people under the former versions. */
async function requireYoungLog({ data }: RotationPlace, rotated: Date): Promise<void> {
  for (const chain of existsSync(auditFolder(data)) ? await listChains(data) : []) {
    for await (const { record } of logLines(data, chain)) {
      if (!record) continue;
      if (new Date(record.entry.time) >= rotated) break;
      throw notRotated(
        `The audit log has records from before ${rotated.toISOString()}, which name people under the former version. Residents would not find who has read their data. Retire it when retention has removed them.`,
      );
    }
  }
}

function nextOf(file: string): string {
  return `${file}.next`;
}

/** A next key that exists is of a preparation or of a killed rotation. It is used, not replaced. */
async function makeNext(file: string): Promise<void> {
  if (existsSync(nextOf(file))) return;
  const { privateKey } = generateKeyPairSync('ed25519');
  await createPrivateFile(nextOf(file), privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
  await sync(join(file, '..'));
}

async function readKeyFile(file: string): Promise<KeyObject> {
  try {
    return createPrivateKey(await readPrivateFile(file));
  } catch (cause) {
    if (cause instanceof PolkuError) throw cause;
    throw new PolkuError('SECRET_INVALID', `${file} does not hold a private key (PEM).`, { file }, { cause });
  }
}

function publicPem(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'pem' }) as string;
}

/** Everybody may read public keys. */
async function writeShared(file: string, keys: readonly string[]): Promise<void> {
  await writeDurably(`${file}.pub`, keys.join(''));
  await chmod(`${file}.pub`, 0o644);
}

function notRotated(reason: string): PolkuError {
  return new PolkuError('SECRET_NOT_ROTATED', reason);
}
