import {
  Arg,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from '../../lib/typeGraphql.js';
import { stableShuffle } from '../../registry-kit/enforcement/stableShuffle.js';
import { expectFeeds } from '../../registry-kit/feeds/answerFeeds.js';
import { feedsIn, requiresFeeds } from '../../registry-kit/feeds/registryFeed.js';
import { PersonStub } from '../../registry-kit/subgraph/entityStubs.js';
import type { SubgraphModule } from '../../registry-kit/subgraph/departmentRegistry.js';
import type { RequestContext } from '../../registry-kit/subgraph/requestContext.js';
import type { Feed } from '../../schema/feed.js';
import type { PersonKey } from '../../schema/keys.js';
import { PersonIDScalar } from '../../schema/scalars.js';

@ObjectType('Person')
@Directive('@key(fields: "id")')
class DirectoryPerson extends PersonStub {}

/** What the directory needs in addition to the feeds of registries. */
export interface DirectoryStore {
  /** The data owner of a registry, as its policy has it. */
  readonly ownerOf: (registry: string) => string | undefined;
}

/**
 * The subgraph that lists the registries, and the persons who are the caller's own clients. It has no data:
 * the registries feed it.
 *
 * @param registries all registries
 * @param clientRegistries the registries with care relationships
 */
export function directoryModule(
  registries: readonly string[],
  clientRegistries: readonly string[],
): SubgraphModule {
  @ObjectType({ description: 'A departmental registry and the state of its snapshot.' })
  @Directive('@key(fields: "name")')
  class Registry {
    @Field(() => String, { simple: true })
    readonly name: string;

    constructor({ name, ...feeds }: Record<string, unknown>) {
      this.name = String(name);
      Object.assign(this, Object.fromEntries(feedsIn(feeds, registries)));
    }
  }
  expectFeeds(Registry, registries);

  @ObjectType({ description: 'Some persons, and whether there are more.' })
  @Directive('@key(fields: "first after")')
  class PersonPage {
    @Field(() => Int, { simple: true })
    @Directive('@inaccessible')
    readonly first: number;

    @Field(() => PersonIDScalar, { nullable: true, simple: true })
    @Directive('@inaccessible')
    readonly after: PersonKey | null;

    constructor({ first, after, ...feeds }: Record<string, unknown>) {
      this.first = first as number;
      this.after = (after as PersonKey | undefined) ?? null;
      Object.assign(this, Object.fromEntries(feedsIn(feeds, clientRegistries)));
    }
  }
  expectFeeds(PersonPage, clientRegistries);

  const stateOf = (registry: Registry): Feed => {
    const feeds = new Map(feedsIn({ ...registry }, registries));
    return feeds.get(registry.name)!;
  };

  @Resolver(() => Registry)
  class RegistryResolver {
    @Query(() => [Registry], { description: 'The registries joined here.' })
    registries(): Registry[] {
      return registries.map((name) => new Registry({ name }));
    }

    @FieldResolver(() => String, { nullable: true, description: 'Who answers for it and writes its policy.' })
    owner(@Root() { name }: Registry, @Ctx() { store }: RequestContext<DirectoryStore>): string | null {
      return store.ownerOf(name) ?? null;
    }

    @FieldResolver(() => Int, {
      nullable: true,
      description:
        'Contacts in the snapshot; of the population register, persons. Rounded to two digits, and to thousands at the finest; null where that is none.',
    })
    @Directive(requiresFeeds(registries))
    rows(@Root() registry: Registry): number | null {
      return numberIn(stateOf(registry), 'rows');
    }

    @FieldResolver(() => Int, {
      nullable: true,
      description: 'Of these, rows of the source that were not taken in; rounded likewise.',
    })
    @Directive(requiresFeeds(registries))
    rejects(@Root() registry: Registry): number | null {
      return numberIn(stateOf(registry), 'rejects');
    }

    @FieldResolver(() => [String], {
      nullable: true,
      description: 'What its source does not keep: tables, and columns as table.column.',
    })
    @Directive(requiresFeeds(registries))
    absent(@Root() registry: Registry): readonly string[] | null {
      return (stateOf(registry).columns['absent'] as readonly string[] | undefined) ?? null;
    }

    @FieldResolver(() => String, { nullable: true, description: 'When the snapshot was taken, by ISO 8601.' })
    @Directive(requiresFeeds(registries))
    extractedAt(@Root() registry: Registry): string | null {
      return textIn(stateOf(registry), 'extractedAt');
    }

    @FieldResolver(() => Boolean, { nullable: true, description: 'Whether nobody in it exists.' })
    @Directive(requiresFeeds(registries))
    synthetic(@Root() registry: Registry): boolean | null {
      const text = textIn(stateOf(registry), 'synthetic');
      return text === null ? null : text === 'true';
    }
  }

  @Resolver(() => PersonPage)
  class PersonPageResolver {
    @Query(() => PersonPage, {
      description: 'My clients: people who have a care relationship with me or my unit.',
    })
    persons(
      @Arg('first', () => Int, { description: 'At most 1000.' }) first: number,
      @Arg('after', () => PersonIDScalar, {
        nullable: true,
        description: 'The last person of the page before.',
      })
      after: PersonKey | null | undefined,
    ): PersonPage {
      return new PersonPage({ first, after });
    }

    @FieldResolver(() => [DirectoryPerson], { nullable: true })
    @Directive(requiresFeeds(clientRegistries))
    nodes(@Root() page: PersonPage, @Ctx() { decision }: RequestContext): DirectoryPerson[] {
      const { persons } = pageOf(clientsIn(page), page, stableShuffle(decision.domain));
      return persons.map((person) => new DirectoryPerson(person));
    }

    @FieldResolver(() => Boolean, { nullable: true })
    @Directive(requiresFeeds(clientRegistries))
    hasMore(@Root() page: PersonPage, @Ctx() { decision }: RequestContext): boolean {
      return pageOf(clientsIn(page), page, stableShuffle(decision.domain)).hasMore;
    }
  }

  const clientsIn = (page: PersonPage): Set<PersonKey> => {
    const feeds = feedsIn({ ...page }, clientRegistries);
    return new Set(
      feeds.flatMap(([, feed]) => [...((feed.columns['person'] as Uint32Array | undefined) ?? [])]),
    );
  };

  return {
    resolvers: [RegistryResolver, PersonPageResolver],
    entities: [Registry, PersonPage, DirectoryPerson],
    references: {
      Registry: (representation) => new Registry(representation),
      PersonPage: (representation) => new PersonPage(representation),
      Person: ({ id }) => new DirectoryPerson(id as number),
    },
  };
}

/** A feed has NaN if there is no number to publish. */
function numberIn(feed: Feed, column: string): number | null {
  const number = (feed.columns[column] as Float64Array | undefined)?.[0] ?? Number.NaN;
  return Number.isNaN(number) ? null : number;
}

function textIn(feed: Feed, column: string): string | null {
  return (feed.columns[column] as readonly (string | null)[] | undefined)?.[0] ?? null;
}

/**
 * One page of persons in an order that reveals nothing about them: shuffled within the pseudonymisation
 * domain.
 */
function pageOf(
  persons: ReadonlySet<PersonKey>,
  { first, after }: { readonly first: number; readonly after: PersonKey | null },
  shuffle: (person: PersonKey) => number,
): { persons: PersonKey[]; hasMore: boolean } {
  const ranked = [...persons].map((person) => ({ person, rank: shuffle(person) }));
  const beyond = after === null ? ranked : ranked.filter(({ rank }) => rank > shuffle(after));
  const ordered = beyond.sort((a, b) => a.rank - b.rank).map(({ person }) => person);
  return { persons: ordered.slice(0, Math.max(0, first)), hasMore: ordered.length > first };
}
