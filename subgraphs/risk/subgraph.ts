import { formatQuarter } from '../../lib/calendar.js';
import {
  Args,
  ArgsType,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  Float,
  Int,
  ObjectType,
  Resolver,
  Root,
} from '../../lib/typeGraphql.js';
import { stableShuffle } from '../../registry-kit/enforcement/stableShuffle.js';
import { checkPredictionArgs, type RiskSource } from '../../registry-kit/features/feature.js';
import {
  FamilyRiskAssessmentsKey,
  PredictionArgs,
  RiskAssessmentKey,
} from '../../registry-kit/feeds/feedKeys.js';
import { expectFeeds } from '../../registry-kit/feeds/answerFeeds.js';
import { feedsIn, requiresFeeds } from '../../registry-kit/feeds/registryFeed.js';
import { joinModules, type SubgraphModule } from '../../registry-kit/subgraph/departmentRegistry.js';
import type { RequestContext } from '../../registry-kit/subgraph/requestContext.js';
import { MILLIONTHS } from '../../risk-model/model/modelContent.js';
import type { RiskModelInForce, RiskStore } from '../../risk-model/model/riskStore.js';
import { Feed } from '../../schema/feed.js';
import { FeedScalar } from '../../schema/scalars.js';
import { assess, type Assessment, type AssessmentResult } from './assess.js';
import { cohortRiskModule } from './groupRisks.js';
import { childrenOn, HUMAN_OVERSIGHT, LIMITS } from './limits.js';
import {
  inLanguage,
  Language,
  ProbabilityInterval,
  RiskCalibration,
  RiskContribution,
  RiskFactor,
  RiskFamily,
  RiskModelVersion,
  RiskPerson,
  RiskStatus,
} from './types.js';

type Context = RequestContext<RiskStore>;

@ArgsType()
class LanguageArgs {
  @Field(() => Language, { defaultValue: Language.EN })
  language!: Language;
}

/**
 * The subgraph of predicted need. It owns no register data. An assessment is an entity keyed by child,
 * quarter and horizon. The registries feed it with factors, and a model that two people have approved
 * computes a number from them (docs/decisions/risk-serving.md).
 */
