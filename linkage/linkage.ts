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

/** Why a code leads to no key; counted and reported, never with the code itself. */
export type LinkageReject = 'missing-code' | 'invalid-code' | 'unknown-person' | 'unknown-family';

const UNKNOWN = { person: 'unknown-person', family: 'unknown-family' } as const;

/** Room for a city of half a million people over some years. */
const DEFAULT_EXPECTED_PERSONS = 500_000;

export interface LinkageOptions {
  /** The folder of the store: `<data>/linkage`. */
  readonly dir: string;
  /** At least 32 random bytes. */
  readonly secret: Uint8Array;
  /** Sizes the domain of keys when the store is created: twice as large. Where more people come, it grows. */
  readonly expectedPersons?: number | undefined;
  /** Awaited when keys were made durable, before any snapshot holds them: two keys may have turned out to be one person's. */
  readonly onSave?: (linkage: Linkage) => Promise<void>;
}

/**
 * Turns identity codes into keys: the trust zone that registries never enter. It keeps digests only, and whoever holds
 * its store without its secret cannot try codes against it (see docs/decisions/linkage.md).
 */
export class Linkage {
  private readonly mac: Mac;
  /** Whether codes that registries share lead elsewhere than when the store was last saved. */
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

  /** How many persons have keys: nobody is known before the population register was extracted. */
  get knownPersons(): number {
    return this.content.registers.person.issued;
  }

  /**
   * Names the store: random, and drawn when it is begun. Keys mean nothing outside the store that gave them out: whatever holds
   * some names it, and is refused under another one.
   */
  get store(): string {
    return this.content.store.toString('hex');
  }

  /** How many keys were given out, of all kinds: it never falls, unless the store was replaced by an older copy. */
  get issuedKeys(): number {
    const { person, family } = this.content.registers;
    return person.issued + family.issued;
  }

  /** All keys of persons are below it. */
  get personDomain(): number {
    return this.content.registers.person.domain;
  }

  /**
   * Names where the codes that registries share lead: random, and drawn anew when such a code becomes known, two people
   * become one, or a store is begun. Rows linked under another state may lack people, or hold two where there is one.
   */
  get state(): string {
    return this.content.state.toString('hex');
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

  /** The key that a person has now, who may have had another before two codes turned out to be theirs. */
  currentPerson(person: PersonKey): PersonKey {
    return this.content.registers.person.canonical(person);
  }

  /** The keys that turned out to be another's person, in order, each with the key that its person has now. */
  mergedPersons(): (readonly [former: PersonKey, current: PersonKey])[] {
    const { person } = this.content.registers;
    return [...person.aliases.keys()]
      .sort((one, other) => one - other)
      .map((former) => [former, person.canonical(former)] as const);
  }

  /** Makes what was assigned durable. */
  async save(): Promise<void> {
    if (this.changed) this.content = { ...this.content, state: randomBytes(STATE_BYTES) };
    await writeStore(this.path, this.content, this.secret);
    this.changed = false;
    this.revision = await fileRevision(this.path);
    await this.onSave?.(this);
  }

  /**
   * Takes up what another process has saved since; keys not saved here are then forgotten.
   * @throws PolkuError LINKAGE_STORE_CHANGED where another store has taken this one's place
   */
  async reload(): Promise<void> {
    const revision = await fileRevision(this.path);
    if (revision === this.revision) return;
    const content = (await readStore(this.path, this.secret)) ?? this.content;
    // A store that nobody has saved has no keys that anything could hold.
    if (this.revision !== NO_FILE && !content.store.equals(this.content.store)) {
      throw new PolkuError(
        'LINKAGE_STORE_CHANGED',
        'Another linkage store has taken the place of the one in use. Everybody has another key in it: stop, and put the ' +
          'store before back, or read "Rotation" in docs/decisions/linkage.md.',
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
    // Ids of one system concern no registry but its own.
    if (register.links !== before && scheme.shared) this.changed = true;
    return key;
  }

  private digest(scheme: Scheme, normalised: string): Buffer {
    return Buffer.from(this.macOf(scheme.name, scheme.namespace, normalised).subarray(0, DIGEST_BYTES));
  }

  /** Only the last part may hold a NUL, so that no two lists of parts are the same text. */
  private macOf(...parts: readonly string[]): Buffer {
    return this.mac.of(parts.join('\0'));
  }
}
