import { Field, FieldResolver, ObjectType, Resolver, Root } from '../../lib/typeGraphql.js';
import { LanguageAsked } from '../../schema/languageAsked.js';
import type { RiskSource } from '../../registry-kit/features/feature.js';
import {
  INTENDED_USE,
  LIMITATIONS,
  OUT_OF_SCOPE_USE,
  OUTCOME,
  OVERSIGHT_OF_READERS,
} from '../../risk-model/card/cardWords.js';
import type { Measurement } from '../../risk-model/evaluation/metrics.js';
import { MILLIONTHS } from '../../risk-model/model/modelContent.js';
import type { DescribedVersion } from '../../risk-model/register/servedRegister.js';
import { baseRateOf } from './assess.js';
import {
  RiskCalibrationBand,
  RiskFigureInterval,
  RiskGroupQuality,
  RiskModelFactor,
  RiskHorizon,
  RiskModelQuality,
  RiskModelTerm,
  RiskTrainingData,
} from './cardTypes.js';
import { inLanguage, type LocalizedText, type Language } from '../../schema/language.js';
import { LIMITS } from './limits.js';

@ObjectType({
  description:
    'The model card (Mitchell et al. 2019): what a model is for and not for, how good it is and for which groups.',
})
export class RiskModelCard {
  constructor(readonly described: DescribedVersion) {
    this.trainedAt = described.model.trainedAt;
  }

  @Field(() => String, { nullable: true, simple: true, description: 'ISO 8601, UTC.' })
  readonly trainedAt: string;
}

@Resolver(() => RiskModelCard)
export class RiskModelCardResolver {
  readonly #labels: ReadonlyMap<string, LocalizedText>;

  constructor(sources: readonly RiskSource[]) {
    const features = sources.flatMap((source) => source.features);
    this.#labels = new Map(features.map(({ id, label }) => [id, label]));
  }

  @FieldResolver(() => String, { nullable: true, description: 'What it predicts.' })
  outcome(@LanguageAsked() language: Language): string {
    return inLanguage(OUTCOME, language);
  }

  @FieldResolver(() => [String], { nullable: true })
  intendedUse(@LanguageAsked() language: Language): string[] {
    return INTENDED_USE.map((text) => inLanguage(text, language));
  }

  @FieldResolver(() => [String], { nullable: true, description: 'Uses that are not allowed.' })
  outOfScopeUse(@LanguageAsked() language: Language): string[] {
    return OUT_OF_SCOPE_USE.map((text) => inLanguage(text, language));
  }

  @FieldResolver(() => String, { nullable: true, description: 'Who decides (AI Act Art. 14).' })
  humanOversight(@LanguageAsked() language: Language): string {
    return inLanguage(OVERSIGHT_OF_READERS, language);
  }

  @FieldResolver(() => [String], {
    nullable: true,
    description: 'What it cannot know, and how it may be wrong.',
  })
  limits(@LanguageAsked() language: Language): string[] {
    return [LIMITATIONS, ...LIMITS].map((text) => inLanguage(text, language));
  }

  @FieldResolver(() => RiskTrainingData, { nullable: true })
  data(@Root() { described: { model } }: RiskModelCard): RiskTrainingData {
    const { training, considered } = model.content;
    return Object.assign(new RiskTrainingData(), {
      asOf: training.blocks,
      children: toTens(training.children),
      families: toTens(training.families),
      clients: toTens(training.clients),
      factorsConsidered: considered.length + model.factors.length,
      factorsUsed: model.factors.length,
    });
  }

  @FieldResolver(() => [RiskHorizon], { nullable: true, description: 'By horizon, from one year.' })
  horizons(@Root() { described: { model } }: RiskModelCard): RiskHorizon[] {
    return model.calibration.map((bands, at) =>
      Object.assign(new RiskHorizon(), {
        years: at + 1,
        baseRate: baseRateOf(bands),
        calibration: bands.map((band) =>
          Object.assign(new RiskCalibrationBand(), band, { children: toTens(band.children) }),
        ),
      }),
    );
  }

  @FieldResolver(() => [RiskModelQuality], {
    nullable: true,
    description: 'By day and horizon; null if the model was not evaluated.',
  })
  quality(@Root() { described: { evaluation } }: RiskModelCard): RiskModelQuality[] | null {
    if (!evaluation) return null;
    return evaluation.blocks.flatMap(({ asOf, trainedOn, horizons }) =>
      horizons.map(({ years, children, clients, model: { auc, calibrationError, slope } }) =>
        Object.assign(new RiskModelQuality(), {
          asOf,
          isTrainedOn: trainedOn,
          years,
          children: toTens(children),
          clients: toTens(clients),
          auc: auc.value,
          aucInterval: Object.assign(new RiskFigureInterval(), { from: auc.from, until: auc.until }),
          calibrationError: calibrationError.value,
          slope: slope.value,
        }),
      ),
    );
  }

  @FieldResolver(() => [RiskGroupQuality], {
    nullable: true,
    description: 'By group; null if the model was not evaluated.',
  })
  groups(@Root() { described: { evaluation } }: RiskModelCard): RiskGroupQuality[] | null {
    if (!evaluation) return null;
    return evaluation.groups.map(({ grouping, label, children, predicted, observed, auc }) =>
      Object.assign(new RiskGroupQuality(), {
        grouping,
        label,
        children: toTens(children),
        predicted: toPercents(predicted),
        observed: toPercents(observed),
        auc: auc === null ? null : toPercents(auc),
      }),
    );
  }

  @FieldResolver(() => [RiskModelTerm], {
    nullable: true,
    description: 'Everything that enters a score: single factors and interactions.',
  })
  terms(@Root() { described: { model } }: RiskModelCard): RiskModelTerm[] {
    return model.content.terms.map(({ factors, values }) =>
      Object.assign(new RiskModelTerm(), {
        factors: factors.map(
          (id) => new RiskModelFactor(id, this.#labels.get(id) ?? { fi: id, en: id, sv: id }),
        ),
        least: Math.min(...values) / MILLIONTHS,
        most: Math.max(...values) / MILLIONTHS,
      }),
    );
  }
}

/** Counts of people and of assessments are published in tens, so that none of them stands for one child. */
export function toTens(count: number): number {
  return Math.round(count / 10) * 10;
}

function toPercents(share: Measurement): Measurement {
  return share === null ? null : Math.round(share * 100) / 100;
}
