import { Feed } from '../../../schema/feed.js';
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
import type { RegistryContext } from '../subgraph/registryContext.js';
import type { SubgraphModule } from '../subgraph/subgraphModule.js';

/** `Registry.<registry>`: what a registry says of its snapshot. It is about no person. */
export function registryFeed(registry: string): SubgraphModule {
  @ObjectType('Registry')
  @Directive('@key(fields: "name")')
  class Registry {
    @Field(() => String, { simple: true })
    name!: string;
  }

  @Resolver(() => Registry)
  class RegistryFeedResolver {
    @FieldResolver(() => FeedScalar, { name: registry, nullable: true })
    @Directive('@inaccessible')
    @Directive('@lineage(exposes: [])')
    feed(@Root() { name }: Registry, @Ctx() { store }: RegistryContext): Feed | null {
      if (name !== registry) return null;
      const { manifest } = store;
      const stored = Object.values(manifest.tables).reduce((sum, table) => sum + table.rows, 0);
      return Feed.data({
        rows: Float64Array.of(stored - store.erasedRows()),
        rejects: Float64Array.of(manifest.rejectedRows),
        extractedAt: [manifest.createdAt],
        synthetic: [String(manifest.synthetic)],
      });
    }
  }

  return {
    resolvers: [RegistryFeedResolver],
    entities: [Registry],
    references: { Registry: ({ name }) => Object.assign(new Registry(), { name }) },
  };
}
