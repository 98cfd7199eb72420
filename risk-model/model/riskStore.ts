import { PolkuError } from '../../lib/errors.js';
import { HORIZON_YEARS } from '../../registry-kit/features/feature.js';
import type { Feed, FeedColumn } from '../../schema/feed.js';
import type { RiskModel, RiskScore } from './riskModel.js';

/** The model by which children are assessed now, or why there is none. */
export type RiskModelInForce =
  | {
      readonly state: 'serving';
      readonly model: RiskModel;
      /** When the last signature that it needed was given, by ISO 8601. */
      readonly approvedAt: string;
      /** Told of each child that is assessed, for a model in shadow; what it makes of it is shown to nobody. */
      readonly beside?: (child: ChildFactors, score: RiskScore) => void;
    }
  | { readonly state: 'no-model' }
  | {
      readonly state: 'switched-off';
      /** In the words of whoever switched it off. */
      readonly reason: string;
    };

/** What the risk subgraph reads from besides its feeds. */
export interface RiskStore {
  readonly inForce: () => RiskModelInForce;
}

/** What registries told of one child. */
export interface ChildFactors {
  /** By factor; NaN: unknown, Infinity: never. */
  readonly values: ReadonlyMap<string, number>;
  /** Factors all of whose coordinates the caller may see unmasked, of everybody whom they are made of. */
  readonly shown: ReadonlySet<string>;
  /** By year, the share that lies before the 18th birthday. */
  readonly exposure: Float32Array;
}

/**
 * Reads feeds that have all come.
 * @param feeds by registry; each must be data
 * @returns undefined where there is nothing to foretell: no child in a family of the city on that day, one whose data may not be taken, or
 * one who is a client already
 * @throws PolkuError SUBGRAPH_UNAVAILABLE where a registry answers in another form
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

/** @throws PolkuError SUBGRAPH_UNAVAILABLE where a registry failed */
export function checkAnswered(feeds: readonly (readonly [registry: string, Feed])[]): void {
  for (const [registry, { state }] of feeds) if (state === 'failed') throw unanswered(registry);
}

export function unanswered(registry: string): PolkuError {
  return new PolkuError(
    'SUBGRAPH_UNAVAILABLE',
    `The registry ${registry} did not answer, so nothing is foretold.`,
    { registry },
  );
}

export function otherForm(registry: string): PolkuError {
  return new PolkuError('SUBGRAPH_UNAVAILABLE', `The registry ${registry} did not answer as expected.`, {
    registry,
  });
}
