import { PolkuError } from '../../lib/errors.js';
import { HORIZON_YEARS } from '../../registry-kit/features/feature.js';
import type { Feed, FeedColumn } from '../../schema/feed.js';
import type { RiskModel, RiskScore } from './riskModel.js';

/** The model that assesses children now, or the reason why there is none. */
export type RiskModelInForce =
  | {
      readonly state: 'serving';
      readonly model: RiskModel;
      /** The ISO 8601 time of the last signature that it needed. */
      readonly approvedAt: string;
      /** Called for each assessed child, to score it with a model in shadow mode. Nobody sees that score. */
      readonly scoreInShadow?: (child: ChildFactors, score: RiskScore) => void;
    }
  | { readonly state: 'no-model' }
  | {
      readonly state: 'switched-off';
      /** As written by the person who switched it off. */
      readonly reason: string;
    };

/** What the risk subgraph reads in addition to its feeds. */
export interface RiskStore {
  readonly inForce: () => RiskModelInForce;
}

/** The factors of one child, from all registries. */
export interface ChildFactors {
  /** By factor; NaN: unknown, Infinity: never. */
  readonly values: ReadonlyMap<string, number>;
  /** Factors whose coordinates the caller may all see unmasked, for everybody whose data they use. */
  readonly shown: ReadonlySet<string>;
  /** By year, the share that lies before the 18th birthday. */
  readonly exposure: Float32Array;
}

/**
 * Reads complete feeds.
 * @param feeds by registry; each must be data
 * @returns undefined if there is nothing to predict: the child is in no family of the city on that day, their
 * data may not be used, or they are a client already
 * @throws PolkuError SUBGRAPH_UNAVAILABLE if a registry answers in another form
 */
export function childFactors(
  feeds: readonly (readonly [registry: string, Feed])[],
): ChildFactors | undefined {
  const values = new Map<string, number>();
  const shown = new Set<string>();
  let exposure: Float32Array | undefined;
  for (const [registry, { columns }] of feeds) {
    const { child, factor, value, shown: seen, exposure: shares, client } = columns;
    if (!(child instanceof Uint32Array) || child.length > 1) throw otherForm(registry);
    if (child.length === 0) return undefined;
    if (!isTexts(factor) || !(value instanceof Float32Array) || !(seen instanceof Uint8Array))
      throw otherForm(registry);
    if (factor.length !== value.length || factor.length !== seen.length) throw otherForm(registry);
    if (client instanceof Float32Array && client[0] === 1) return undefined;
    if (shares instanceof Float32Array && shares.length === HORIZON_YEARS) exposure = shares;
    factor.forEach((id, row) => {
      if (id === null) throw otherForm(registry);
      values.set(id, value[row]!);
      if (seen[row] === 1) shown.add(id);
    });
  }
  if (!exposure) throw otherForm('population');
  return { values, shown, exposure };
}

function isTexts(column: FeedColumn | undefined): column is readonly (string | null)[] {
  return Array.isArray(column);
}

/** @throws PolkuError SUBGRAPH_UNAVAILABLE if a registry failed */
export function checkAnswered(feeds: readonly (readonly [registry: string, Feed])[]): void {
  for (const [registry, { state }] of feeds) if (state === 'failed') throw unanswered(registry);
}

export function unanswered(registry: string): PolkuError {
  return new PolkuError(
    'SUBGRAPH_UNAVAILABLE',
    `The registry ${registry} did not answer, so nothing is predicted.`,
    { registry },
  );
}

export function otherForm(registry: string): PolkuError {
  return new PolkuError('SUBGRAPH_UNAVAILABLE', `The registry ${registry} did not answer as expected.`, {
    registry,
  });
}
