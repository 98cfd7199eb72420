import type { Units } from '../../disclosure-control/countingUnits.js';
import type { GroupTable, ProtectedAnswer } from '../../disclosure-control/groupQuestion.js';
import type { CohortsStore } from './cohortsStore.js';
import type { FeedsByRegistry } from './group/groupFacts.js';

/** Who asks for numbers of a group, for what, and what the group is made of. */
export interface GroupAsker {
  readonly purpose: string;
  /** The organisation, as the token names it. */
  readonly recipient: string;
  readonly store: CohortsStore;
  readonly units: Units;
  readonly feeds: FeedsByRegistry;
  /** Whose owners' rules hold. */
  readonly registries: readonly string[];
  /** The group in words: the key of the cohort. */
  readonly filter: string;
}

/** A part of a group, in words: its members in a period, its children at a quarter. */
export function partOf(filter: string, ...part: readonly unknown[]): string {
  return JSON.stringify([filter, ...part]);
}

/**
 * The one door by which numbers of a group leave this subgraph: disclosure control decides what is told of them.
 * @param result what is asked of the group, with its arguments: another result is another text
 * @throws PolkuError DISCLOSURE_BUDGET, DISCLOSURE_UNAVAILABLE, OPERATION_TOO_LARGE
 */
export function protect(
  { purpose, recipient, store, units, feeds, registries, filter }: GroupAsker,
  result: readonly unknown[],
  tables: readonly GroupTable[],
): Promise<ProtectedAnswer> {
  const snapshots = registries.map((registry) => feeds.get(registry)?.columns['snapshot']);
  return store.answer({
    organisation: recipient,
    text: JSON.stringify([filter, result, snapshots]),
    group: filter,
    units,
    parameters: store.parameters(purpose, registries),
    tables,
  });
}
