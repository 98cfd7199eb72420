import {
  Arg,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  Float,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from '../../lib/typeGraphql.js';
import { CodedValue } from '../../registry-kit/codes/codedValue.js';
import { stableShuffle } from '../../registry-kit/enforcement/stableShuffle.js';
import {
  DerivedEntity,
  expectFeeds,
  type Representation,
  REQUIRES_FEEDS,
} from '../../registry-kit/feeds/derivedEntity.js';
import { PersonPageKey } from '../../registry-kit/feeds/personPageFeed.js';
import { PersonStub } from '../../registry-kit/subgraph/entityStubs.js';
import type { SubgraphModule } from '../../registry-kit/subgraph/departmentRegistry.js';
import type { RequestContext } from '../../registry-kit/subgraph/requestContext.js';
import { Feed } from '../../schema/feed.js';
import type { PersonKey } from '../../schema/keys.js';
import { inLanguage, type LocalizedText, type Language } from '../../schema/language.js';
import { LanguageAsked } from '../../schema/languageAsked.js';
import { PersonIDScalar } from '../../schema/scalars.js';

/** What the directory needs in addition to the feeds of registries. */
export interface DirectoryStore {
  /** The data owner of a registry, as its policy has it. */
  readonly ownerOf: (registry: string) => LocalizedText | undefined;
  /** The age in hours from which on a snapshot is stale; undefined: the city has set none. */
  readonly snapshotHours: number | undefined;
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
  return {
    resolvers: [new RegistryResolver(registries), new PersonPageResolver(clientRegistries)],
    entities: [DirectoryPerson, Registry, PersonPage],
    references: {
      Person: ({ id }) => new DirectoryPerson(id as number),
      Registry: (representation) => new Registry(representation, registries),
      PersonPage: (representation) => new PersonPage(representation, clientRegistries),
    },
    amendments: [expectFeeds('Registry', registries), expectFeeds('PersonPage', clientRegistries)],
  };
}

@ObjectType('Person')
@Directive('@key(fields: "id")')
class DirectoryPerson extends PersonStub {}

@ObjectType({ description: 'A departmental registry and the state of its snapshot.' })
@Directive('@key(fields: "name")')
class Registry extends DerivedEntity {
  @Field(() => String, { simple: true })
  readonly name: string;

  constructor(representation: Representation, feeds: readonly string[]) {
    super(representation, feeds);
    this.name = String(representation['name']);
  }

  /** What it says about its own snapshot. */
  get state(): Feed {
    return this.feeds.get(this.name) ?? Feed.failed;
  }
}

const HOUR_MS = 3_600_000;

@ObjectType({ simpleResolvers: true, description: 'The age of a snapshot.' })
class RegistryFreshness {
  @Field(() => Float, { nullable: true })
  readonly ageHours!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'The age from which on it is stale: ready.snapshotHours; null: the city has set none.',
  })
  readonly limitHours!: number | null;

  @Field(() => Boolean, { nullable: true, description: 'null: no limit is set.' })
  readonly isStale!: boolean | null;
}

@ObjectType({ simpleResolvers: true, description: 'Why some rows of the source were not taken in.' })
class RejectReason {
  @Field(() => String, { nullable: true, description: 'Such as unknown-person or end-before-start.' })
  readonly reason!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'Rounded as rows are; null: fewer than the finest rounding shows.',
  })
  readonly rows!: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'The codes of one kind in a registry.' })
class CodeList {
  @Field(() => String, { nullable: true, description: 'Unique in its registry.' })
  readonly name: string;

  @Field(() => [CodedValue], { nullable: true })
  readonly codes: readonly CodedValue[];

  constructor(name: string, codes: readonly CodedValue[]) {
    this.name = name;
    this.codes = codes;
  }
}

@ObjectType({ description: 'Some persons, and whether there are more.' })
@Directive('@key(fields: "first after")')
class PersonPage extends PersonPageKey {
  /** The clients that the registries name. */
  get clients(): ReadonlySet<PersonKey> {
    const persons = [...this.feeds.values()].map(
      ({ columns }) => columns['person'] as Uint32Array | undefined,
    );
    return new Set(persons.flatMap((keys) => [...(keys ?? [])]));
  }
}

@Resolver(() => Registry)
class RegistryResolver {
  constructor(private readonly names: readonly string[]) {}

  @Query(() => [Registry], { description: 'The registries joined here.' })
  registries(): Registry[] {
    return this.names.map((name) => new Registry({ name }, this.names));
  }