export function riskModule(sources: readonly RiskSource[]): SubgraphModule {
  const registries = sources.map(({ registry }) => registry);
  const required = requiresFeeds(registries);
  const labels = new Map(sources.flatMap(({ features }) => features.map(({ id, label }) => [id, label])));
  const factorOf = (id: string) => new RiskFactor(id, labels.get(id) ?? { fi: id, en: id, sv: id });

  @ObjectType({
    description:
      'Whether a child may need child protection within some years: a prediction by a model, for professionals.',
  })
  @Directive('@key(fields: "person asOf horizonYears")')
  class RiskAssessment extends RiskAssessmentKey {
    #result: AssessmentResult | undefined;
    #inForce: RiskModelInForce | undefined;

    constructor(representation: Record<string, unknown>) {
      super(representation);
      Object.assign(this, Object.fromEntries(feedsIn(representation, registries)));
    }

    get feeds(): readonly (readonly [registry: string, Feed])[] {
      return feedsIn({ ...this } as Record<string, unknown>, registries);
    }

    /** All fields of one answer use one model. */
    inForce(store: RiskStore): RiskModelInForce {
      return (this.#inForce ??= store.inForce());
    }

    result(store: RiskStore): AssessmentResult {
      return (this.#result ??= assess(this.inForce(store), this.feeds, this.horizonYears));
    }

    /** Returns null if there is no number. */
    assessed<Value>({ store }: Context, read: (assessment: Assessment) => Value): Value | null {
      const result = this.result(store);
      return result.status === 'ASSESSED' ? read(result.assessment) : null;
    }
  }
  expectFeeds(RiskAssessment, registries);

  @ObjectType({ description: 'Predictions for the children of a family.' })
  @Directive('@key(fields: "family asOf horizonYears")')
  class FamilyRiskAssessments extends FamilyRiskAssessmentsKey {
    @Field(() => FeedScalar, { nullable: true, simple: true })
    @Directive('@external')
    readonly members: Feed;

    constructor(representation: Record<string, unknown>) {
      super(representation);
      this.members = Feed.from(representation['members']);
    }
  }

  @Resolver(() => RiskPerson)
  class RiskPersonResolver {
    @FieldResolver(() => RiskAssessment, {
      nullable: true,
      description: 'Whether this child may need child protection, predicted at the beginning of a quarter.',
    })
    childProtectionRisk(
      @Root() { id: person }: RiskPerson,
      @Args(() => PredictionArgs) args: PredictionArgs,
    ): RiskAssessment {
      return new RiskAssessment({ person, ...keyOf(args) });
    }
  }

  @Resolver(() => RiskFamily)
  class RiskFamilyResolver {
    @FieldResolver(() => FamilyRiskAssessments, {
      nullable: true,
      description: 'The same for each child of the family.',
    })
    childProtectionRisks(
      @Root() { id: family }: RiskFamily,
      @Args(() => PredictionArgs) args: PredictionArgs,
    ): FamilyRiskAssessments {
      return new FamilyRiskAssessments({ family, ...keyOf(args) });
    }
  }

  @Resolver(() => FamilyRiskAssessments)
  class FamilyRiskAssessmentsResolver {
    @FieldResolver(() => [RiskAssessment], {
      nullable: true,
      description: 'One for each child who was in the family at the beginning of the quarter.',
    })
    @Directive(requiresFeeds(['members']))
    children(
      @Root() { members, asOf, horizonYears }: FamilyRiskAssessments,
      @Ctx() { decision }: Context,
    ): RiskAssessment[] {
      const shuffle = stableShuffle(decision.domain);
      return childrenOn(members, asOf)
        .sort((a, b) => shuffle(a) - shuffle(b))
        .map((person) => new RiskAssessment({ person, ...keyOf({ asOf, horizonYears }) }));
    }
  }

  @Resolver(() => RiskAssessment)
  class RiskAssessmentResolver {
    @FieldResolver(() => RiskPerson, { nullable: true })
    child(@Root() { person }: RiskAssessment): RiskPerson {
      return new RiskPerson(person);
    }

    @FieldResolver(() => RiskStatus, {
      nullable: true,
      description: 'Whether there is a number, or why not.',
    })
    @Directive(required)
    status(@Root() risk: RiskAssessment, @Ctx() { store }: Context): RiskStatus {
      return RiskStatus[risk.result(store).status];
    }

    @FieldResolver(() => [String], {
      nullable: true,
      description:
        'Registries whose owners withhold their factors from this purpose. If there are any, there is no number. The list depends on policy only, never on data.',
    })
    @Directive(required)
    withheld(@Root() risk: RiskAssessment): string[] {
      return risk.feeds.flatMap(([registry, { state }]) => (state === 'withheld' ? [registry] : []));
    }

    @FieldResolver(() => String, {
      nullable: true,
      description: 'Why the model is switched off, as the data owner wrote.',
    })
    switchedOffBecause(@Root() risk: RiskAssessment, @Ctx() { store }: Context): string | null {
      const inForce = risk.inForce(store);
      return inForce.state === 'switched-off' ? inForce.reason : null;
    }

    @FieldResolver(() => Float, {
      nullable: true,
      description:
        'The probability that the child becomes a client of child protection within the horizon. Rounded to whole percents when a factor is hidden, so 0 means below 0.5 %.',
    })
    @Directive(required)
    probability(@Root() risk: RiskAssessment, @Ctx() context: Context): number | null {
      return risk.assessed(context, ({ probability }) => probability);
    }

    @FieldResolver(() => ProbabilityInterval, {
      nullable: true,
      description:
        'The 95 % confidence interval of the probability. It covers how much the model would differ if it were trained on other families.',
    })
    @Directive(required)
    interval(@Root() risk: RiskAssessment, @Ctx() context: Context): ProbabilityInterval | null {
      return risk.assessed(context, ({ interval: [from, until] }) =>
        Object.assign(new ProbabilityInterval(), { from, until }),
      );
    }

    @FieldResolver(() => Int, {
      nullable: true,
      description: 'The percentage of the model’s training children with a lower probability.',
    })
    @Directive(required)
    percentile(@Root() risk: RiskAssessment, @Ctx() context: Context): number | null {
      return risk.assessed(context, ({ percentile }) => percentile);
    }

    @FieldResolver(() => Float, {
      nullable: true,
      description: 'Log-odds of the first year: the sum of base and all contributions.',
    })
    @Directive(required)
    score(@Root() risk: RiskAssessment, @Ctx() context: Context): number | null {
      return risk.assessed(context, ({ score }) => score / MILLIONTHS);
    }

    @FieldResolver(() => Float, {
      nullable: true,
      description: 'The starting log-odds, the same for every child.',
    })
    @Directive(required)
    base(@Root() risk: RiskAssessment, @Ctx() context: Context): number | null {
      return risk.assessed(context, ({ base }) => base / MILLIONTHS);
    }

    @FieldResolver(() => [RiskContribution], {
      nullable: true,
      description:
        'The parts of the score: single factors and interactions that you may see, largest first, then totals of all others by registry.',
    })
    @Directive(required)
    contributions(@Root() risk: RiskAssessment, @Ctx() context: Context): RiskContribution[] | null {
      return risk.assessed(context, ({ contributions }) =>
        contributions.map(({ registries, factors, logOdds }) =>
          Object.assign(new RiskContribution(), {
            registries,
            factors: factors.map(factorOf),
            logOdds: logOdds / MILLIONTHS,
          }),
        ),
      );
    }

    @FieldResolver(() => Int, {
      nullable: true,
      description: 'How many of the model’s factors that you may see are unknown for this child.',
    })
    @Directive(required)
    missing(@Root() risk: RiskAssessment, @Ctx() context: Context): number | null {
      return risk.assessed(context, ({ missing }) => missing);
    }

    @FieldResolver(() => RiskCalibration, { nullable: true })
    @Directive(required)
    calibration(@Root() risk: RiskAssessment, @Ctx() context: Context): RiskCalibration | null {
      return risk.assessed(context, ({ calibration }) => Object.assign(new RiskCalibration(), calibration));
    }

    @FieldResolver(() => RiskModelVersion, { nullable: true, description: 'The model that serves.' })
    model(@Root() risk: RiskAssessment, @Ctx() { store }: Context): RiskModelVersion | null {
      const inForce = risk.inForce(store);
      if (inForce.state !== 'serving') return null;
      const { approvedAt, model } = inForce;
      const { version, trainedAt } = model;
      return Object.assign(new RiskModelVersion(), { version, trainedAt, approvedAt });
    }

    @FieldResolver(() => Float, {
      nullable: true,
      description:
        'The share of all children that became clients within the horizon, to compare the probability with.',
    })
    baseRate(@Root() risk: RiskAssessment, @Ctx() { store }: Context): number | null {
      const inForce = risk.inForce(store);
      return inForce.state === 'serving'
        ? baseRateOf(inForce.model.calibration[risk.horizonYears - 1]!)
        : null;
    }

    @FieldResolver(() => [String], {
      nullable: true,
      description: 'The limits of the number, and uses that are not allowed.',
    })
    limits(@Args(() => LanguageArgs) { language }: LanguageArgs): string[] {
      return LIMITS.map((limit) => inLanguage(limit, language));
    }

    @FieldResolver(() => String, {
      nullable: true,
      description: 'Who decides: a person (AI Act Art. 14, GDPR Art. 22).',
    })
    humanOversight(@Args(() => LanguageArgs) { language }: LanguageArgs): string {
      return inLanguage(HUMAN_OVERSIGHT, language);
    }
  }

  const ofPeople: SubgraphModule = {
    resolvers: [
      RiskPersonResolver,
      RiskFamilyResolver,
      FamilyRiskAssessmentsResolver,
      RiskAssessmentResolver,
    ],
    entities: [RiskPerson, RiskFamily, RiskAssessment, FamilyRiskAssessments],
    references: {
      Person: ({ id }) => new RiskPerson(id as number),
      Family: ({ id }) => new RiskFamily(id as number),
      RiskAssessment: (representation) => new RiskAssessment(representation),
      FamilyRiskAssessments: (representation) => new FamilyRiskAssessments(representation),
    },
  };
  return joinModules(ofPeople, cohortRiskModule(registries));
}

/** @throws PolkuError BAD_USER_INPUT */
function keyOf({ asOf, horizonYears }: PredictionArgs): { asOf: string; horizonYears: number } {
  checkPredictionArgs(asOf, horizonYears);
  return { asOf: formatQuarter(asOf), horizonYears };
}

function baseRateOf(bands: readonly RiskCalibration[]): number {
  const children = bands.reduce((sum, band) => sum + band.children, 0);
  return bands.reduce((sum, band) => sum + band.children * band.observed, 0) / children;
}
