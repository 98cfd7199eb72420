import type { Day } from '../../lib/calendar.js';
import { Ctx, Directive, Field, FieldResolver, ObjectType, Resolver, Root } from '../../lib/typeGraphql.js';
import { Feed } from '../../schema/feed.js';
import { FeedScalar } from '../../schema/scalars.js';
import type { GroupAnswers } from '../criteria/criterion.js';
import type { Access } from '../enforcement/access.js';
import type { ChildNumbers, FactorAnswers, HouseholdAnswers } from '../enforcement/guardFactors.js';
import { type FactorSource, type Household, Households } from '../features/feature.js';
import { joinModules, type SubgraphModule } from '../subgraph/registry.js';
import type { RegistryContext, RegistryStore } from '../subgraph/registryContext.js';
import { ChildrenKey, CohortRiskKey, RiskAssessmentKey } from './feedKeys.js';

/** A number about a child, or some, besides factors. */
export interface ChildNumber<Store> {
  readonly name: string;
  readonly size: number;
  /** The coordinates that it tells of. */
  readonly reads: readonly string[];
  readonly reader: (store: Store, before: Day) => ChildNumbers['read'];
}

/** What a registry has to do with foreseeing need. */
export interface Foretelling<Store> {
  readonly source: FactorSource<Store>;
  /** Of the population register: who lives with whom. */
  readonly households?: HouseholdSource<Store>;
  /** What the caller must be shown of a child in order to be given an assessment of it. */
  readonly shownOfChild?: readonly string[];
  /** Numbers that go with the factors. */
  readonly besides?: readonly ChildNumber<Store>[];
  /** The same for an assessment of one child, where they are told less exactly. */
  readonly besidesOfOne?: readonly ChildNumber<Store>[];
  /** What came of the children after the quarter, and the groups that they are compared by. */
  readonly outcomes?: readonly ChildNumber<Store>[];
  /** Columns that go with the outcomes and are about nobody: dictionaries. */
  readonly outcomeTexts?: (store: Store) => NonNullable<FactorAnswers['texts']>;
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
 * The feeds of a registry for risk assessments: `RiskAssessment` of one child; by the same reader `CohortRisk` of the children in a
 * group, and `ChildFactors` of all, for training; `ChildOutcomes`, what came of them.
 */
export function foretellingFeeds<Store extends RegistryStore>(
  registry: string,
  foretelling: Foretelling<Store>,
): SubgraphModule {
  const { source, households, shownOfChild = [], besides = [], outcomes, outcomeTexts } = foretelling;
  const { besidesOfOne = besides } = foretelling;
  const value: ChildNumber<Store> = {
    name: 'value',
    size: source.factors.length,
    reads: source.factors.flatMap(({ reads }) => reads),
    reader: (store, before) => source.reader(store, before).read,
  };
  const ofFactors = [value, ...besides];
  const answerFactors =
    (numbers: readonly ChildNumber<Store>[], tellsShown: boolean) =>
    (of: FactorAnswers['of'], store: Store, before: Day): FactorAnswers => ({
      of,
      factors: source.factors,
      numbers: readNumbers(numbers, store, before),
      tellsShown,
      texts: { snapshot: [store.manifest.snapshotId] },
    });
  return joinModules(
    childrenFeed(registry, RISK_ASSESSMENT, {
      households,
      exposes: shownOfChild,
      computes: readsOf(ofFactors),
      answer: answerFactors([value, ...besidesOfOne], true),
    }),
    ...[CHILD_FACTORS, COHORT_RISK].map((type) =>
      childrenFeed<Store, ChildrenAsked>(registry, type, {
        households,
        exposes: [],
        computes: readsOf(ofFactors),
        answer: answerFactors(ofFactors, false),
      }),
    ),
    ...(outcomes
      ? [
          childrenFeed<Store, ChildrenKey>(registry, CHILD_OUTCOMES, {
            households,
            exposes: [],
            computes: readsOf(outcomes),
            answer: (of, store, before) => ({
              of,
              factors: [],
              numbers: readNumbers(outcomes, store, before),
              tellsShown: false,
              texts: outcomeTexts?.(store) ?? {},
            }),
          }),
        ]
      : []),
  );
}

function readsOf<Store>(numbers: readonly ChildNumber<Store>[]): string[] {
  return numbers.flatMap(({ reads }) => reads);
}

function readNumbers<Store>(
  numbers: readonly ChildNumber<Store>[],
  store: Store,
  before: Day,
): ChildNumbers[] {
  return numbers.map(({ name, size, reader }) => ({ name, size, read: reader(store, before) }));
}

/** A derived type about children, by what it is found by. */
interface ChildrenType<Key extends ChildrenAsked> {
  readonly name: string;
  readonly key: string;
  /** No client reads it: it is there for those who work with all children. */
  readonly internal?: true;
  /** Numbers of it are protected by families, whom the population register tells as `units`. */
  readonly ofGroup?: true;
  /** Declares the fields of the key, and reads them. */
  readonly Key: abstract new (representation: Record<string, unknown>) => Key;
}

/** The first day of the quarter, as of which children are told of. */
interface ChildrenAsked {
  readonly asOf: Day;
}

/** Who lives with whom: the population register knows it, and tells the other registries. */
interface HouseholdSource<Store> {
  /** The coordinates that it tells of. */
  readonly reads: readonly string[];
  readonly of: (store: Store, asked: ChildrenAsked, access: Access) => Promise<readonly Household[]>;
  /** Behind how many families a number of a group stands. */
  readonly units: (store: Store) => Promise<GroupAnswers>;
}

interface ChildrenFeedOptions<Store> {
  /** Of the population register alone. */
  readonly households: HouseholdSource<Store> | undefined;
  /** What the caller must be shown of a child. */
  readonly exposes: readonly string[];
  readonly computes: readonly string[];
  readonly answer: (of: Households, store: Store, before: Day) => FactorAnswers;
}

/**
 * `<type>.<registry>`: numbers about children that a registry makes of its rows. Whose they are is told by `<type>.households`, the population register's
 * feed, which every other registry's requires.
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
    async feed(@Root() asked: Children, @Ctx() context: RegistryContext): Promise<FactorAnswers | Feed> {
      const store = context.store as Store;
      if (households)
        return answer(Households.of(await households.of(store, asked, context.access)), store, asked.asOf);
      if (asked.households.state !== 'data') return asked.households;
      const of = Households.from(asked.households);
      return of ? answer(of, store, asked.asOf) : Feed.failed;
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

  const { reads, of, units: unitsOf } = households;
  @Resolver(() => Children)
  class HouseholdsFeedResolver {
    @FieldResolver(() => FeedScalar, { name: 'households', nullable: true })
    @Directive('@inaccessible')
    @Directive(lineage([], reads))
    async households(@Root() asked: Children, @Ctx() context: RegistryContext): Promise<HouseholdAnswers> {
      return { households: await of(context.store as Store, asked, context.access) };
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
      return unitsOf(context.store as Store);
    }
  }
  return { resolvers: [...resolvers, UnitsFeedResolver], entities: [Children], references };
}

function lineage(exposes: readonly string[], computes: readonly string[]): string {
  const list = (coordinates: readonly string[]) =>
    `[${[...new Set(coordinates)].map((coordinate) => `"${coordinate}"`).join(', ')}]`;
  return `@lineage(exposes: ${list(exposes)}, computes: ${list(computes)})`;
}
