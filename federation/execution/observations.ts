import type { EntityKey } from '../hooks.js';
import type { FetchNode } from '../planning/queryPlan.js';

/** What one request read and what its fetches carried, for the audit record. */
export class Observations {
  /** Entities whose data was read, or whose key or rows a fetch carried. */
  readonly entities = new Set<EntityKey>();
  /** Number of fetches that were answered with data, by registry. */
  readonly fetches = new Map<string, number>();
  /** Fetches that were sent, whether answered or not. */
  readonly sent = new Set<FetchNode>();

  /** Number of requests by registry. A request is sent again when its connection broke. */
  readonly requests = new Map<string, number>();

  asked(registry: string): void {
    this.requests.set(registry, (this.requests.get(registry) ?? 0) + 1);
  }

  fetched(registry: string): void {
    this.fetches.set(registry, (this.fetches.get(registry) ?? 0) + 1);
  }
}
