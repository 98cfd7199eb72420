import type { CountingUnits } from '../../disclosure-control/countingUnits.js';
import type { ProtectedAnswer, TableRequest, TableShape } from '../../disclosure-control/groupQuestion.js';
import type { Feeds } from '../../registry-kit/feeds/derivedEntity.js';
import type { CohortsStore } from './cohortsStore.js';

/** The requester of numbers about a group, the purpose, and the data of the group. */
export interface GroupRequester {
  readonly purpose: string;
  /** The organisation, as the token names it. */
  readonly recipient: string;
  readonly store: CohortsStore;
  readonly units: CountingUnits;
  readonly feeds: Feeds;
  /** The registries whose owners' disclosure rules apply. */
  readonly registries: readonly string[];
  /** The text of the group: the key of the cohort. */
  readonly filter: string;
}

/** The text of a part of a group, such as its members in a period or its children at a quarter. */
export function partOf(filter: string, ...part: readonly unknown[]): string {
  return JSON.stringify([filter, ...part]);
}

/** A question about a group without data: all that its text and its price depend on. */
export interface AskedResult {
  /** Its name and its arguments. Different questions have different texts. */
  readonly result: readonly unknown[];
  readonly tables: readonly TableShape[];
}

/** The text of a question without the snapshots that it refers to. */
export function askText(filter: string, result: readonly unknown[]): string {
  return JSON.stringify([filter, result]);
}

/**
 * Sends counts of a group to disclosure control. Numbers about a group leave this subgraph in no other way.
 * @param result the question about the group, with its arguments; different questions have different texts
 * @param asks the part of it that is known before registries answer
 * @throws PolkuError DISCLOSURE_BUDGET, DISCLOSURE_UNAVAILABLE, OPERATION_TOO_LARGE
 */
export function protect(
  { purpose, recipient, store, units, feeds, registries, filter }: GroupRequester,
  result: readonly unknown[],
  tables: readonly TableRequest[],
  asks: readonly unknown[] = result,
): Promise<ProtectedAnswer> {
  const snapshots = registries.map((registry) => feeds.get(registry)?.columns['snapshot']);
  return store.answer({
    organisation: recipient,
    text: JSON.stringify([filter, result, snapshots]),
    asks: askText(filter, asks),
    group: filter,
    units,
    parameters: store.parameters(purpose, registries),
    tables,
  });
}
