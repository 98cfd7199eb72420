import { LRUCache } from 'lru-cache';
import { PolkuError } from '../../lib/errors.js';

interface Bucket {
  readonly tokens: number;
  /** Milliseconds of the given clock. */
  readonly at: number;
}

const MAX_SUBJECTS = 10_000;

/** A token bucket for each subject. Nobody can find out who is known to the city by trying identity codes. */
export class LookupRate {
  readonly #buckets = new LRUCache<string, Bucket>({ max: MAX_SUBJECTS });

  /**
   * @param perMinute the size of the bucket, and its refill in a minute
   * @param now a monotonic clock in milliseconds
   */
  constructor(
    private readonly perMinute = 30,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws PolkuError RATE_LIMITED */
  consume(subject: string, lookups: number): void {
    if (lookups === 0) return;
    const at = this.now();
    const bucket = this.#buckets.get(subject) ?? { tokens: this.perMinute, at };
    const inflow = ((at - bucket.at) / 60_000) * this.perMinute;
    const tokens = Math.min(this.perMinute, bucket.tokens + inflow);
    const enough = tokens >= lookups;
    this.#buckets.set(subject, { tokens: enough ? tokens - lookups : tokens, at });
    if (enough) return;
    throw new PolkuError(
      'RATE_LIMITED',
      `Only ${this.perMinute} people a minute may be looked up by identity code; wait and ask again.`,
      { perMinute: this.perMinute },
    );
  }
}
