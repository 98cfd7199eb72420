import { FeedScalar } from '../../../schema/scalars/feedScalar.js';
import { Ctx, Directive, FieldResolver, ObjectType, Resolver, Root } from '../../../schema/typeGraphql.js';
import type { RequestContext } from '../subgraph/requestContext.js';
import { CohortMembersKey } from '../groups/cohortMembersKey.js';
import { contactsOfMembers } from '../groups/contactsOfMembers.js';
import type { GroupAnswers } from '../enforcement/groupAnswers.js';
import type { RecordTest } from '../groups/criterion.js';
import type { SubgraphModule } from '../subgraph/subgraphModule.js';
import type { ContactStore } from './contactStore.js';

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
