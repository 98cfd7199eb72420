import { FeedScalar } from '../../../schema/scalars/feedScalar.js';
import { Ctx, Directive, FieldResolver, ObjectType, Resolver, Root } from '../../../schema/typeGraphql.js';
import type { FeedRows } from '../enforcement/feedRows.js';
import type { ContactStore } from './contactStore.js';
import type { RequestContext } from '../subgraph/requestContext.js';
import type { SubgraphModule } from '../subgraph/subgraphModule.js';
import { contactFeedRows } from './contactFeedRows.js';
import { contactLineage } from './contactLineage.js';
import { ServicePathKey } from './pathKeys.js';

/** `ServicePath.<registry>`: the contacts of a person, for the person's path. */
export function servicePathFeed(registry: string, contactType: string): SubgraphModule {
  @ObjectType('ServicePath')
  @Directive('@key(fields: "person from until")')
  class ServicePath extends ServicePathKey {}

  @Resolver(() => ServicePath)
  class ServicePathFeedResolver {
    @FieldResolver(() => FeedScalar, { name: registry, nullable: true })
    @Directive('@inaccessible')
    @Directive(contactLineage(contactType))
    async feed(@Root() path: ServicePath, @Ctx() { store }: RequestContext<ContactStore>): Promise<FeedRows> {
      const slice = await store.rows.rows('contacts', path.person);
      return contactFeedRows(store.tables.contacts, [slice], path);
    }
  }

  return {
    resolvers: [ServicePathFeedResolver],
    entities: [ServicePath],
    references: { ServicePath: (representation) => new ServicePath(representation) },
  };
}
