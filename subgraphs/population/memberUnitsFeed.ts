import { FeedScalar } from '../../schema/scalars/feedScalar.js';
import { Ctx, Directive, FieldResolver, ObjectType, Resolver } from '../../schema/typeGraphql.js';
import type { GroupAnswers } from '../registry/enforcement/groupAnswers.js';
import { CohortMembersKey } from '../registry/groups/cohortMembersKey.js';
import type { RegistryContext } from '../registry/subgraph/registryContext.js';
import type { SubgraphModule } from '../registry/subgraph/subgraphModule.js';
import { unitAttributes } from './groupAttributes.js';
import type { populationRegistry } from './tables.js';

@ObjectType('CohortMembers')
@Directive('@key(fields: "filter set other from until")')
class CohortMembers extends CohortMembersKey {}

@Resolver(() => CohortMembers)
class MemberUnitsResolver {
  @FieldResolver(() => FeedScalar, { nullable: true })
  @Directive('@inaccessible')
  @Directive('@lineage(aggregates: ["Family.members"])')
  async population(@Ctx() { store }: RegistryContext<typeof populationRegistry>): Promise<GroupAnswers> {
    return {
      leaves: [],
      attributes: await unitAttributes(store),
      texts: { snapshot: [store.manifest.snapshotId] },
    };
  }
}

/** `CohortMembers.population`: behind how many families a number stands. */
export const memberUnitsFeed: SubgraphModule = {
  resolvers: [MemberUnitsResolver],
  entities: [CohortMembers],
  references: { CohortMembers: (representation) => new CohortMembers(representation as never) },
};
