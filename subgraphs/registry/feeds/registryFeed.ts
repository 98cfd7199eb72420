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
import { roughCount } from './roughCount.js';

/**
 * `Registry.<registry>`: what a registry says of its snapshot. It is about no person: counts are those of the snapshot, which an
 * erasure does not change, and rough, so that the snapshot after it does not tell how much was erased either.
 *
 * @param mainTable what the registry is about, whose rows are counted: contacts, or persons
 */
export function registryFeed(registry: string, mainTable: string): SubgraphModule {
  @ObjectType('Registry')
  @Directive('@key(fields: "name")')
  class Registry {
    // Which registries there are is the directory's to tell, whatever its policy shows of a name.
    @Field(() => String, { simple: true })
    @Directive('@external')
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
      const { rows, rejected } = manifest.tables[mainTable]!;
      return Feed.data({
        rows: Float64Array.of(roughCount(rows)),
        rejects: Float64Array.of(roughCount(rejected)),
        extractedAt: [manifest.createdAt],
        synthetic: [String(manifest.synthetic)],
        absent: [...(manifest.absent ?? [])],
      });
    }
  }

  return {
    resolvers: [RegistryFeedResolver],
    entities: [Registry],
    references: { Registry: ({ name }) => Object.assign(new Registry(), { name }) },
  };
}
