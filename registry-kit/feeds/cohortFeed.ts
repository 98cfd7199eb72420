import { Ctx, Directive, FieldResolver, ObjectType, Resolver, Root } from '../../lib/typeGraphql.js';
import { FeedScalar } from '../../schema/scalars.js';
import { CohortKey, CohortMembersKey, contactsOfMembers } from '../criteria/cohortKeys.js';
import { checkLeaf, leavesOf } from '../criteria/cohortQuestion.js';
import type { Criteria, GroupAnswers, RecordTest } from '../criteria/criterion.js';
import type { SubgraphModule } from '../subgraph/registry.js';
import type { RegistryContext, RegistryStore } from '../subgraph/registryContext.js';
import type { RequestContext } from '../subgraph/requestContext.js';
import type { ContactStore } from './servicePathFeeds.js';

/** What a registry tells of everybody, whatever is asked, and the coordinates that it is made of. */
export interface GroupAttributes<Store> {
  readonly tells: readonly string[];
  readonly of: (store: Store) => Promise<GroupAnswers>;
}

/**
 * `Cohort.<registry>`: what a registry knows of a group. It answers the criteria that are its own, each of everybody, and
 * leaves those of others to them.
 */
export function cohortFeed<Store extends RegistryStore>(
  registry: string,
  criteria: Criteria<Store>,
  attributes?: GroupAttributes<Store>,
): SubgraphModule {
  const testable = Object.values(criteria).flatMap((criterion) => criterion.testable);
  const aggregates = [...new Set([...testable, ...(attributes?.tells ?? [])])].map((name) => `"${name}"`);

  @ObjectType('Cohort')
  @Directive('@key(fields: "filter")')
  class Cohort extends CohortKey {}

  @Resolver(() => Cohort)
  class CohortFeedResolver {
    @FieldResolver(() => FeedScalar, { name: registry, nullable: true })
    @Directive('@inaccessible')
    @Directive(`@lineage(aggregates: [${aggregates.join(', ')}])`)
    async feed(@Root() { question }: Cohort, @Ctx() { store }: RegistryContext): Promise<GroupAnswers> {
      const own = leavesOf(question).filter(({ leaf }) => Object.hasOwn(criteria, leaf.criterion));
      const leaves = own.map((asked) => {
        const { leaf, name, as } = asked;
        const criterion = criteria[leaf.criterion]!;
        checkLeaf(asked, criterion);
        const given = leaf.arguments;
        return {
          name,
          tests: criterion.tests(given),
          evaluate: (counts: Parameters<typeof criterion.persons>[2]) =>
            as === 'persons'
              ? criterion.persons(given, store as Store, counts)
              : criterion.events!(given, store as Store, counts),
        };
      });
      const always = await attributes?.of(store as Store);
      const absent = store.manifest.absent ?? [];
      const missing = own.flatMap(({ leaf, name }) => {
        const found = criteria[leaf.criterion]!.reads(leaf.arguments).filter((read) => absent.includes(read));
        return found.length > 0 ? [[`absent:${name}`, found] as const] : [];
      });
      return {
        ...always,
        leaves: [...(always?.leaves ?? []), ...leaves],
        texts: {
          ...always?.texts,
          ...Object.fromEntries(missing),
          absent,
          snapshot: [store.manifest.snapshotId],
        },
      };
    }
  }

  return {
    resolvers: [CohortFeedResolver],
    entities: [Cohort],
    references: { Cohort: (representation) => new Cohort(representation) },
  };
}

/** `CohortMembers.<registry>`: the contacts of a group's members, for the paths that they have in common. */
export function cohortMembersFeed(registry: string, contactType: string): SubgraphModule {
  const coordinates = ['service', 'startedAt', 'endedAt'].map((field) => `${contactType}.${field}`);

  @ObjectType('CohortMembers')
  @Directive('@key(fields: "filter set other from until")')
  class CohortMembers extends CohortMembersKey {}

  @Resolver(() => CohortMembers)
  class CohortMembersFeedResolver {
    @FieldResolver(() => FeedScalar, { name: registry, nullable: true })
    @Directive('@inaccessible')
    @Directive(`@lineage(aggregates: [${coordinates.map((name) => `"${name}"`).join(', ')}])`)
    feed(@Root() members: CohortMembers, @Ctx() { store }: RequestContext<ContactStore>): GroupAnswers {
      const { contacts } = store.tables;
      const evaluate = (counts: RecordTest | undefined) => contactsOfMembers(members, contacts, counts);
      return {
        leaves: [{ name: 'contacts', tests: coordinates, evaluate }],
        texts: { services: contacts.columns.service.texts, snapshot: [store.manifest.snapshotId] },
      };
    }
  }

  return {
    resolvers: [CohortMembersFeedResolver],
    entities: [CohortMembers],
    references: { CohortMembers: (representation) => new CohortMembers(representation as never) },
  };
}
