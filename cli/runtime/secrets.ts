import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadOwners } from '../../approvals/owners.js';
import { readPersonKey, writePublicKey } from '../../approvals/personKey.js';
import { PolkuError } from '../../lib/errors.js';
import { createPrivateFile, decodeSecret, newSecret, readPrivateFile } from '../../lib/secretFile.js';
import type { Configuration } from '../configuration/configuration.js';
import { ownersFile } from './openPolicy.js';
import { type SecretDescription, type SecretName, secretTable } from './secretTable.js';

/**
 * The secrets of a Polku in one process. A secret comes from its environment variable. Without one, it comes
 * from its own file, which is created at first use and readable by its owner only. In production, each secret
 * belongs to another trust zone and another machine.
 */
export class Secrets {
  constructor(
    readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv = process.env,
  ) {}

  /** Whether a secret was given or made before. Asking for its value would make it. */
  has(name: SecretName): boolean {
    const { variable } = secretTable.find((one) => one.name === name)! as SecretDescription;
    const given = variable === undefined ? undefined : this.environment[variable];
    return given !== undefined || existsSync(join(this.folder, name));
  }

  /**
   * POLKU_LINKAGE_SECRET: linkage turns codes into keys with it. It has one version; a new one needs a new
   * extraction.
   */
  async linkage(): Promise<Buffer> {
    const [newest] = await this.#secret('linkage', 'POLKU_LINKAGE_SECRET');
    return newest!;
  }

  /** POLKU_DOMAIN_SECRET: the gateway seals ids with it. Versions, newest first. */
  domain(): Promise<readonly Buffer[]> {
    return this.#secret('domain', 'POLKU_DOMAIN_SECRET');
  }

  /**
   * POLKU_AUDIT_SECRET: it names people in the audit log. Versions, newest first: records are written under
   * the newest and found under any.
   */
  audit(): Promise<readonly Buffer[]> {
    return this.#secret('audit', 'POLKU_AUDIT_SECRET');
  }

  /**
   * POLKU_DISCLOSURE_SECRET: the noise of group numbers depends on it. It has one version: under another
   * secret the same group would get other noise, and an average of the two would remove noise.
   */
  async disclosure(): Promise<Buffer> {
    const [newest] = await this.#secret('disclosure', 'POLKU_DISCLOSURE_SECRET');
    return newest!;
  }

  /**
   * POLKU_SESSION_SECRET: the cookies of the console are encrypted with it. Versions, newest first; without
   * the old version everybody logs in again.
   */
  session(): Promise<readonly Buffer[]> {
    return this.#secret('session', 'POLKU_SESSION_SECRET');
  }

  /**
   * POLKU_SOURCE_<NAME>, or the file of this name: the URL of the database of a department. Polku never makes
   * it.
   * @throws PolkuError SECRET_INVALID
   */
  async connection(name: string): Promise<string> {
    if (secretTable.some((own) => own.name === name))
      throw new PolkuError(
        'SECRET_INVALID',
        `"${name}" is a secret of Polku, not a connection. Use another name.`,
      );
    const given = this.environment[`POLKU_SOURCE_${name.toUpperCase().replaceAll('-', '_')}`];
    return given ?? readPrivateFile(join(this.folder, name));
  }

  /** Signs checkpoints of the audit log. The public key is in a file next to it, for verifying the log. */
  auditKey(): Promise<KeyObject> {
    return this.#signingKey('audit.key');
  }

  /** Signs the gateway's decision contexts. The public key is in a file next to it, for the registries. */
  gatewayKey(): Promise<KeyObject> {
    return this.#signingKey('gateway.key');
  }

  /** The file with the public key of a key (PEM), which is made if there is none. */
  async publicKeyText(name: 'audit.key' | 'gateway.key'): Promise<string> {
    await this.#signingKey(name);
    return readFile(join(this.folder, `${name}.pub`), 'utf8');
  }

  /** Those that registries accept: two while the key is rotated. */
  async gatewayPublicKeys(): Promise<readonly KeyObject[]> {
    await this.gatewayKey();
    return readGatewayKeys(join(this.folder, 'gateway.key.pub'));
  }

  /** Ed25519. */
  async #signingKey(name: string): Promise<KeyObject> {
    const file = join(this.folder, name);
    await createOnce(file, () => {
      const { privateKey } = generateKeyPairSync('ed25519');
      return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    });
    const key = readKey(await readPrivateFile(file), file);
    const shared = `${file}.pub`;
    if (!existsSync(shared)) {
      await writeFile(shared, createPublicKey(key).export({ type: 'spki', format: 'pem' }), { mode: 0o644 });
    }
    return key;
  }

  async #secret(name: string, variable: string): Promise<readonly Buffer[]> {
    const given = this.environment[variable];
    if (given !== undefined) return decodeSecret(given, variable);
    const file = join(this.folder, name);
    await createOnce(file, newSecret);
    return decodeSecret(await readPrivateFile(file), file);
  }
}

/** The secrets of a configuration: of its folder of secrets, or of `<data>/secrets`. */
export function secretsOf({ data, secrets }: Pick<Configuration, 'data' | 'secrets'>): Secrets {
  return new Secrets(secrets ?? join(data, 'secrets'));
}

/** Two processes may start at the same time: the second reads the file that the first has created. */
async function createOnce(file: string, make: () => string): Promise<void> {
  if (existsSync(file)) return;
  try {
    await createPrivateFile(file, make());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function readKey(text: string, file: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (cause) {
    throw new PolkuError('SECRET_INVALID', `${file} does not hold a private key (PEM).`, { file }, { cause });
  }
}

const PEM = /-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----/g;

/**
 * Reads the public keys of a gateway: one, or two while the gateway rotates its key.
 * @throws PolkuError SECRET_INVALID
 */
export async function readGatewayKeys(file: string): Promise<readonly KeyObject[]> {
  try {
    const keys = (await readFile(file, 'utf8')).match(PEM) ?? [];
    if (keys.length === 0) throw new Error('There is no public key.');
    return keys.map((key) => createPublicKey(key));
  } catch (cause) {
    throw new PolkuError(
      'SECRET_INVALID',
      `${file} does not hold the public key of a gateway (PEM); it is next to the gateway's secret, as gateway.key.pub.`,
      {},
      { cause },
    );
  }
}

/** A person of owners.yaml, with the person's signing key. */
interface Signer {
  readonly person: string;
  readonly key: KeyObject;
}

/**
 * Reads a private key and finds the person of owners.yaml that it belongs to.
 * @throws PolkuError SIGNATURE_INVALID, SECRET_INVALID, POLICY_INVALID
 */
export async function readSigner(options: {
  readonly owners?: string | undefined;
  readonly key: string;
}): Promise<Signer> {
  const key = await readPersonKey(options.key);
  const file = ownersFile(options);
  const { people } = await loadOwners(file);
  const person = [...people.values()].find(
    (one) => one.key && writePublicKey(one.key) === writePublicKey(key),
  );
  if (person) return { key, person: person.id };
  throw new PolkuError('SIGNATURE_INVALID', `The key in ${options.key} belongs to nobody in ${file}.`);
}
