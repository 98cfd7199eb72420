import type { Day } from '../../lib/calendar.js';
import { Feed } from '../../schema/feed.js';
import type { GroupAnswers } from '../criteria/criterion.js';
import type { RequestAccess } from '../enforcement/requestAccess.js';
import type { ChildValues, FeatureAnswers, HouseholdAnswers } from '../enforcement/guardFeatures.js';
import { type ChildHousehold, ChildHouseholds, type FeatureSource } from '../features/feature.js';
import { joinModules, type SubgraphModule } from '../subgraph/departmentRegistry.js';
import type { RegistryContext, RegistryStore } from '../subgraph/registryContext.js';
import { answerFeeds, type EntityClass, type FeedAnswerer } from './answerFeeds.js';
import {
  ChildFactorsKey,
  ChildOutcomesKey,
  type ChildrenKey,
  CohortRiskKey,
  RiskAssessmentKey,
} from './feedKeys.js';

/** One or more columns of numbers about children, other than features. */
export interface ChildValuesSource<Store> {
  readonly name: string;
  readonly size: number;
  /** The coordinates that the numbers reveal. */
  readonly reads: readonly string[];
  readonly reader: (store: Store, before: Day) => ChildValues['read'];
}

/** What a registry contributes to predictions of need. */
export interface PredictionFeatures<Store> {
  readonly source: FeatureSource<Store>;
  /** The households. Only the population register has them. */
  readonly households?: HouseholdSource<Store>;
  /** The coordinates of a child that a caller must see in order to get an assessment of the child. */
  readonly visibleOfChild?: readonly string[];
  /** Further columns next to the features. */
  readonly extraColumns?: readonly ChildValuesSource<Store>[];
  /** The further columns for an assessment of one child, if they are less exact there. */
  readonly extraColumnsOfOneChild?: readonly ChildValuesSource<Store>[];
  /** Outcomes of the children after the quarter, and the groups for comparisons. */
  readonly outcomes?: readonly ChildValuesSource<Store>[];
  /** Columns next to the outcomes that are not about persons, such as dictionaries. */
  readonly outcomeTexts?: (store: Store) => NonNullable<FeatureAnswers['texts']>;
}

/**
 * Makes the feeds of a registry for risk assessments. `RiskAssessment` is about one child. `CohortRisk` is
 * about the children in a group, and `ChildFactors` about all children, for training. All three use the same
 * reader. `ChildOutcomes` has the outcomes of all children.
 */
export function predictionFeatureFeeds<Store extends RegistryStore>(
  registry: string,
  predictionFeatures: PredictionFeatures<Store>,
): SubgraphModule {
  const {
    source,
    households,
    visibleOfChild = [],
    extraColumns = [],
    outcomes,
    outcomeTexts,
  } = predictionFeatures;
  const { extraColumnsOfOneChild = extraColumns } = predictionFeatures;
  const value: ChildValuesSource<Store> = {
    name: 'value',
    size: source.features.length,
    reads: source.features.flatMap(({ reads }) => reads),
    reader: (store, before) => source.reader(store, before).read,
  };
  const featureColumns = [value, ...extraColumns];
  const answerFeatures =
    (sources: readonly ChildValuesSource<Store>[], reportsVisibility: boolean) =>
    (children: ChildHouseholds, store: Store, before: Day): FeatureAnswers => ({
      children,
      features: source.features,
      columns: bindColumns(sources, store, before),
      reportsVisibility,
      texts: { snapshot: [store.manifest.snapshotId] },
    });
  return joinModules(
    childrenFeed(registry, RiskAssessmentKey, {
      households,
      exposes: visibleOfChild,
      computes: readsOf(featureColumns),
      answer: answerFeatures([value, ...extraColumnsOfOneChild], true),
    }),
    ...[ChildFactorsKey, CohortRiskKey].map((type: EntityClass<ChildrenKey>) =>
      childrenFeed<Store>(registry, type, {
        households,
        exposes: [],
        computes: readsOf(featureColumns),
        answer: answerFeatures(featureColumns, false),
      }),
    ),
    ...(outcomes
      ? [
          childrenFeed<Store>(registry, ChildOutcomesKey, {
            households,
            exposes: [],
            computes: readsOf(outcomes),
            answer: (children, store, before) => ({
              children,
              features: [],
              columns: bindColumns(outcomes, store, before),
              reportsVisibility: false,
              texts: outcomeTexts?.(store) ?? {},
            }),
          }),
        ]
      : []),
  );
}

function readsOf<Store>(sources: readonly ChildValuesSource<Store>[]): string[] {
  return sources.flatMap(({ reads }) => reads);
}

function bindColumns<Store>(
  sources: readonly ChildValuesSource<Store>[],
  store: Store,
  before: Day,
): ChildValues[] {
  return sources.map(({ name, size, reader }) => ({ name, size, read: reader(store, before) }));
}

/** The households, which the population register provides to the other registries. */
interface HouseholdSource<Store> {
  /** The coordinates that the households reveal. */
  readonly reads: readonly string[];
  readonly householdsOf: (
    store: Store,
    asked: ChildrenKey,
    access: RequestAccess,
  ) => Promise<readonly ChildHousehold[]>;
  /** The counting units (persons and families) behind the numbers of a group. */
  readonly countingUnits: (store: Store) => Promise<GroupAnswers>;
}

interface ChildrenFeedOptions<Store> {
  /** Set for the population register only. */
  readonly households: HouseholdSource<Store> | undefined;
  /** The coordinates of a child that a caller must see. */
  readonly exposes: readonly string[];
  readonly computes: readonly string[];
  readonly answer: (children: ChildHouseholds, store: Store, before: Day) => FeatureAnswers;
}

/**
 * `<type>.<registry>`: numbers about children that a registry computes from its rows. `<type>.households`
 * names the children and their families. It is a feed of the population register, and the feeds of all other
 * registries require it.
 */
function childrenFeed<Store extends RegistryStore>(
  registry: string,
  type: EntityClass<ChildrenKey>,
  { households, exposes, computes, answer }: ChildrenFeedOptions<Store>,
): SubgraphModule {
  const lineage = { exposes, computes: [...computes, ...(households?.reads ?? [])] };
  if (!households)
    return answerFeeds(type, {
      [registry]: {
        lineage,
        requires: 'households',
        answer({ asOf }, { store }: RegistryContext, given): FeatureAnswers | Feed {
          if (given.state !== 'data') return given;
          const children = ChildHouseholds.from(given);
          return children ? answer(children, store as Store, asOf) : Feed.failed;
        },
      },
    });

  const { reads, householdsOf, countingUnits } = households;
  const feeds: Record<string, FeedAnswerer<ChildrenKey, RegistryContext>> = {
    [registry]: {
      lineage,
      async answer(asked, { store, access }): Promise<FeatureAnswers> {
        const children = ChildHouseholds.of(await householdsOf(store as Store, asked, access));
        return answer(children, store as Store, asked.asOf);
      },
    },
    households: {
      lineage: { exposes: [], computes: reads },
      answer: async (asked, { store, access }): Promise<HouseholdAnswers> => ({
        households: await householdsOf(store as Store, asked, access),
      }),
    },
  };
  // Numbers about a group are protected by families.
  if (type === CohortRiskKey)
    feeds['units'] = {
      lineage: { aggregates: ['Family.members'] },
      answer: (_asked, { store }): Promise<GroupAnswers> => countingUnits(store as Store),
    };
  return answerFeeds(type, feeds);
}
