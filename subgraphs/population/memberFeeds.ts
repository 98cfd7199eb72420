import { Ctx, Directive, FieldResolver, ObjectType, Resolver, Root } from '../../lib/typeGraphql.js';
import { CohortMembersKey } from '../../registry-kit/criteria/cohortKeys.js';
import type { GroupAnswers } from '../../registry-kit/criteria/criterion.js';
import { eachRow, type FeedRows } from '../../registry-kit/enforcement/feedRows.js';
import { FamilyRiskAssessmentsKey, FamilyServicePathKey } from '../../registry-kit/feeds/feedKeys.js';
import { familyIndexOf } from '../../registry-kit/person-flags/familyIndex.js';
import type { SubgraphModule } from '../../registry-kit/subgraph/departmentRegistry.js';
import type { RegistryContext } from '../../registry-kit/subgraph/registryContext.js';
import { FeedScalar } from '../../schema/scalars.js';
import type { populationRegistry } from './tables.js';
import { unitAttributes } from './yearly.js';

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
      evaluations: [],
      attributes: await unitAttributes(store),
      texts: { snapshot: [store.manifest.snapshotId] },
    };
  }
}

/** `CohortMembers.population`: how many families are behind a number. */
export const memberUnitsFeed: SubgraphModule = {
  resolvers: [MemberUnitsResolver],
  entities: [CohortMembers],
  references: { CohortMembers: (representation) => new CohortMembers(representation as never) },
};

@ObjectType('FamilyServicePath')
@Directive('@key(fields: "family from until")')
class FamilyServicePath extends FamilyServicePathKey {}

@Resolver(() => FamilyServicePath)
class MembersFeedResolver {
  @FieldResolver(() => FeedScalar, { nullable: true })
  @Directive('@inaccessible')
  @Directive(
    '@lineage(exposes: ["FamilyMember.person", "FamilyMember.startedAt"], optional: ["FamilyMember.endedAt"])',
  )
  members(
    @Root() { family }: FamilyServicePath,
    @Ctx() { store }: RegistryContext<typeof populationRegistry>,
  ): FeedRows {
    const { memberships } = store.tables;
    const { start, end } = memberships.columns;
    return {
      ranges: eachRow(memberships, familyIndexOf(memberships).rowsOf(family)),
      recordOf: (row) => ({ start: start[row]!, unit: undefined }),
      columns: {
        startedAt: { kind: 'day', values: start },
        endedAt: { kind: 'day', values: end },
      },
    };
  }
}

/** `FamilyServicePath.members`: who was in the family, and when. */
export const membersFeed: SubgraphModule = {
  resolvers: [MembersFeedResolver],
  entities: [FamilyServicePath],
  references: { FamilyServicePath: (representation) => new FamilyServicePath(representation) },
};

@ObjectType('FamilyRiskAssessments')
@Directive('@key(fields: "family asOf horizonYears")')
class FamilyRiskAssessments extends FamilyRiskAssessmentsKey {}

@Resolver(() => FamilyRiskAssessments)
class RiskMembersFeedResolver {
  @FieldResolver(() => FeedScalar, { nullable: true })
  @Directive('@inaccessible')
  @Directive(
    '@lineage(exposes: ["FamilyMember.person", "FamilyMember.role", "FamilyMember.startedAt"], optional: ["FamilyMember.endedAt"])',
  )
  members(
    @Root() { family }: FamilyRiskAssessments,
    @Ctx() { store }: RegistryContext<typeof populationRegistry>,
  ): FeedRows {
    const { memberships } = store.tables;
    const { role, start, end } = memberships.columns;
    return {
      ranges: eachRow(memberships, familyIndexOf(memberships).rowsOf(family)),
      recordOf: (row) => ({ start: start[row]!, unit: undefined }),
      columns: {
        role: { kind: 'code', values: role },
        startedAt: { kind: 'day', values: start },
        endedAt: { kind: 'day', values: end },
      },
    };
  }
}

/** `FamilyRiskAssessments.members`: who was in the family, as what, and when. */
export const riskMembersFeed: SubgraphModule = {
  resolvers: [RiskMembersFeedResolver],
  entities: [FamilyRiskAssessments],
  references: { FamilyRiskAssessments: (representation) => new FamilyRiskAssessments(representation) },
};
