import { setTimeout as sleep } from 'node:timers/promises';
import type { Policy } from '../../policies/engine/decide/policy.js';
import { CONTEXT_LIFETIME_SECONDS } from '../../schema/tokens/gatewayContext.js';

/** How long a registry waits for a revision that its gateway already has. */
const CATCH_UP_MS = 2_000;

export interface PolicyExpiry {
  readonly file: string;
  readonly at: Date;
}

/** The policy that a process decides by. It may change. */
export interface PolicyInForce {
  readonly current: Policy;
  /** The file that expires first; undefined if none expires. */
  readonly expiry: PolicyExpiry | undefined;
  /**
   * The policy for a request that a gateway decides by the given revision. A request ends under the revision
   * with which it began: a revision that was in force here until a moment ago is still used, for the lifetime
   * of a decision context. Any other request is decided by the policy in force.
   */
  under(revision: string): Policy;
  /**
   * Looks for a newer policy at once if the gateway has a revision that is unknown here. It waits for two
   * seconds at most.
   */
  catchUp(revision: string): Promise<void>;
  /** Calls the listener for every later policy. The returned function ends that. */
  onChange(listener: (policy: Policy) => void): () => void;
  close(): Promise<void>;
}

export interface PollingOptions {
  readonly everyMs: number;
  readonly onError: (error: unknown) => void;
  readonly expiry?: () => PolicyExpiry | undefined;
  /** How long a former policy is used for requests that began under it. */
  readonly retainedMs?: number;
}

/** A policy that was replaced by another one. */
interface FormerPolicy {
  readonly policy: Policy;
  /** By `performance.now()`. */
  readonly replacedAt: number;
}

/**
 * Looks for a newer policy periodically, one look at a time. A new policy replaces the one before, whole. A
 * fault leaves the policy in force and is reported.
 */
export class PollingPolicy implements PolicyInForce {
  readonly #listeners = new Set<(policy: Policy) => void>();
  readonly #retainedMs: number;
  #current: Policy;
  #former: readonly FormerPolicy[] = [];
  /** Revisions that were looked for in vain since the last periodic look. */
  readonly #missed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #closed = false;

  /** @param look resolves to another policy, or undefined if nothing has changed */
  constructor(
    first: Policy,
    private readonly look: () => Promise<Policy | undefined>,
    private readonly options: PollingOptions,
  ) {
    this.#current = first;
    this.#retainedMs = options.retainedMs ?? CONTEXT_LIFETIME_SECONDS * 1_000;
    this.#schedule();
  }

  get current(): Policy {
    return this.#current;
  }

  get expiry(): PolicyExpiry | undefined {
    return this.options.expiry?.();
  }

  under(revision: string): Policy {
    if (revision === this.#current.revision) return this.#current;
    return this.#recent().find(({ policy }) => policy.revision === revision)?.policy ?? this.#current;
  }

  async catchUp(revision: string): Promise<void> {
    if (this.under(revision).revision === revision || this.#missed.has(revision) || this.#closed) return;
    this.#missed.add(revision);
    // A running look may have begun before the revision was available.
    const looks = (this.#looking ?? Promise.resolve()).then(() => this.#lookOnce());
    await Promise.race([looks, sleep(CATCH_UP_MS, undefined, { ref: false })]);
  }

  onChange(listener: (policy: Policy) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #recent(): readonly FormerPolicy[] {
    const since = performance.now() - this.#retainedMs;
    return this.#former.filter(({ replacedAt }) => replacedAt > since);
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      void this.#lookOnce().finally(() => {
        this.#missed.clear();
        if (!this.#closed) this.#schedule();
      });
    }, this.options.everyMs).unref();
  }

  #lookOnce(): Promise<void> {
    this.#looking ??= this.#update().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #update(): Promise<void> {
    try {
      const found = await this.look();
      this.#former = this.#recent();
      if (!found || this.#closed) return;
      this.#former = [{ policy: this.#current, replacedAt: performance.now() }, ...this.#former];
      this.#current = found;
      for (const listener of this.#listeners) listener(found);
    } catch (error) {
      this.options.onError(error);
    }
  }
}
