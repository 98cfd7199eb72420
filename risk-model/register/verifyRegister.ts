import type { StoredDocument } from '../../approvals/documentFolder.js';
import type { Owners } from '../../approvals/owners.js';
import {
  digestOf,
  SIGNATURES_NEEDED,
  signaturesMissing,
  signsFor,
  verifySignature,
} from '../../approvals/signedDocument.js';
import { type Act, damagedRegister, readEntry, type RegisterEntry } from './registerEntry.js';

/** The owner in owners.yaml whose people approve models. */
export const RISK_OWNER = 'risk';

/** The state of a version in the register. */
export interface RegisteredVersion {
  readonly version: string;
  /** Of its file. */
  readonly sha256: string;
  readonly registeredAt: Date;
  /** SHA-256 of its evaluation. */
  readonly evaluation: string | undefined;
  /** The people who have approved it. */
  readonly approvers: ReadonlySet<string>;
  /** How many more approvals it needs. */
  readonly missing: number;
  /** The time of the last approval that it needed. */
  readonly approvedAt: Date | undefined;
  readonly retired: boolean;
}

/** A kill switch that is on. */
export interface Stop {
  /** The number of the entry. */
  readonly sequence: number;
  /** undefined: any version. */
  readonly version: string | undefined;
  readonly time: Date;
  readonly person: string | undefined;
  readonly reason: string;
  /**
   * The people who agreed to take it back. It takes two people of an owner for which the person who stopped
   * it signs.
   */
  readonly resumers: ReadonlySet<string>;
}

export interface VerifiedRegister {
  readonly entries: readonly RegisterEntry[];
  /** Digest of each entry. */
  readonly digests: readonly string[];
  readonly versions: readonly RegisteredVersion[];
  /** The stops in force. */
  readonly stops: readonly Stop[];
  /** The version that was approved last among those neither retired nor stopped. */
  readonly serving: RegisteredVersion | undefined;
  /** The version in shadow mode. */
  readonly shadow: RegisteredVersion | undefined;
}

/** Whose signatures count. `unsigned`: no signatures are required, and one person is enough (--dev). */
export type RegisterTrust = Owners | 'unsigned';

/**
 * Verifies the register from its first entry: the chain of entries, their signatures, and which version
 * serves. An entry that stops a model counts without a valid signature; an entry that lets a model serve does
 * not.
 * @throws PolkuError RISK_REGISTER_INVALID, SIGNATURE_INVALID: then nothing in it can be trusted
 */
export function verifyRegister(stored: readonly StoredDocument[], trust: RegisterTrust): VerifiedRegister {
  const verifier = new RegisterVerifier(trust);
  for (const entry of stored) verifier.add(entry);
  return verifier.result();
}

type Mutable<Type> = { -readonly [Name in keyof Type]: Type[Name] };

class RegisterVerifier {
  readonly #entries: RegisterEntry[] = [];
  readonly #digests: string[] = [];
  readonly #versions = new Map<string, Mutable<RegisteredVersion>>();
  /** In the order of their last approval. */
  readonly #approved: RegisteredVersion[] = [];
  readonly #stops = new Map<number, Mutable<Stop>>();
  #shadow: string | undefined;

  constructor(private readonly trust: RegisterTrust) {}

