import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { PolkuError } from '../lib/errors.js';
import { fileRevision, NO_FILE } from '../lib/regularFile.js';
import type { FamilyKey, PersonKey } from '../schema/keys.js';
import { DIGEST_BYTES, Mac } from './digestTable.js';
import { MAX_DOMAIN } from './keySequence.js';
import {
  emptyStore,
  type KeyKind,
  type LinkageContent,
  readStore,
  STATE_BYTES,
  writeStore,
} from './linkageStore.js';
import type { Scheme } from './localId.js';

/** Why a code has no key. It is counted and reported without the code. */
export type LinkageReject = 'missing-code' | 'invalid-code' | 'unknown-person' | 'unknown-family';

const UNKNOWN = { person: 'unknown-person', family: 'unknown-family' } as const;

/** Enough for a city of half a million people for some years. */
const DEFAULT_EXPECTED_PERSONS = 500_000;

export interface LinkageOptions {
  /** The folder of the store: `<data>/linkage`. */
  readonly dir: string;
  /** At least 32 random bytes. */
  readonly secret: Uint8Array;
  /** The first domain is twice as large. It grows when more people come. */
  readonly expectedPersons?: number | undefined;
  /**
   * Called after keys are saved and before any snapshot holds them. Two keys may have been merged into one
   * person.
   */
  readonly onSave?: (linkage: Linkage) => Promise<void>;
}

/**
 * Turns identity codes into keys. This is a trust zone that registries never enter. The store holds only
 * digests. Without the secret, codes cannot be tried against it (docs/decisions/linkage.md).
 */
export class Linkage {
  private readonly mac: Mac;
  /** Whether shared codes resolve to other keys than at the last save. */
  private changed = false;

  private constructor(
    private readonly path: string,
    private readonly secret: Uint8Array,
    private content: LinkageContent,
    private revision: string,
    private readonly onSave: LinkageOptions['onSave'],
  ) {
    this.mac = new Mac(secret);
  }

  /** @throws PolkuError LINKAGE_STORE_INVALID where the store is damaged or belongs to another secret */
  static async open({ dir, secret, expectedPersons, onSave }: LinkageOptions): Promise<Linkage> {
    const path = join(dir, 'keys');
    const domain = Math.min(MAX_DOMAIN, 2 * (expectedPersons ?? DEFAULT_EXPECTED_PERSONS));
    const revision = await fileRevision(path);
    const content = (await readStore(path, secret)) ?? emptyStore(secret, domain);
    return new Linkage(path, secret, content, revision, onSave);
  }

  /** How many persons have keys; none before the population register was extracted. */
  get knownPersons(): number {
    return this.content.registers.person.issued;
  }

  /**
   * The random name of the store, drawn when it is created. Keys have no meaning in another store. Everything
   * that holds keys names their store and is refused under another one.
   */
  get store(): string {
    return this.content.store.toString('hex');
  }

  /** How many keys were issued, of all kinds. It falls only if an older copy replaces the store. */
  get issuedKeys(): number {
    const { person, family } = this.content.registers;
    return person.issued + family.issued;
  }

  /** All keys of persons are below it. */
  get personDomain(): number {
    return this.content.registers.person.domain;
  }

  /**
   * A random name of the current state of shared codes. A new one is drawn when such a code becomes known,
   * when two people are merged, or when a store is created. Rows linked under another state may lack people
   * or hold one person twice.
   */
  get state(): string {
    return this.content.state.toString('hex');
  }

  /** The person of a code; a new person gets a key. */
  personKey(scheme: Scheme, code: string): PersonKey | LinkageReject {
    return this.link('person', scheme, code, true);
  }

  /** The person of a code, if known. */
  findPerson(scheme: Scheme, code: string): PersonKey | LinkageReject {
    return this.link('person', scheme, code, false);
  }

  /** The family of a code; a new family gets a key. */
  familyKey(scheme: Scheme, code: string): FamilyKey | LinkageReject {
    return this.link('family', scheme, code, true);
  }

  /** Assigns an old and a new code to one person, in any order of appearance. */
  aliasPerson(scheme: Scheme, oldCode: string, newCode: string): PersonKey | LinkageReject {
    if (oldCode.trim() === '' || newCode.trim() === '') return 'missing-code';
    const [old, current] = [scheme.normalise(oldCode), scheme.normalise(newCode)];
    if (old === undefined || current === undefined) return 'invalid-code';
    const { person } = this.content.registers;
    const before = person.links;
    const key = person.merge(this.digest(scheme, old), this.digest(scheme, current));
    if (person.links !== before) this.changed = true;
    return key;
  }

  /** The 64-bit key of a record: a MAC of the source's own id, never a row position. */
  recordKey(registry: string, table: string, sourceId: string): bigint {
    return this.macOf('record', registry, table, sourceId).readBigUInt64BE();
  }

  /**
   * The current key of a person. It differs from a former key after two codes were assigned to one person.
   */
  currentPerson(person: PersonKey): PersonKey {
    return this.content.registers.person.canonical(person);
  }

  /** All merged keys in order, each with the current key of its person. */
  mergedPersons(): (readonly [former: PersonKey, current: PersonKey])[] {
    const { person } = this.content.registers;
    return [...person.aliases.keys()]
      .sort((one, other) => one - other)
      .map((former) => [former, person.canonical(former)] as const);
  }

  /** Makes new keys durable. */
  async save(): Promise<void> {
    if (this.changed) this.content = { ...this.content, state: randomBytes(STATE_BYTES) };
    await writeStore(this.path, this.content, this.secret);
    this.changed = false;
    this.revision = await fileRevision(this.path);
    await this.onSave?.(this);
  }

  /**
   * Loads what another process has saved since. Keys that were not saved here are lost.
   * @throws PolkuError LINKAGE_STORE_CHANGED where another store replaced this one
   */
  async reload(): Promise<void> {
    const revision = await fileRevision(this.path);
    if (revision === this.revision) return;
    const content = (await readStore(this.path, this.secret)) ?? this.content;
    // A store that was never saved has no keys in use.
    if (this.revision !== NO_FILE && !content.store.equals(this.content.store)) {
      throw new PolkuError(
        'LINKAGE_STORE_CHANGED',
        'Another linkage store has replaced the one in use. Everybody has another key in it. Stop, and put the earlier ' +
          'store back, or read "Rotation" in docs/decisions/linkage.md.',
      );
    }
    this.content = content;
    this.changed = false;
    this.revision = revision;
  }

  private link(kind: KeyKind, scheme: Scheme, code: string, assign: boolean): number | LinkageReject {
    if (code.trim() === '') return 'missing-code';
    const normalised = scheme.normalise(code);
    if (normalised === undefined) return 'invalid-code';
    const digest = this.digest(scheme, normalised);
    const register = this.content.registers[kind];
    if (!assign) return register.find(digest) ?? UNKNOWN[kind];
    const before = register.links;
    const key = register.findOrAssign(digest);
    // Ids of one system concern only its own registry.
    if (register.links !== before && scheme.shared) this.changed = true;
    return key;
  }

  private digest(scheme: Scheme, normalised: string): Buffer {
    return Buffer.from(this.macOf(scheme.name, scheme.namespace, normalised).subarray(0, DIGEST_BYTES));
  }

  /** Only the last part may contain a NUL, so two different lists of parts never give the same text. */
  private macOf(...parts: readonly string[]): Buffer {
    return this.mac.of(parts.join('\0'));
  }
}