  @FieldResolver(() => String, { nullable: true, description: 'Who answers for it and writes its policy.' })
  owner(
    @Root() { name }: Registry,
    @LanguageAsked() language: Language,
    @Ctx() context: RequestContext<DirectoryStore>,
  ): string | null {
    const owner = context.store.ownerOf(name);
    return owner ? inLanguage(owner, language) : null;
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description:
      'Contacts in the snapshot; of the population register, persons. Rounded to two digits, and to thousands at the finest; null where that is none.',
  })
  @Directive(REQUIRES_FEEDS)
  rows(@Root() { state }: Registry): number | null {
    return numberIn(state, 'rows');
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'Of these, rows of the source that were not taken in; rounded likewise.',
  })
  @Directive(REQUIRES_FEEDS)
  rejects(@Root() { state }: Registry): number | null {
    return numberIn(state, 'rejects');
  }

  @FieldResolver(() => [String], {
    nullable: true,
    description: 'What its source does not keep: tables, and columns as table.column.',
  })
  @Directive(REQUIRES_FEEDS)
  absent(@Root() { state }: Registry): readonly string[] | null {
    return (state.columns['absent'] as readonly string[] | undefined) ?? null;
  }

  @FieldResolver(() => String, { nullable: true, description: 'When the snapshot was taken, by ISO 8601.' })
  @Directive(REQUIRES_FEEDS)
  extractedAt(@Root() { state }: Registry): string | null {
    return textIn(state, 'extractedAt');
  }

  @FieldResolver(() => RegistryFreshness, {
    nullable: true,
    description: 'How old the snapshot is, and how old it may be.',
  })
  @Directive(REQUIRES_FEEDS)
  freshness(
    @Root() { state }: Registry,
    @Ctx() { store: { snapshotHours } }: RequestContext<DirectoryStore>,
  ): RegistryFreshness | null {
    const extractedAt = textIn(state, 'extractedAt');
    if (extractedAt === null) return null;
    const ageHours = Math.max(0, Date.now() - Date.parse(extractedAt)) / HOUR_MS;
    return Object.assign(new RegistryFreshness(), {
      ageHours: Math.round(ageHours * 10) / 10,
      limitHours: snapshotHours ?? null,
      isStale: snapshotHours === undefined ? null : ageHours > snapshotHours,
    });
  }

  @FieldResolver(() => [RejectReason], {
    nullable: true,
    description: 'Why rows of all its tables were not taken in; empty if all were.',
  })
  @Directive(REQUIRES_FEEDS)
  rejectsByReason(@Root() { state: { columns } }: Registry): RejectReason[] | null {
    const reasons = columns['rejectReason'] as readonly string[] | undefined;
    const rows = columns['rejectRows'] as Float64Array | undefined;
    if (!reasons || !rows) return null;
    return reasons.map((reason, at) =>
      Object.assign(new RejectReason(), { reason, rows: Number.isNaN(rows[at]) ? null : rows[at] }),
    );
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The policy revision by which it answered this request.',
  })
  @Directive(REQUIRES_FEEDS)
  policyRevision(@Root() { state }: Registry): string | null {
    return textIn(state, 'revision');
  }

  @FieldResolver(() => [CodeList], {
    nullable: true,
    description: 'Its code lists, such as services, units and districts.',
  })
  codeLists(@Root() { name: registry }: Registry, @Ctx() { codes }: RequestContext): CodeList[] {
    return [...codes.listsOf(registry)].map(
      ([name, labels]) =>
        new CodeList(
          name,
          [...labels.keys()].map((code) => new CodedValue(`${registry}/${name}`, code)),
        ),
    );
  }

  @FieldResolver(() => Boolean, { nullable: true, description: 'Whether nobody in it exists.' })
  @Directive(REQUIRES_FEEDS)
  synthetic(@Root() { state }: Registry): boolean | null {
    const text = textIn(state, 'synthetic');
    return text === null ? null : text === 'true';
  }
}

@Resolver(() => PersonPage)
class PersonPageResolver {
  constructor(private readonly clientRegistries: readonly string[]) {}

  @Query(() => PersonPage, {
    description:
      'My clients: people who have a care relationship with me or my unit. With a research permit: people of its population who have contacts that it covers.',
  })
  persons(
    @Arg('first', () => Int, { description: 'At most 1000.' }) first: number,
    @Arg('after', () => PersonIDScalar, {
      nullable: true,
      description: 'The last person of the page before.',
    })
    after: PersonKey | null | undefined,
  ): PersonPage {
    return new PersonPage({ first, after }, this.clientRegistries);
  }

  @FieldResolver(() => [DirectoryPerson], { nullable: true })
  @Directive(REQUIRES_FEEDS)
  nodes(@Root() page: PersonPage, @Ctx() { decision }: RequestContext): DirectoryPerson[] {
    const { persons } = pageOf(page.clients, page, stableShuffle(decision.domain));
    return persons.map((person) => new DirectoryPerson(person));
  }

  @FieldResolver(() => Boolean, { nullable: true })
  @Directive(REQUIRES_FEEDS)
  hasMore(@Root() page: PersonPage, @Ctx() { decision }: RequestContext): boolean {
    return pageOf(page.clients, page, stableShuffle(decision.domain)).hasMore;
  }
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