  add(stored: StoredDocument): void {
    const entry = readEntry(stored.payload);
    const expected = this.#entries.length + 1;
    if (entry.sequence !== expected || stored.sequence !== expected)
      throw damagedRegister(`expected entry ${expected}, found entry ${entry.sequence}`);
    if (entry.parent !== this.#digests.at(-1))
      throw damagedRegister(`the entry before entry ${expected} was altered`);
    this.#verify(entry, stored);
    this.#apply(entry);
    this.#entries.push(entry);
    this.#digests.push(digestOf(stored.payload));
  }

  result(): VerifiedRegister {
    const stops = [...this.#stops.values()];
    const versions = [...this.#versions.values()];
    const isStopped = (one: RegisteredVersion) =>
      stops.some(({ version }) => version === undefined || version === one.version);
    const approved = this.#approved.filter(({ retired }) => !retired);
    const shadow = this.#shadow === undefined ? undefined : this.#versions.get(this.#shadow);
    return {
      entries: this.#entries,
      digests: this.#digests,
      versions,
      stops,
      serving: approved.findLast((one) => !isStopped(one)),
      shadow: shadow && !isStopped(shadow) ? shadow : undefined,
    };
  }

  #verify({ sequence, person }: RegisterEntry, { payload, signature = '' }: StoredDocument): void {
    if (this.trust === 'unsigned' || person === undefined) return;
    verifySignature({ person, signature }, payload, this.trust, `entry ${sequence} of the register`);
  }

  #apply({ sequence, time, person, act }: RegisterEntry): void {
    switch (act.kind) {
      case 'trained':
        return this.#register(act, time);
      case 'evaluated': {
        this.#version(act.version).evaluation = act.sha256;
        return;
      }
      case 'approved':
        return this.#approve(this.#version(act.version), act.sha256, person, time);
      case 'shadow':
        if (this.#mayDirect(person, time) && this.#version(act.version).sha256 === act.sha256)
          this.#shadow = act.version;
        return;
      case 'retired':
        if (!this.#mayDirect(person, time)) return;
        this.#version(act.version).retired = true;
        for (const [sequence, { version }] of this.#stops)
          if (version === act.version) this.#stops.delete(sequence);
        if (this.#shadow === act.version) this.#shadow = undefined;
        return;
      case 'stopped': {
        const { version, reason } = act;
        this.#stops.set(sequence, { sequence, version, time, person, reason, resumers: new Set() });
        return;
      }
      case 'resumed':
        return this.#resume(act.stop, person, time);
    }
  }

  #register({ version, sha256 }: Act & { kind: 'trained' | 'evaluated' }, registeredAt: Date): void {
    if (this.#versions.has(version)) throw damagedRegister(`it contains version ${version} twice`);
    this.#versions.set(version, {
      version,
      sha256,
      registeredAt,
      evaluation: undefined,
      approvers: new Set(),
      missing: this.trust === 'unsigned' ? 1 : SIGNATURES_NEEDED,
      approvedAt: undefined,
      retired: false,
    });
  }

  #version(version: string): Mutable<RegisteredVersion> {
    const known = this.#versions.get(version);
    if (!known) throw damagedRegister(`it names version ${version}, which was never trained`);
    return known;
  }

  /** An approval of another file than the registered one has no effect. */
  #approve(
    version: Mutable<RegisteredVersion>,
    sha256: string,
    person: string | undefined,
    time: Date,
  ): void {
    const who = person ?? '(unsigned)';
    if (version.sha256 !== sha256 || version.missing === 0 || version.approvers.has(who)) return;
    if (!this.#mayDirect(person, time)) return;
    version.approvers = new Set([...version.approvers, who]);
    version.missing -= 1;
    if (version.missing > 0) return;
    version.approvedAt = time;
    this.#approved.push(version);
    // The version serves from now on, so it needs no shadow mode.
    if (this.#shadow === version.version) this.#shadow = undefined;
  }

  #resume(sequence: number, person: string | undefined, time: Date): void {
    const stop = this.#stops.get(sequence);
    if (!stop) return;
    const { trust } = this;
    if (trust === 'unsigned') {
      this.#stops.delete(sequence);
      return;
    }
    if (person === undefined) return;
    stop.resumers = new Set([...stop.resumers, person]);
    const agree = ownersOfStop(stop, trust).some(
      (owner) => signaturesMissing(owner, stop.resumers, time, trust) === 0,
    );
    if (agree) this.#stops.delete(sequence);
  }

  #mayDirect(person: string | undefined, time: Date): boolean {
    return (
      this.trust === 'unsigned' || (person !== undefined && signsFor(person, [RISK_OWNER], time, this.trust))
    );
  }
}

/**
 * The owners whose people may take a stop back: those of the person who stopped it. For an unsigned stop it
 * is the owner of the model.
 */
export function ownersOfStop({ person }: Pick<Stop, 'person'>, { peopleOf }: Owners): readonly string[] {
  if (person === undefined) return [RISK_OWNER];
  return [...peopleOf].filter(([, people]) => people.has(person)).map(([owner]) => owner);
}

/** How many more people must agree to take a stop back; 1 if nobody signs. */
export function resumersMissing(stop: Stop, time: Date, trust: RegisterTrust): number {
  if (trust === 'unsigned') return 1;
  const missing = ownersOfStop(stop, trust).map((owner) =>
    signaturesMissing(owner, stop.resumers, time, trust),
  );
  return Math.min(SIGNATURES_NEEDED, ...missing);
}
