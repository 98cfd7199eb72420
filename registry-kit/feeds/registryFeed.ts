import { Ctx, Directive, Field, FieldResolver, ObjectType, Resolver, Root } from '../../lib/typeGraphql.js';
import { Feed } from '../../schema/feed.js';
import { FeedScalar } from '../../schema/scalars.js';
import type { SubgraphModule } from '../subgraph/registry.js';
import type { RegistryContext } from '../subgraph/registryContext.js';

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

/** An object that holds the feeds of registries, by registry. */
type FeedHolder = Readonly<Record<string, unknown>>;

/**
 * Declares, on the class of a derived type, the feed of each registry as an external field. Which registries there are is
 * known when the subgraph is built, so the fields cannot be written down.
 */
export function declareFeeds(
  derivedType: { readonly prototype: object },
  registries: readonly string[],
): void {
  for (const registry of registries) {
    Field(() => FeedScalar, { nullable: true, simple: true })(derivedType.prototype, registry);
    Directive('@external')(derivedType.prototype, registry);
  }
}

/** The directive of a field that needs the feeds of these registries. */
export function requiresFeeds(registries: readonly string[]): string {
  return `@requires(fields: "${registries.join(' ')}")`;
}

/** The feeds in a representation, by registry; one that did not come is failed. */
export function feedsIn(
  holder: FeedHolder,
  registries: readonly string[],
): readonly (readonly [registry: string, Feed])[] {
  return registries.map((registry) => [registry, Feed.from(holder[registry])]);
}

/** The finest unit of a rough count: hardly anybody has so many rows. */
const FINEST = 1_000;

/**
 * A count to its first two digits, and never finer than thousands; NaN where that is none, as where there is nothing. It says how large
 * a register is, without saying how many rows one person has: their erasure would else be the difference between two counts.
 */
export function roughCount(count: number): number {
  const unit = Math.max(FINEST, 10 ** (Math.floor(Math.log10(Math.max(1, count))) - 1));
  return Math.round(count / unit) * unit || Number.NaN;
}
