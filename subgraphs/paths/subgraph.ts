import { type Day, formatDay } from '../../lib/calendar.js';
import {
  Args,
  ArgsType,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ObjectType,
  Resolver,
  Root,
} from '../../lib/typeGraphql.js';
import type { Period } from '../../registry-kit/contacts/period.js';
import { stableShuffle } from '../../registry-kit/enforcement/stableShuffle.js';
import {
  expectFeeds,
  type Feeds,
  type Representation,
  REQUIRES_FEEDS,
} from '../../registry-kit/feeds/derivedEntity.js';
import { FamilyServicePathKey, ServicePathKey } from '../../registry-kit/feeds/feedKeys.js';
import type { SubgraphModule } from '../../registry-kit/subgraph/departmentRegistry.js';
import type { RequestContext } from '../../registry-kit/subgraph/requestContext.js';
import { Feed } from '../../schema/feed.js';
import { DateScalar, FeedScalar } from '../../schema/scalars.js';
import { familyPath, personPath } from './servicePath.js';
import {
  nameSectors,
  PathFamily,
  PathPerson,
  Sector,
  type SectorSource,
  sectorValue,
  ServiceStep,
} from './types.js';

/**
 * The subgraph of service paths. It has no register data: a path is an entity whose key is its arguments, and
 * the registries feed it (docs/decisions/feeds.md).
 */
export function pathsModule(sectors: readonly SectorSource[]): SubgraphModule {
  const registries = sectors.map(({ registry }) => registry);
  return {
    resolvers: [
      new PathPersonResolver(registries),
      new PathFamilyResolver(registries),
      new ServicePathResolver(),
      new FamilyServicePathResolver(),
    ],
    entities: [PathPerson, PathFamily, ServicePath, FamilyServicePath],
    references: {
      Person: ({ id }) => new PathPerson(id as number),
      Family: ({ id }) => new PathFamily(id as number),
      ServicePath: (representation) => new ServicePath(representation, registries),
      FamilyServicePath: (representation) => new FamilyServicePath(representation, registries),
    },
    amendments: [
      expectFeeds('ServicePath', registries),
      expectFeeds('FamilyServicePath', registries),
      nameSectors(sectors),
    ],
  };
}

const WITHHELD =
  'Sectors whose owners withhold them from this purpose. It follows from policy alone, never from data.';

@ArgsType()
class PathArgs implements Period {
  @Field(() => DateScalar, { nullable: true, description: 'Leave out what was over before this day.' })
  from?: Day | null;

  @Field(() => DateScalar, { nullable: true, description: 'Leave out what began after this day.' })
  until?: Day | null;
}

@ObjectType({ description: 'What services did for a person, in time order.' })
@Directive('@key(fields: "person from until")')
class ServicePath extends ServicePathKey {}

@ObjectType({ description: 'What services did for the members of a family, in time order.' })
@Directive('@key(fields: "family from until")')
class FamilyServicePath extends FamilyServicePathKey {
  @Field(() => FeedScalar, { nullable: true, simple: true })
  @Directive('@external')
  readonly members: Feed;

  constructor(representation: Representation, feeds: readonly string[]) {
    super(representation, feeds);
    this.members = Feed.from(representation['members']);
  }
}

@Resolver(() => PathPerson)
class PathPersonResolver {
  constructor(private readonly sectors: readonly string[]) {}

  @FieldResolver(() => ServicePath, { nullable: true, description: 'The service path of this person.' })
  servicePath(@Root() { id: person }: PathPerson, @Args(() => PathArgs) period: PathArgs): ServicePath {
    return new ServicePath({ person, ...keyOf(period) }, this.sectors);
  }
}

@Resolver(() => PathFamily)
class PathFamilyResolver {
  constructor(private readonly sectors: readonly string[]) {}

  @FieldResolver(() => FamilyServicePath, {
    nullable: true,
    description: 'The service path of this family.',
  })
  servicePath(@Root() { id: family }: PathFamily, @Args(() => PathArgs) period: PathArgs): FamilyServicePath {
    return new FamilyServicePath({ family, ...keyOf(period) }, this.sectors);
  }
}

@Resolver(() => ServicePath)
class ServicePathResolver {
  @FieldResolver(() => [ServiceStep], { nullable: true })
  @Directive(REQUIRES_FEEDS)
  steps(@Root() path: ServicePath, @Ctx() { decision }: RequestContext): ServiceStep[] {
    const episodes = personPath([...path.feeds], path, stableShuffle(decision.domain));
    return episodes.map((episode) => new ServiceStep(episode));
  }

  @FieldResolver(() => [Sector], { nullable: true, description: WITHHELD })
  @Directive(REQUIRES_FEEDS)
  withheld(@Root() { feeds }: ServicePath): string[] {
    return withheldSectors(feeds);
  }
}

@Resolver(() => FamilyServicePath)
class FamilyServicePathResolver {
  @FieldResolver(() => [ServiceStep], { nullable: true })
  @Directive('@requires(fields: "members feeds")')
  steps(@Root() path: FamilyServicePath, @Ctx() { decision }: RequestContext): ServiceStep[] {
    const episodes = familyPath(path.members, [...path.feeds], path, stableShuffle(decision.domain));
    return episodes.map((episode) => new ServiceStep(episode));
  }

  @FieldResolver(() => [Sector], { nullable: true, description: WITHHELD })
  @Directive(REQUIRES_FEEDS)
  withheld(@Root() { feeds }: FamilyServicePath): string[] {
    return withheldSectors(feeds);
  }
}

function keyOf({ from, until }: PathArgs): Representation {
  return { from: from == null ? null : formatDay(from), until: until == null ? null : formatDay(until) };
}

function withheldSectors(feeds: Feeds): string[] {
  return [...feeds].flatMap(([sector, { state }]) => (state === 'withheld' ? [sectorValue(sector)] : []));
}
