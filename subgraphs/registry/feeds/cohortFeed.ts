import { FeedScalar } from '../../../schema/scalars/feedScalar.js';
import { Ctx, Directive, FieldResolver, ObjectType, Resolver, Root } from '../../../schema/typeGraphql.js';
import type { GroupAnswers } from '../enforcement/groupAnswers.js';
import { CohortKey } from '../groups/cohortKey.js';
import type { Criteria } from '../groups/criterion.js';
import { leavesOf } from '../groups/cohortQuestion.js';
import type { RegistryContext } from '../subgraph/registryContext.js';
import type { RegistryStore } from '../subgraph/registryContext.js';
import type { SubgraphModule } from '../subgraph/subgraphModule.js';
import { checkLeaf } from '../groups/checkLeaf.js';

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
