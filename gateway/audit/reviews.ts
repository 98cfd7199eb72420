import { createPublicKey, type KeyObject } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { isSigned } from './chain.js';
import { ChainKeys } from './keyChange.js';
import type { ReviewEntry } from './logEntry.js';
import { logLines } from './readRecords.js';
import { segmentsOf } from './segments.js';

/**
 * The reviews of break-glass: a chain of their own in the audit log, so that `verify`, retention, another key
 * and a backup treat them as they treat every chain. Each review is signed by itself. A line that the key of
 * the log did not sign is no review, so nobody with the files alone can sign off a use.
 */
export class Reviews {
  readonly #key: KeyObject;
  #known: { readonly state: string; readonly reviews: ReadonlyMap<string, readonly ReviewEntry[]> } = {
    state: '',
    reviews: new Map(),
  };
  #writing: Promise<unknown> = Promise.resolve();

  /**
   * @param signingKey the key of the log
   * @param write makes a review durable
   */
  constructor(
    private readonly dataFolder: string,
    signingKey: KeyObject,
    private readonly write: (review: ReviewEntry) => Promise<void>,
  ) {
    this.#key = createPublicKey(signingKey);
  }

  /** By decision, newest first. */
  async all(): Promise<ReadonlyMap<string, readonly ReviewEntry[]>> {
    const state = await this.#state();
    if (state !== this.#known.state) this.#known = { state, reviews: await this.#read() };
    return this.#known.reviews;
  }

  /**
   * Resolves when the review is durable.
   * @throws PolkuError AUDIT_UNAVAILABLE, AUDIT_LOCKED
   */
  add(review: ReviewEntry): Promise<void> {
    const written = this.#writing.then(() => this.write(review));
    this.#writing = written.catch(() => {});
    return written;
  }

  async #state(): Promise<string> {
    const segments = await segmentsOf(this.dataFolder, 'review');
    const sizes = await Promise.all(segments.map(async ({ path }) => (await stat(path)).size));
    return JSON.stringify(segments.map(({ name }, index) => [name, sizes[index]]));
  }

  async #read(): Promise<ReadonlyMap<string, readonly ReviewEntry[]>> {
    const keys = await ChainKeys.of(this.dataFolder, 'review', this.#key);
    const reviews = new Map<string, readonly ReviewEntry[]>();
    for await (const { record } of logLines(this.dataFolder, 'review')) {
      if (record?.entry.kind !== 'review' || !isSigned(record, keys.at(record.seq))) continue;
      const { decisionId } = record.entry;
      reviews.set(decisionId, [record.entry, ...(reviews.get(decisionId) ?? [])]);
    }
    return reviews;
  }
}
