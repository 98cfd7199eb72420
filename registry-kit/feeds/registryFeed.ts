import { Directive, Field, ObjectType } from '../../lib/typeGraphql.js';
import { Feed } from '../../schema/feed.js';
import type { SubgraphModule } from '../subgraph/departmentRegistry.js';
import type { RegistryContext } from '../subgraph/registryContext.js';
import { answerFeeds } from './answerFeeds.js';
import { DerivedEntity, type Representation } from './derivedEntity.js';

/**
 * `Registry.<registry>`: facts about a registry's snapshot. They are not about persons. The counts are those
 * of the snapshot, so an erasure does not change them. They are rounded, so the next snapshot does not reveal
 * how much was erased.
 *
 * @param mainTable the table whose rows are counted: contacts, or persons
 */
export function registryFeed(registry: string, mainTable: string): SubgraphModule {
  return answerFeeds(RegistryKey, {
    [registry]: {
      lineage: { exposes: [] },
      answer({ name }, { access, store: { manifest } }: RegistryContext): Feed | null {
        if (name !== registry) return null;
        const { rows, rejected } = manifest.tables[mainTable]!;
        const reasons = Object.keys(manifest.rejects).sort();
        return Feed.data({
          rows: Float64Array.of(roughCount(rows)),
          rejects: Float64Array.of(roughCount(rejected)),
          extractedAt: [manifest.createdAt],
          synthetic: [String(manifest.synthetic)],
          absent: [...(manifest.absent ?? [])],
          rejectReason: reasons,
          rejectRows: Float64Array.from(reasons, (reason) => roughCount(manifest.rejects[reason]!)),
          revision: [access.decision.revision],
        });
      },
    },
  });
}

/** The key of Registry, read from a representation. */
@ObjectType('Registry')
@Directive('@key(fields: "name")')
class RegistryKey extends DerivedEntity {
  // The directory decides which registries it lists, independently of what its policy shows of a name.
  @Field(() => String, { simple: true })
  @Directive('@external')
  readonly name: string;

  constructor(representation: Representation, feeds: readonly string[]) {
    super(representation, feeds);
    this.name = representation['name'] as string;
  }
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
