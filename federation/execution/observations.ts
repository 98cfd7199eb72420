import type { FetchNode } from '@apollo/query-planner';
import type { EntityKey } from '../hooks.js';

/** What one request has read and what its fetches carried: what the audit record tells of it. */
export class Observations {
  /** Whose data was read, or whose key or rows a fetch carried. */
  readonly entities = new Set<EntityKey>();
  /** Fetches that were answered with data, by registry. */
  readonly fetches = new Map<string, number>();
  /** Fetches that were sent, answered or not. */
  readonly sent = new Set<FetchNode>();

  /** How often each registry was asked: a request whose connection broke is sent again. */
  readonly requests = new Map<string, number>();

  asked(registry: string): void {
    this.requests.set(registry, (this.requests.get(registry) ?? 0) + 1);
  }

  fetched(registry: string): void {
    this.fetches.set(registry, (this.fetches.get(registry) ?? 0) + 1);
  }
}
