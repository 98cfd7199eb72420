import { formatQuarter } from '../../lib/calendar.js';
import {
  Args,
  Ctx,
  Directive,
  FieldResolver,
  Float,
  Int,
  ObjectType,
  Resolver,
  Root,
} from '../../lib/typeGraphql.js';
import { LanguageAsked } from '../../schema/languageAsked.js';
import { checkPredictionArgs, type RiskSource } from '../../registry-kit/features/feature.js';
import { type Representation, REQUIRES_FEEDS } from '../../registry-kit/feeds/derivedEntity.js';
import { PredictionArgs, RiskAssessmentKey } from '../../registry-kit/feeds/feedKeys.js';
import type { RequestContext } from '../../registry-kit/subgraph/requestContext.js';
import { MILLIONTHS } from '../../risk-model/model/modelContent.js';
import type { RiskModelInForce, RiskStore } from '../../risk-model/model/riskStore.js';
import { inLanguage, type LocalizedText, type Language } from '../../schema/language.js';
import { assess, type Assessment, type AssessmentResult, baseRateOf } from './assess.js';
import { HUMAN_OVERSIGHT, LIMITS } from './limits.js';
import {
  ProbabilityInterval,
  RiskCalibration,
  RiskContribution,
  RiskFactor,
  RiskModelVersion,
  RiskPerson,
  RiskStatus,
} from './types.js';

type Context = RequestContext<RiskStore>;

@ObjectType({
  description:
    'Whether a child may need child protection within some years: a prediction by a model, for professionals.',
})
@Directive('@key(fields: "person asOf horizonYears")')
export class RiskAssessment extends RiskAssessmentKey {
  #result: AssessmentResult | undefined;
  #inForce: RiskModelInForce | undefined;

  /** All fields of one answer use one model. */
  inForce(store: RiskStore): RiskModelInForce {
    return (this.#inForce ??= store.inForce());
  }

  result(store: RiskStore): AssessmentResult {
    return (this.#result ??= assess(this.inForce(store), [...this.feeds], this.horizonYears));
  }

  /** Returns null if there is no number. */
  assessed<Value>({ store }: Context, read: (assessment: Assessment) => Value): Value | null {
    const result = this.result(store);
    return result.status === 'ASSESSED' ? read(result.assessment) : null;
  }
}

@Resolver(() => RiskPerson)
export class RiskPersonResolver {
  constructor(private readonly registries: readonly string[]) {}

  @FieldResolver(() => RiskAssessment, {
    nullable: true,
    description: 'Whether this child may need child protection, predicted at the beginning of a quarter.',
  })
  childProtectionRisk(
    @Root() { id: person }: RiskPerson,
    @Args(() => PredictionArgs) args: PredictionArgs,
  ): RiskAssessment {
    return new RiskAssessment({ person, ...predictionKey(args) }, this.registries);
  }
}

@Resolver(() => RiskAssessment)
export class RiskAssessmentResolver {
  readonly #labels: ReadonlyMap<string, LocalizedText>;

  constructor(sources: readonly RiskSource[]) {
    const features = sources.flatMap((source) => source.features);
    this.#labels = new Map(features.map(({ id, label }) => [id, label]));
  }

  @FieldResolver(() => RiskPerson, { nullable: true })
  child(@Root() { person }: RiskAssessment): RiskPerson {
    return new RiskPerson(person);
  }

  @FieldResolver(() => RiskStatus, {
    nullable: true,
    description: 'Whether there is a number, or why not.',
  })
  @Directive(REQUIRES_FEEDS)
  status(@Root() risk: RiskAssessment, @Ctx() { store }: Context): RiskStatus {
    return RiskStatus[risk.result(store).status];
  }

  @FieldResolver(() => [String], {
    nullable: true,
    description:
      'Registries whose owners withhold their factors from this purpose. If there are any, there is no number. The list depends on policy only, never on data.',
  })
  @Directive(REQUIRES_FEEDS)
  withheld(@Root() { feeds }: RiskAssessment): string[] {
    return [...feeds].flatMap(([registry, { state }]) => (state === 'withheld' ? [registry] : []));
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
  @Directive(REQUIRES_FEEDS)
  probability(@Root() risk: RiskAssessment, @Ctx() context: Context): number | null {
    return risk.assessed(context, ({ probability }) => probability);
  }

  @FieldResolver(() => ProbabilityInterval, {
    nullable: true,
    description:
      'The 95 % confidence interval of the probability. It covers how much the model would differ if it were trained on other families.',
  })
  @Directive(REQUIRES_FEEDS)
  interval(@Root() risk: RiskAssessment, @Ctx() context: Context): ProbabilityInterval | null {
    return risk.assessed(context, ({ interval: [from, until] }) =>
      Object.assign(new ProbabilityInterval(), { from, until }),
    );
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'The percentage of the model’s training children with a lower probability.',
  })
  @Directive(REQUIRES_FEEDS)
  percentile(@Root() risk: RiskAssessment, @Ctx() context: Context): number | null {
    return risk.assessed(context, ({ percentile }) => percentile);
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description: 'Log-odds of the first year: the sum of base and all contributions.',
  })
  @Directive(REQUIRES_FEEDS)
  score(@Root() risk: RiskAssessment, @Ctx() context: Context): number | null {
    return risk.assessed(context, ({ score }) => score / MILLIONTHS);
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description: 'The starting log-odds, the same for every child.',
  })
  @Directive(REQUIRES_FEEDS)
  base(@Root() risk: RiskAssessment, @Ctx() context: Context): number | null {
    return risk.assessed(context, ({ base }) => base / MILLIONTHS);
  }

  @FieldResolver(() => [RiskContribution], {
    nullable: true,
    description:
      'The parts of the score: single factors and interactions that you may see, largest first, then totals of all others by registry.',
  })
  @Directive(REQUIRES_FEEDS)
  contributions(@Root() risk: RiskAssessment, @Ctx() context: Context): RiskContribution[] | null {
    return risk.assessed(context, ({ contributions }) =>
      contributions.map(({ registries, factors, logOdds }) =>
        Object.assign(new RiskContribution(), {
          registries,
          factors: factors.map(
            (id) => new RiskFactor(id, this.#labels.get(id) ?? { fi: id, en: id, sv: id }),
          ),
          logOdds: logOdds / MILLIONTHS,
        }),
      ),
    );
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'How many of the model’s factors that you may see are unknown for this child.',
  })
  @Directive(REQUIRES_FEEDS)
  missing(@Root() risk: RiskAssessment, @Ctx() context: Context): number | null {
    return risk.assessed(context, ({ missing }) => missing);
  }

  @FieldResolver(() => RiskCalibration, { nullable: true })
  @Directive(REQUIRES_FEEDS)
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
    return inForce.state === 'serving' ? baseRateOf(inForce.model.calibration[risk.horizonYears - 1]!) : null;
  }

  @FieldResolver(() => [String], {
    nullable: true,
    description: 'The limits of the number, and uses that are not allowed.',
  })
  limits(@LanguageAsked() language: Language): string[] {
    return LIMITS.map((limit) => inLanguage(limit, language));
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Who decides: a person (AI Act Art. 14, GDPR Art. 22).',
  })
  humanOversight(@LanguageAsked() language: Language): string {
    return inLanguage(HUMAN_OVERSIGHT, language);
  }
}

/** @throws PolkuError BAD_USER_INPUT */
export function predictionKey({ asOf, horizonYears }: PredictionArgs): Representation {
  checkPredictionArgs(asOf, horizonYears);
  return { asOf: formatQuarter(asOf), horizonYears };
}
