import { FeedScalar } from '../../schema/scalars/feedScalar.js';
import { Ctx, Directive, FieldResolver, ObjectType, Resolver, Root } from '../../schema/typeGraphql.js';
import type { HouseholdAnswers } from '../registry/enforcement/factorAnswers.js';
import { ChildrenKey } from '../registry/feeds/childrenKey.js';
import { RiskAssessmentKey } from '../registry/feeds/riskAssessmentKey.js';
import type { RegistryContext } from '../registry/subgraph/registryContext.js';
import type { SubgraphModule } from '../registry/subgraph/subgraphModule.js';
import { householdOf, householdsOn } from './households.js';
import type { populationRegistry } from './tables.js';

type Context = RegistryContext<typeof populationRegistry>;

const LINEAGE =
  '@lineage(computes: ["Person.birthYear", "Person.district", "Family.members", "FamilyMember.person", "FamilyMember.role", "FamilyMember.startedAt", "FamilyMember.endedAt"])';

@ObjectType('RiskAssessment')
@Directive('@key(fields: "person asOf horizonYears")')
class RiskAssessment extends RiskAssessmentKey {}

@ObjectType('ChildFactors')
@Directive('@key(fields: "asOf")')
class ChildFactors extends ChildrenKey {}

@ObjectType('ChildOutcomes')
@Directive('@key(fields: "asOf")')
class ChildOutcomes extends ChildrenKey {}

@Resolver(() => RiskAssessment)
class HouseholdFeedResolver {
  @FieldResolver(() => FeedScalar, { nullable: true })
  @Directive('@inaccessible')
  @Directive(LINEAGE)
  household(@Root() { person, asOf }: RiskAssessment, @Ctx() { store }: Context): HouseholdAnswers {
    const household = householdOf(store.tables, person, asOf - 1);
    return { households: household ? [household] : [] };
  }
}

@Resolver(() => ChildFactors)
class HouseholdsFeedResolver {
  @FieldResolver(() => FeedScalar, { nullable: true })
  @Directive('@inaccessible')
  @Directive(LINEAGE)
  households(@Root() { asOf }: ChildFactors, @Ctx() { store }: Context): HouseholdAnswers {
    return { households: householdsOn(store.tables, asOf - 1) };
  }
}

@Resolver(() => ChildOutcomes)
class OutcomeHouseholdsFeedResolver {
  @FieldResolver(() => FeedScalar, { nullable: true })
  @Directive('@inaccessible')
  @Directive(LINEAGE)
  households(@Root() { asOf }: ChildOutcomes, @Ctx() { store }: Context): HouseholdAnswers {
    return { households: householdsOn(store.tables, asOf - 1) };
  }
}

/** `RiskAssessment.household`, `ChildFactors.households` and `ChildOutcomes.households`: who lives with whom, from which each registry takes its factors. */
export const householdFeeds: SubgraphModule = {
  resolvers: [HouseholdFeedResolver, HouseholdsFeedResolver, OutcomeHouseholdsFeedResolver],
  entities: [RiskAssessment, ChildFactors, ChildOutcomes],
  references: {
    RiskAssessment: (representation) => new RiskAssessment(representation),
    ChildFactors: (representation) => new ChildFactors(representation),
    ChildOutcomes: (representation) => new ChildOutcomes(representation),
  },
};
