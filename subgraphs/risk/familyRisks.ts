import { Args, Ctx, Directive, FieldResolver, ObjectType, Resolver, Root } from '../../lib/typeGraphql.js';
import { stableShuffle } from '../../registry-kit/enforcement/stableShuffle.js';
import { REQUIRES_FEEDS } from '../../registry-kit/feeds/derivedEntity.js';
import { FamilyRiskAssessmentsKey, PredictionArgs } from '../../registry-kit/feeds/feedKeys.js';
import type { RequestContext } from '../../registry-kit/subgraph/requestContext.js';
import { Feed } from '../../schema/feed.js';
import { childrenOn } from './limits.js';
import { predictionKey, RiskAssessment } from './riskAssessment.js';
import { RiskFamily } from './types.js';

/** From the population register. */
export const FAMILY_FEEDS = ['members'];

@ObjectType({ description: 'Predictions for the children of a family.' })
@Directive('@key(fields: "family asOf horizonYears")')
export class FamilyRiskAssessments extends FamilyRiskAssessmentsKey {
  /** Who was in the family, from the population register. */
  get members(): Feed {
    return this.feeds.get('members') ?? Feed.failed;
  }
}

@Resolver(() => RiskFamily)
export class RiskFamilyResolver {
  @FieldResolver(() => FamilyRiskAssessments, {
    nullable: true,
    description: 'The same for each child of the family.',
  })
  childProtectionRisks(
    @Root() { id: family }: RiskFamily,
    @Args(() => PredictionArgs) args: PredictionArgs,
  ): FamilyRiskAssessments {
    return new FamilyRiskAssessments({ family, ...predictionKey(args) }, FAMILY_FEEDS);
  }
}

@Resolver(() => FamilyRiskAssessments)
export class FamilyRiskAssessmentsResolver {
  constructor(private readonly registries: readonly string[]) {}

  @FieldResolver(() => [RiskAssessment], {
    nullable: true,
    description: 'One for each child who was in the family at the beginning of the quarter.',
  })
  @Directive(REQUIRES_FEEDS)
  children(
    @Root() { members, asOf, horizonYears }: FamilyRiskAssessments,
    @Ctx() { decision }: RequestContext,
  ): RiskAssessment[] {
    const shuffle = stableShuffle(decision.domain);
    const key = predictionKey({ asOf, horizonYears });
    return childrenOn(members, asOf)
      .sort((a, b) => shuffle(a) - shuffle(b))
      .map((person) => new RiskAssessment({ person, ...key }, this.registries));
  }
}
