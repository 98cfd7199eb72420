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
import type { FactorAnswers } from '../enforcement/factorAnswers.js';
import type { RegistryContext, RegistryStore } from '../subgraph/registryContext.js';
import type { SubgraphModule } from '../subgraph/subgraphModule.js';
import { RiskAssessmentKey } from './riskAssessmentKey.js';
import { answerFactors, computedLineage } from './foretold.js';
import type { Foretelling } from './foretelling.js';

/** `RiskAssessment.<registry>`: what a registry knows of a child, and of those who live with it, that foretells need. */
export function riskAssessmentFeed<Store extends RegistryStore>(
  registry: string,
  foretelling: Foretelling<Store>,
): SubgraphModule {
  const { source, shownOfChild = [], besides = [] } = foretelling;

  @ObjectType('RiskAssessment')
  @Directive('@key(fields: "person asOf horizonYears")')
  class RiskAssessment extends RiskAssessmentKey {
    @Field(() => FeedScalar, { nullable: true })
    @Directive('@external')
    readonly household: Feed;

    constructor(representation: Record<string, unknown>) {
      super(representation);
      this.household = Feed.from(representation['household']);
    }
  }

  @Resolver(() => RiskAssessment)
  class RiskAssessmentFeedResolver {
    @FieldResolver(() => FeedScalar, { name: registry, nullable: true })
    @Directive('@inaccessible')
    @Directive('@requires(fields: "household")')
    @Directive(computedLineage(shownOfChild, source.factors, besides))
    feed(@Root() { household, asOf }: RiskAssessment, @Ctx() context: RegistryContext): FactorAnswers | Feed {
      const store = context.store as Store;
      return answerFactors(household, foretelling, store, asOf, true);
    }
  }

  return {
    resolvers: [RiskAssessmentFeedResolver],
    entities: [RiskAssessment],
    references: { RiskAssessment: (representation) => new RiskAssessment(representation) },
  };
}
