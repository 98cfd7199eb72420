import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { FamilyKey, PersonKey } from '../../schema/keys.js';
import { fileRevision } from '../storage/fileRevision.js';
import { DIGEST_BYTES } from './digestTable.js';
import { emptyRegisters, type KeyKind, type KeyRegisters, readStore, writeStore } from './linkageStore.js';
import type { Scheme } from './scheme.js';

/** Why a code leads to no key; counted and reported, never with the code itself. */
export type LinkageReject = 'missing-code' | 'invalid-code' | 'unknown-person' | 'unknown-family';

const UNKNOWN = { person: 'unknown-person', family: 'unknown-family' } as const;

/** Room for a city of half a million people over some years. */
const DEFAULT_EXPECTED_PERSONS = 500_000;
const MAX_DOMAIN = 2 ** 32 - 1;

export interface LinkageOptions {
  /** The folder of the store: `<data>/linkage`. */
  readonly dir: string;
  /** At least 32 random bytes. */
  readonly secret: Uint8Array;
  /** Sizes the domain of keys when the store is created; keys fill about half of it. */
  readonly expectedPersons?: number | undefined;
  /** Awaited when keys were made durable, before any snapshot holds them: two keys may have turned out to be one person's. */
  readonly onSave?: (linkage: Linkage) => Promise<void>;
}

/**
 * Turns identity codes into keys: the trust zone that registries never enter. It keeps digests only, and whoever holds
 * its store without its secret cannot try codes against it (see docs/decisions/linkage.md).
 */
export class Linkage {
  private readonly key: KeyObject;

  private constructor(
    private readonly path: string,
    private readonly secret: Uint8Array,
    private registers: KeyRegisters,
    private revision: string,
    private readonly onSave: LinkageOptions['onSave'],
  ) {
    this.key = createSecretKey(secret);
  }

  /** @throws PolkuError LINKAGE_STORE_INVALID where the store is damaged or belongs to another secret */
  static async open({ dir, secret, expectedPersons, onSave }: LinkageOptions): Promise<Linkage> {
    const path = join(dir, 'keys');
    const domain = Math.min(MAX_DOMAIN, 2 * (expectedPersons ?? DEFAULT_EXPECTED_PERSONS));
    const revision = await fileRevision(path);
    const registers = (await readStore(path, secret)) ?? emptyRegisters(secret, domain);
    return new Linkage(path, secret, registers, revision, onSave);
  }

  /** How many persons have keys: nobody is known before the population register was extracted. */
  get knownPersons(): number {
    return this.registers.person.issued;
  }

  /** The person that a code leads to; a person not seen before gets a key. */
  personKey(scheme: Scheme, code: string): PersonKey | LinkageReject {
    return this.link('person', scheme, code, true);
  }

  /** The person that a code leads to, if known. */
  findPerson(scheme: Scheme, code: string): PersonKey | LinkageReject {
    return this.link('person', scheme, code, false);
  }

  /** The family that a code leads to; a family not seen before gets a key. */
  familyKey(scheme: Scheme, code: string): FamilyKey | LinkageReject {
    return this.link('family', scheme, code, true);
  }

  /** Makes an old and a new code lead to one person, whichever was seen first. */
  aliasPerson(scheme: Scheme, oldCode: string, newCode: string): PersonKey | LinkageReject {
    if (oldCode.trim() === '' || newCode.trim() === '') return 'missing-code';
    const [old, current] = [scheme.normalise(oldCode), scheme.normalise(newCode)];
    if (old === undefined || current === undefined) return 'invalid-code';
    return this.registers.person.merge(this.digest(scheme, old), this.digest(scheme, current));
  }

  /** The 64-bit key of a record: a MAC of the source's own id, never a row position. */
  recordKey(registry: string, table: string, sourceId: string): bigint {
    return this.mac('record', registry, table, sourceId).readBigUInt64BE();
  }

  /** The key that a person has now, who may have had another before two codes turned out to be theirs. */
  currentPerson(person: PersonKey): PersonKey {
    return this.registers.person.canonical(person);
  }

  /** Makes what was assigned durable. */
  async save(): Promise<void> {
    await writeStore(this.path, this.registers, this.secret);
    this.revision = await fileRevision(this.path);
    await this.onSave?.(this);
  }

  /** Takes up what another process has saved since; keys not saved here are then forgotten. */
  async reload(): Promise<void> {
    const revision = await fileRevision(this.path);
    if (revision === this.revision) return;
    this.registers = (await readStore(this.path, this.secret)) ?? this.registers;
    this.revision = revision;
  }

  private link(kind: KeyKind, scheme: Scheme, code: string, assign: boolean): number | LinkageReject {
    if (code.trim() === '') return 'missing-code';
    const normalised = scheme.normalise(code);
    if (normalised === undefined) return 'invalid-code';
    const digest = this.digest(scheme, normalised);
    const register = this.registers[kind];
    return assign ? register.findOrAssign(digest) : (register.find(digest) ?? UNKNOWN[kind]);
  }

  private digest(scheme: Scheme, normalised: string): Buffer {
    return this.mac(scheme.name, scheme.namespace, normalised).subarray(0, DIGEST_BYTES);
  }

  /** Only the last part may hold a NUL, so that no two lists of parts are the same text. */
  private mac(...parts: readonly string[]): Buffer {
    return createHmac('sha256', this.key).update(parts.join('\0')).digest();
  }
}
