import { Feed } from '../../../schema/feed.js';
import type { PersonKey } from '../../../schema/keys.js';
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
import type { FeedRows } from '../enforcement/feedRows.js';
import type { RequestContext } from '../subgraph/requestContext.js';
import type { SubgraphModule } from '../subgraph/subgraphModule.js';
import { contactFeedRows } from './contactFeedRows.js';
import { contactLineage } from './contactLineage.js';
import type { ContactStore } from './contactStore.js';
import { FamilyServicePathKey } from './pathKeys.js';

/** `FamilyServicePath.<registry>`: the contacts of everyone in the family, whom the population register names. */
export function familyServicePathFeed(registry: string, contactType: string): SubgraphModule {
  @ObjectType('FamilyServicePath')
  @Directive('@key(fields: "family from until")')
  class FamilyServicePath extends FamilyServicePathKey {
    @Field(() => FeedScalar, { nullable: true })
    @Directive('@external')
    readonly members: Feed;

    constructor(representation: Record<string, unknown>) {
      super(representation);
      this.members = Feed.from(representation['members']);
    }
  }

  @Resolver(() => FamilyServicePath)
  class FamilyServicePathFeedResolver {
    @FieldResolver(() => FeedScalar, { name: registry, nullable: true })
    @Directive('@inaccessible')
    @Directive('@requires(fields: "members")')
    @Directive(contactLineage(contactType))
    async feed(
      @Root() path: FamilyServicePath,
      @Ctx() { store }: RequestContext<ContactStore>,
    ): Promise<FeedRows | Feed> {
      if (path.members.state !== 'data') return path.members;
      const persons = new Set(path.members.columns['person'] as Uint32Array);
      const slices = await Promise.all(
        [...persons].map((person: PersonKey) => store.rows.rows('contacts', person)),
      );
      return contactFeedRows(store.tables.contacts, slices, path);
    }
  }

  return {
    resolvers: [FamilyServicePathFeedResolver],
    entities: [FamilyServicePath],
    references: { FamilyServicePath: (representation) => new FamilyServicePath(representation) },
  };
}
