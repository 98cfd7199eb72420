import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ErrorCode } from '../../lib/errors.js';
import type { PersonKey } from '../../schema/keys.js';
import type { FetchInputs } from '../operation/planLineage.js';

/** The result of a request: answered, wholly or in part; refused by a rule; or failed on the way. */
export type AuditOutcome = 'answered' | 'refused' | 'failed';

/**
 * One decision. It records who asked what about which people and for which purpose, and never what the data
 * said.
 */
export interface AuditRecord {
  /** When the request arrived; ISO 8601 in UTC. */
  readonly time: string;
  readonly decisionId: string;
  readonly recipient: string;
  readonly subject: string;
  readonly roles: readonly string[];
  readonly permit: string | undefined;
  /** The purpose that the request named, known or not. */
  readonly purpose: string | undefined;
  readonly revision: string | undefined;
  /** SHA-256 of the operation's text in hexadecimal, and its name. */
  readonly operation: { readonly hash: string; readonly name: string | undefined } | undefined;
  /** Coordinates that were requested and shown, whole or masked. */
  readonly coordinates: readonly string[];
  /** The shown coordinates whose strongest permission is a mask. */
  readonly masked: readonly string[];
  /** Coordinates that were requested and not shown. */
  readonly withheld: readonly string[];
  /**
   * The people whose data was read, or whose key or rows a fetch carried to a registry: digests under the
   * audit secret, sorted, so that the order reveals nothing.
   */
  readonly people: readonly string[];
  /**
   * In the log: how many people the entries before name, if they are too many for one line. `people` is empty
   * then.
   */
  readonly peopleBefore?: number | undefined;
  /**
   * How many fetches each registry has answered, by its name. Reconciliation compares it with its disclosure
   * log.
   */
  readonly fetches: Readonly<Record<string, number>>;
  /**
   * What was sent to each registry, whether it answered or not: coordinates of keys, of required feeds and of
   * arguments. Empty for a registry that was asked without any.
   */
  readonly carried: Readonly<Record<string, readonly string[]>>;
  /** The registry for which a plan was refused, and what it would have received (LINEAGE_REFUSED). */
  readonly refusedFetch: FetchInputs | undefined;
  /**
   * How often each registry was asked, if this differs from `fetches`: some fetches were not answered, or
   * were sent again.
   */
  readonly requests?: Readonly<Record<string, number>> | undefined;
  /** The stated reason for break-glass. Each such use must be reviewed. */
  readonly breakGlass: string | undefined;
  readonly outcome: AuditOutcome;
  readonly codes: readonly ErrorCode[];
  /** Look-ups by identity code: how many were requested and how many found nobody. */
  readonly lookups: { readonly asked: number; readonly missed: number } | undefined;
  readonly milliseconds: number;
}

const DIGEST_BYTES = 16;
const MAX_DIGESTS = 50_000;

/**
 * Names people in the audit log: the first 16 bytes, in base64url, of HMAC-SHA-256 of the key under the audit
 * secret. Without the secret, nobody can find out from the log whose data was read, not even by trying all
 * keys. With the secret, the records of one person can be found.
 */
export class PersonDigests {
  readonly #secret: KeyObject;
  readonly #digests = new LRUCache<PersonKey, string>({ max: MAX_DIGESTS });

  /**
   * @param secret at least 32 random bytes
   * @param former earlier versions of the secret, under which older records name people
   */
  constructor(
    secret: Uint8Array,
    private readonly former: readonly Uint8Array[] = [],
  ) {
    this.#secret = createSecretKey(secret);
  }

  /** @param versions newest first */
  static ofVersions([newest, ...former]: readonly Uint8Array[]): PersonDigests {
    return new PersonDigests(newest!, former);
  }

  of(person: PersonKey): string {
    let digest = this.#digests.get(person);
    if (digest === undefined) {
      digest = this.#digest(`person ${person}`);
      this.#digests.set(person, digest);
    }
    return digest;
  }

  /** The names that people have in records under any version of the secret. */
  everyNameOf(people: readonly PersonKey[]): string[] {
    return [this, ...this.former.map((secret) => new PersonDigests(secret))].flatMap((digests) =>
      digests.ofAll(people),
    );
  }

  /** Names a caller in the log of security events. */
  ofSubject(subject: string): string {
    return this.#digest(`subject ${subject}`);
  }

  /** Sorted by digest, so that the order reveals nothing about the order of the data. */
  ofAll(people: Iterable<PersonKey>): string[] {
    return Array.from(people, (person) => this.of(person)).sort();
  }

  #digest(name: string): string {
    return createHmac('sha256', this.#secret).update(name).digest().toString('base64url', 0, DIGEST_BYTES);
  }
}
