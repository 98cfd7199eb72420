import { FeedScalar } from '../../schema/scalars/feedScalar.js';
import { Ctx, Directive, FieldResolver, ObjectType, Resolver, Root } from '../../schema/typeGraphql.js';
import { type FeedRows, eachRow } from '../registry/enforcement/feedRows.js';
import { FamilyRiskAssessmentsKey } from '../registry/feeds/foresightKeys.js';
import { familyIndexOf } from '../registry/overlays/familyIndex.js';
import type { RegistryContext } from '../registry/subgraph/registryContext.js';
import type { SubgraphModule } from '../registry/subgraph/subgraphModule.js';
import type { populationRegistry } from './tables.js';

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
