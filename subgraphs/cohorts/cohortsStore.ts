import type { GroupFormed, GroupQuestion, ProtectedAnswer } from '../../disclosure-control/groupQuestion.js';
import type { DisclosureParameters } from '../../policies/engine/disclosureParameters.js';
import type { Criteria } from '../../registry-kit/criteria/criterion.js';

/** What the cohorts subgraph works with besides its feeds. */
export interface CohortsStore {
  /** The one way in which a number of people leaves: see disclosure/disclosureControl.ts. */
  readonly answer: (question: GroupQuestion) => Promise<ProtectedAnswer>;
  /** Charges a group before registries look for who is in it. */
  readonly form: (group: GroupFormed) => void;
  /** A secret fixed number for each key below a bound. */
  readonly recordKeys: (bound: number) => Uint32Array;
  /** The strictest of the owners of these registries, for a purpose. */
  readonly parameters: (purpose: string, registries: readonly string[]) => DisclosureParameters;
  /** Codes of a registry's code list, in their order. */
  readonly codes: (registry: string, list: string) => readonly string[];
}

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
