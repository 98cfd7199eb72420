import type { Criteria } from '../registry/groups/criterion.js';

/** A registry that groups are formed by. */
export interface CohortSource {
  readonly registry: string;
  readonly criteria: Criteria;
  /** Whether it hands its contacts to common paths. */
  readonly contacts: boolean;
}

/** The registry whose criterion a name is. */
export function sourceOf(sources: readonly CohortSource[], criterion: string): CohortSource | undefined {
  return sources.find(({ criteria }) => Object.hasOwn(criteria, criterion));
}
