import type { GroupPrices } from '../../disclosure-control/groupPrices.js';
import type {
  GroupFormation,
  GroupQuestion,
  ProtectedAnswer,
} from '../../disclosure-control/groupQuestion.js';
import type { DisclosureParameters } from '../../policies/engine/disclosureParameters.js';
import type { Criteria } from '../../registry-kit/criteria/criterion.js';

/** What the cohorts subgraph uses in addition to its feeds. */
export interface CohortsStore {
  /** The only way in which a number about people leaves: see disclosure-control/disclosureControl.ts. */
  readonly answer: (question: GroupQuestion) => Promise<ProtectedAnswer>;
  /** Charges a group before registries look up its members. */
  readonly form: (group: GroupFormation) => void;
  /** What questions would cost. */
  readonly prices: Pick<GroupPrices, 'price' | 'budget'>;
  /** A secret fixed number for each key below a bound. */
  readonly recordKeys: (bound: number) => Uint32Array;
  /** The strictest parameters of the owners of these registries, for a purpose. */
  readonly parameters: (purpose: string, registries: readonly string[]) => DisclosureParameters;
  /** The codes of a registry's code list, in their order. */
  readonly codes: (registry: string, list: string) => readonly string[];
}

/** A registry whose data can define groups. */
export interface CohortSource {
  readonly registry: string;
  readonly criteria: Criteria;
  /** The type of its contacts, if they are used in common paths. */
  readonly contactType?: string | undefined;
}

/** The registries whose contacts are used in common paths. */
export function sectorsIn(sources: readonly CohortSource[]): readonly string[] {
  return sources.filter(({ contactType }) => contactType !== undefined).map(({ registry }) => registry);
}

/** The registry that declares a criterion. */
export function sourceOf(sources: readonly CohortSource[], criterion: string): CohortSource | undefined {
  return sources.find(({ criteria }) => Object.hasOwn(criteria, criterion));
}
