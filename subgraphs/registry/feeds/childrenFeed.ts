import { Feed } from '../../../schema/feed.js';
import type { Day } from '../../../schema/calendar.js';
import { FeedScalar } from '../../../schema/scalars/feedScalar.js';
import {
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ObjectType,
  Resolver,
  Root,
} from '../../../schema/typeGraphql.js';
import type { Access } from '../enforcement/access.js';
import type { FactorAnswers, HouseholdAnswers } from '../enforcement/factorAnswers.js';
import type { GroupAnswers } from '../enforcement/groupAnswers.js';
import { type Household, Households } from '../factors/household.js';
import type { RegistryContext, RegistryStore } from '../subgraph/registryContext.js';
import type { SubgraphModule } from '../subgraph/subgraphModule.js';

/** A derived type about children, by what it is found by. */
export interface ChildrenType<Key extends ChildrenAsked> {
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
export interface ChildrenAsked {
  readonly asOf: Day;
}

/** Who lives with whom: the population register knows it, and tells the other registries. */
export interface HouseholdSource<Store> {
  /** The coordinates that it tells of. */
  readonly reads: readonly string[];
  readonly of: (store: Store, asked: ChildrenAsked, access: Access) => Promise<readonly Household[]>;
  /** Behind how many families a number of a group stands. */
  readonly units: (store: Store) => Promise<GroupAnswers>;
}

export interface ChildrenFeedOptions<Store> {
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
export function childrenFeed<Store extends RegistryStore, Key extends ChildrenAsked>(
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
