import type { Day } from '../../lib/calendar.js';
import { Ctx, Directive, Field, FieldResolver, ObjectType, Resolver, Root } from '../../lib/typeGraphql.js';
import { Feed } from '../../schema/feed.js';
import { FeedScalar } from '../../schema/scalars.js';
import type { GroupAnswers } from '../criteria/criterion.js';
import type { RequestAccess } from '../enforcement/requestAccess.js';
import type { ChildValues, FeatureAnswers, HouseholdAnswers } from '../enforcement/guardFeatures.js';
import { type ChildHousehold, ChildHouseholds, type FeatureSource } from '../features/feature.js';
import { joinModules, type SubgraphModule } from '../subgraph/departmentRegistry.js';
import type { RegistryContext, RegistryStore } from '../subgraph/registryContext.js';
import { ChildrenKey, CohortRiskKey, RiskAssessmentKey } from './feedKeys.js';

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

const RISK_ASSESSMENT = {
  name: 'RiskAssessment',
  key: 'person asOf horizonYears',
  Key: RiskAssessmentKey,
};
const CHILD_FACTORS = { name: 'ChildFactors', key: 'asOf', internal: true, Key: ChildrenKey } as const;
const COHORT_RISK = {
  name: 'CohortRisk',
  key: 'filter set asOf horizonYears',
  ofGroup: true,
  Key: CohortRiskKey,
} as const;
const CHILD_OUTCOMES = { name: 'ChildOutcomes', key: 'asOf', internal: true, Key: ChildrenKey } as const;

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
    childrenFeed(registry, RISK_ASSESSMENT, {
      households,
      exposes: visibleOfChild,
      computes: readsOf(featureColumns),
      answer: answerFeatures([value, ...extraColumnsOfOneChild], true),
    }),
    ...[CHILD_FACTORS, COHORT_RISK].map((type) =>
      childrenFeed<Store, ChildrenAsked>(registry, type, {
        households,
        exposes: [],
        computes: readsOf(featureColumns),
        answer: answerFeatures(featureColumns, false),
      }),
    ),
    ...(outcomes
      ? [
          childrenFeed<Store, ChildrenKey>(registry, CHILD_OUTCOMES, {
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

/** A derived type about children, and its key. */
interface ChildrenType<Key extends ChildrenAsked> {
  readonly name: string;
  readonly key: string;
  /** Clients cannot read it. It is for training and evaluation, which use all children. */
  readonly internal?: true;
  /**
   * Its numbers are protected by families. The population register provides the families in the feed `units`.
   */
  readonly ofGroup?: true;
  /** The class that declares the fields of the key and reads them. */
  readonly Key: abstract new (representation: Record<string, unknown>) => Key;
}

interface ChildrenAsked {
  /** The first day of the quarter that describes the children. */
  readonly asOf: Day;
}

/** The households, which the population register provides to the other registries. */
interface HouseholdSource<Store> {
  /** The coordinates that the households reveal. */
  readonly reads: readonly string[];
  readonly householdsOf: (
    store: Store,
    asked: ChildrenAsked,
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
function childrenFeed<Store extends RegistryStore, Key extends ChildrenAsked>(
  registry: string,
  { name, key, internal, ofGroup, Key }: ChildrenType<Key>,
  { households, exposes, computes, answer }: ChildrenFeedOptions<Store>,
): SubgraphModule {
  @ObjectType(name)
  @Directive(`@key(fields: "${key}")`)
  class Children extends (Key as abstract new (representation: Record<string, unknown>) => ChildrenAsked) {
    readonly households: Feed;

    constructor(representation: Record<string, unknown>) {
      super(representation);
      this.households = Feed.from(representation['households']);
    }
  }

  @Resolver(() => Children)
  class ChildrenFeedResolver {
    @FieldResolver(() => FeedScalar, { name: registry, nullable: true })
    @Directive('@inaccessible')
    @Directive(lineage(exposes, [...computes, ...(households?.reads ?? [])]))
    async feed(@Root() asked: Children, @Ctx() context: RegistryContext): Promise<FeatureAnswers | Feed> {
      const store = context.store as Store;
      if (households)
        return answer(
          ChildHouseholds.of(await households.householdsOf(store, asked, context.access)),
          store,
          asked.asOf,
        );
      if (asked.households.state !== 'data') return asked.households;
      const children = ChildHouseholds.from(asked.households);
      return children ? answer(children, store, asked.asOf) : Feed.failed;
    }
  }
  if (!households) {
    Field(() => FeedScalar, { nullable: true, simple: true })(Children.prototype, 'households');
    Directive('@external')(Children.prototype, 'households');
    Directive('@requires(fields: "households")')(ChildrenFeedResolver.prototype, 'feed');
  }

  if (internal) Directive('@inaccessible')(Children);

  const references = { [name]: (representation: Record<string, unknown>) => new Children(representation) };
  if (!households) return { resolvers: [ChildrenFeedResolver], entities: [Children], references };

  const { reads, householdsOf, countingUnits } = households;
  @Resolver(() => Children)
  class HouseholdsFeedResolver {
    @FieldResolver(() => FeedScalar, { name: 'households', nullable: true })
    @Directive('@inaccessible')
    @Directive(lineage([], reads))
    async households(@Root() asked: Children, @Ctx() context: RegistryContext): Promise<HouseholdAnswers> {
      return { households: await householdsOf(context.store as Store, asked, context.access) };
    }
  }
  const resolvers = [ChildrenFeedResolver, HouseholdsFeedResolver];
  if (!ofGroup) return { resolvers, entities: [Children], references };

  @Resolver(() => Children)
  class UnitsFeedResolver {
    @FieldResolver(() => FeedScalar, { name: 'units', nullable: true })
    @Directive('@inaccessible')
    @Directive('@lineage(aggregates: ["Family.members"])')
    units(@Ctx() context: RegistryContext): Promise<GroupAnswers> {
      return countingUnits(context.store as Store);
    }
  }
  return { resolvers: [...resolvers, UnitsFeedResolver], entities: [Children], references };
}

function lineage(exposes: readonly string[], computes: readonly string[]): string {
  const list = (coordinates: readonly string[]) =>
    `[${[...new Set(coordinates)].map((coordinate) => `"${coordinate}"`).join(', ')}]`;
  return `@lineage(exposes: ${list(exposes)}, computes: ${list(computes)})`;
}
