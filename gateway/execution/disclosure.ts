import type { FetchNode } from '@apollo/query-planner';
import type { PersonKey } from '../../schema/keys.js';

/** What one request has read and what its fetches carried: what the audit record tells of it. */
export class Disclosure {
  /** Whose data was read, or whose key or rows a fetch carried. */
  readonly people = new Set<PersonKey>();
  /** Fetches that were answered with data, by registry. */
  readonly fetches = new Map<string, number>();
  /** Fetches that were sent, answered or not. */
  readonly sent = new Set<FetchNode>();

  fetched(registry: string): void {
    this.fetches.set(registry, (this.fetches.get(registry) ?? 0) + 1);
  }
}
