import type { Day } from '../../lib/calendar.js';
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
import { FamilyServicePathKey, ServicePathKey } from '../../registry-kit/feeds/feedKeys.js';
import { expectFeeds } from '../../registry-kit/feeds/answerFeeds.js';
import { feedsIn, requiresFeeds } from '../../registry-kit/feeds/registryFeed.js';
import type { SubgraphModule } from '../../registry-kit/subgraph/departmentRegistry.js';
import type { RequestContext } from '../../registry-kit/subgraph/requestContext.js';
import { Feed } from '../../schema/feed.js';
import { DateScalar, FeedScalar } from '../../schema/scalars.js';
import { familyPath, personPath } from './servicePath.js';
import {
  PathFamily,
  PathPerson,
  sectorEnum,
  type SectorSource,
  type ServiceStep,
  stepType,
} from './types.js';

const WITHHELD =
  'Sectors whose owners withhold them from this purpose. It follows from policy alone, never from data.';

@ArgsType()
class PathArgs implements Period {
  @Field(() => DateScalar, { nullable: true, description: 'Leave out what was over before this day.' })
  from?: Day | null;

  @Field(() => DateScalar, { nullable: true, description: 'Leave out what began after this day.' })
  until?: Day | null;
}

/**
 * The subgraph of service paths. It has no register data: a path is an entity whose key is its arguments, and
 * the registries feed it (docs/decisions/feeds.md).
 */
export function pathsModule(sectors: readonly SectorSource[]): SubgraphModule {
  const registries = sectors.map(({ registry }) => registry);
  const Sector = sectorEnum(sectors);
  const Step = stepType(sectors, Sector);
  const withheldIn = (path: object): string[] =>
    feedsIn(path as Record<string, unknown>, registries).flatMap(([registry, { state }]) =>
      state === 'withheld' ? [registry] : [],
    );

  @ObjectType({ description: 'What services did for a person, in time order.' })
  @Directive('@key(fields: "person from until")')
  class ServicePath extends ServicePathKey {
    constructor(representation: Record<string, unknown>) {
      super(representation);
      Object.assign(this, Object.fromEntries(feedsIn(representation, registries)));
    }
  }
  expectFeeds(ServicePath, registries);

  @ObjectType({ description: 'What services did for the members of a family, in time order.' })
  @Directive('@key(fields: "family from until")')
  class FamilyServicePath extends FamilyServicePathKey {
    @Field(() => FeedScalar, { nullable: true, simple: true })
    @Directive('@external')
    readonly members: Feed;

    constructor(representation: Record<string, unknown>) {
      super(representation);
      this.members = Feed.from(representation['members']);
      Object.assign(this, Object.fromEntries(feedsIn(representation, registries)));
    }
  }
  expectFeeds(FamilyServicePath, registries);

  @Resolver(() => PathPerson)
  class PathPersonResolver {
    @FieldResolver(() => ServicePath, { nullable: true, description: 'The service path of this person.' })
    servicePath(@Root() person: PathPerson, @Args(() => PathArgs) period: PathArgs): ServicePath {
      return Object.assign(new ServicePath({ person: person.id }), {
        from: period.from ?? null,
        until: period.until ?? null,
      });
    }
  }

  @Resolver(() => PathFamily)
  class PathFamilyResolver {
    @FieldResolver(() => FamilyServicePath, {
      nullable: true,
      description: 'The service path of this family.',
    })
    servicePath(@Root() family: PathFamily, @Args(() => PathArgs) period: PathArgs): FamilyServicePath {
      return Object.assign(new FamilyServicePath({ family: family.id }), {
        from: period.from ?? null,
        until: period.until ?? null,
      });
    }
  }

  @Resolver(() => ServicePath)
  class ServicePathResolver {
    @FieldResolver(() => [Step], { nullable: true })
    @Directive(requiresFeeds(registries))
    steps(@Root() path: ServicePath, @Ctx() { decision }: RequestContext): ServiceStep[] {
      const episodes = personPath(feedsIn({ ...path }, registries), path, stableShuffle(decision.domain));
      return episodes.map((episode) => new Step(episode));
    }

    @FieldResolver(() => [Sector], { nullable: true, description: WITHHELD })
    @Directive(requiresFeeds(registries))
    withheld(@Root() path: ServicePath): string[] {
      return withheldIn(path);
    }
  }

  @Resolver(() => FamilyServicePath)
  class FamilyServicePathResolver {
    @FieldResolver(() => [Step], { nullable: true })
    @Directive(requiresFeeds(['members', ...registries]))
    steps(@Root() path: FamilyServicePath, @Ctx() { decision }: RequestContext): ServiceStep[] {
      const feeds = feedsIn({ ...path }, registries);
      const episodes = familyPath(path.members, feeds, path, stableShuffle(decision.domain));
      return episodes.map((episode) => new Step(episode));
    }

    @FieldResolver(() => [Sector], { nullable: true, description: WITHHELD })
    @Directive(requiresFeeds(registries))
    withheld(@Root() path: FamilyServicePath): string[] {
      return withheldIn(path);
    }
  }

  return {
    resolvers: [PathPersonResolver, PathFamilyResolver, ServicePathResolver, FamilyServicePathResolver],
    entities: [PathPerson, PathFamily, ServicePath, FamilyServicePath],
    references: {
      Person: ({ id }) => new PathPerson(id as number),
      Family: ({ id }) => new PathFamily(id as number),
      ServicePath: (representation) => new ServicePath(representation),
      FamilyServicePath: (representation) => new FamilyServicePath(representation),
    },
  };
}
