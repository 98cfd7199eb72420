import { Feed, type FeedColumn } from '../../schema/feed.js';
import { riskSources } from '../../subgraphs/registries.js';
import type { Feeds } from './riskSubgraph.js';

export interface ChildOfTest {
  /** By factor; all others are 0. */
  readonly values?: Readonly<Record<string, number>>;
  /** Factors that the caller may not see. */
  readonly hidden?: readonly string[];
  readonly isClient?: boolean;
}

/** The feeds of all registries about one child. */
export function factorFeeds({ values = {}, hidden = [], isClient = false }: ChildOfTest = {}): Feeds {
  return Object.fromEntries(
    riskSources.map(({ registry, features: factors }) => {
      const columns: Record<string, FeedColumn> = {
        child: Uint32Array.of(7),
        factor: factors.map(({ id }) => id),
        value: Float32Array.from(factors, ({ id }) => values[id] ?? 0),
        shown: Uint8Array.from(factors, ({ id }) => (hidden.includes(id) ? 0 : 1)),
      };
      if (registry === 'population') columns['exposure'] = Float32Array.of(1, 1, 1, 1, 0.5);
      if (registry === 'social') columns['client'] = Float32Array.of(isClient ? 1 : 0);
      return [registry, Feed.data(columns)];
    }),
  );
}

/** A feed without a child: the registry may not use the child's data. */
export const emptyFeed = Feed.data({
  child: new Uint32Array(0),
  factor: ['health.child.any.12m'],
  value: new Float32Array(0),
  shown: new Uint8Array(0),
});
