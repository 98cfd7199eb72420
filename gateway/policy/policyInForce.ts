import type { Policy } from '../../policies/engine/decide/policy.js';

/** The policy by which a process decides, while it changes. */
export interface PolicyInForce {
  readonly current: Policy;
  /** Calls back on every later policy; the answer ends that. */
  onChange(listener: (policy: Policy) => void): () => void;
  close(): Promise<void>;
}

/**
 * Looks for a newer policy again and again, one look at a time. What is found takes the place of the one before, whole;
 * what goes wrong leaves it in force and is reported.
 */
export class PollingPolicy implements PolicyInForce {
  readonly #listeners = new Set<(policy: Policy) => void>();
  #current: Policy;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #closed = false;

  /** @param look resolves to another policy, or undefined where nothing has changed */
  constructor(
    first: Policy,
    private readonly look: () => Promise<Policy | undefined>,
    private readonly settings: { readonly everyMs: number; readonly onError: (error: unknown) => void },
  ) {
    this.#current = first;
    this.#schedule();
  }

  get current(): Policy {
    return this.#current;
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

  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#looking = this.#lookOnce().finally(() => {
        if (!this.#closed) this.#schedule();
      });
    }, this.settings.everyMs).unref();
  }

  async #lookOnce(): Promise<void> {
    try {
      const found = await this.look();
      if (!found || this.#closed) return;
      this.#current = found;
      for (const listener of this.#listeners) listener(found);
    } catch (error) {
      this.settings.onError(error);
    }
  }
}
