import { Directive, Field, ObjectType } from '../../lib/typeGraphql.js';
import { Feed } from '../../schema/feed.js';
import type { SubgraphModule } from '../subgraph/departmentRegistry.js';
import type { RegistryContext } from '../subgraph/registryContext.js';
import { answerFeeds } from './answerFeeds.js';

/**
 * `Registry.<registry>`: facts about a registry's snapshot. They are not about persons. The counts are those
 * of the snapshot, so an erasure does not change them. They are rounded, so the next snapshot does not reveal
 * how much was erased.
 *
 * @param mainTable the table whose rows are counted: contacts, or persons
 */
export function registryFeed(registry: string, mainTable: string): SubgraphModule {
  return answerFeeds(
    { name: 'Registry', key: 'name', Key: RegistryKey },
    {
      [registry]: {
        lineage: { exposes: [] },
        answer({ name }, { store: { manifest } }: RegistryContext): Feed | null {
          if (name !== registry) return null;
          const { rows, rejected } = manifest.tables[mainTable]!;
          return Feed.data({
            rows: Float64Array.of(roughCount(rows)),
            rejects: Float64Array.of(roughCount(rejected)),
            extractedAt: [manifest.createdAt],
            synthetic: [String(manifest.synthetic)],
            absent: [...(manifest.absent ?? [])],
          });
        },
      },
    },
  );
}

/** The key of Registry, read from a representation. */
@ObjectType()
abstract class RegistryKey {
  // The directory decides which registries it lists, independently of what its policy shows of a name.
  @Field(() => String, { simple: true })
  @Directive('@external')
  readonly name: string;

  constructor({ name }: { name?: unknown }) {
    this.name = name as string;
  }
}

/** An object with the feeds of registries, by registry. */
type FeedHolder = Readonly<Record<string, unknown>>;

/** Returns the directive for a field that needs the feeds of these registries. */
export function requiresFeeds(registries: readonly string[]): string {
  return `@requires(fields: "${registries.join(' ')}")`;
}

/** Returns the feeds in an entity representation, by registry. A missing feed is failed. */
export function feedsIn(
  holder: FeedHolder,
  registries: readonly string[],
): readonly (readonly [registry: string, Feed])[] {
  return registries.map((registry) => [registry, Feed.from(holder[registry])]);
}

/** The smallest rounding unit. Hardly any person has so many rows. */
const FINEST = 1_000;

/**
 * Rounds a count to two significant digits and at least to thousands. Returns NaN if the result is 0. The
 * rounded count shows the size of a register, but not how many rows one person has. With exact counts, the
 * difference between two counts would show what was erased.
 */
export function roughCount(count: number): number {
  const unit = Math.max(FINEST, 10 ** (Math.floor(Math.log10(Math.max(1, count))) - 1));
  return Math.round(count / unit) * unit || Number.NaN;
}
