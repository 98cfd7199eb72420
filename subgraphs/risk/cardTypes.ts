import { Field, Float, Int, ObjectType } from '../../lib/typeGraphql.js';
import { LanguageAsked } from '../../schema/languageAsked.js';
import { inLanguage, type LocalizedText, type Language } from '../../schema/language.js';

// The types of assessments are special data of persons in the policy. A model card is not about persons, so
// it has types of its own.

@ObjectType({
  simpleResolvers: true,
  description:
    'Predicted and observed outcomes of children with about this probability whose families the model was not trained on.',
})
export class RiskCalibrationBand {
  @Field(() => Float, { nullable: true, description: 'The probability, from.' })
  readonly from!: number;

  @Field(() => Float, { nullable: true })
  readonly until!: number;

  @Field(() => Int, { nullable: true, description: 'Rounded to tens.' })
  readonly children!: number;

  @Field(() => Float, { nullable: true, description: 'Their mean probability.' })
  readonly predicted!: number;

  @Field(() => Float, { nullable: true, description: 'The share that became clients.' })
  readonly observed!: number;
}

@ObjectType({ simpleResolvers: true, description: 'The 95 % interval of a figure.' })
export class RiskFigureInterval {
  @Field(() => Float, { nullable: true })
  readonly from!: number | null;

  @Field(() => Float, { nullable: true })
  readonly until!: number | null;
}

@ObjectType({ description: 'A numeric feature of children that a model uses.' })
export class RiskModelFactor {
  @Field(() => String, {
    nullable: true,
    simple: true,
    description: 'It begins with the name of the registry.',
  })
  readonly id: string;

  readonly #labels: LocalizedText;

  constructor(id: string, labels: LocalizedText) {
    this.id = id;
    this.#labels = labels;
  }

  @Field(() => String, { nullable: true, description: 'What it counts.' })
  label(@LanguageAsked() language: Language): string {
    return inLanguage(this.#labels, language);
  }
}

@ObjectType({
  simpleResolvers: true,
  description: 'The children that a model was trained on. Numbers of people are rounded to tens.',
})
export class RiskTrainingData {
  @Field(() => [String], { nullable: true, description: 'The days that the factors refer to.' })
  readonly asOf!: readonly string[];

  @Field(() => Int, { nullable: true })
  readonly children!: number;

  @Field(() => Int, { nullable: true })
  readonly families!: number;

  @Field(() => Int, { nullable: true, description: 'Children who became clients.' })
  readonly clients!: number;

  @Field(() => Int, { nullable: true, description: 'How many factors were considered.' })
  readonly factorsConsidered!: number;

  @Field(() => Int, { nullable: true, description: 'How many of them have an effect.' })
  readonly factorsUsed!: number;
}

@ObjectType({
  simpleResolvers: true,
  description: 'How a model predicts for one horizon, before any child is known.',
})
export class RiskHorizon {
  @Field(() => Int, { nullable: true })
  readonly years!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'The share of all children that became clients within these years.',
  })
  readonly baseRate!: number;

  @Field(() => [RiskCalibrationBand], {
    nullable: true,
    description: 'By band of the probability.',
  })
  readonly calibration!: readonly RiskCalibrationBand[];
}

@ObjectType({
  simpleResolvers: true,
  description:
    'How good a model is at one horizon, on families that it was not trained on. Numbers of people are rounded to tens.',
})
export class RiskModelQuality {
  @Field(() => String, { nullable: true, description: 'The day that the factors refer to.' })
  readonly asOf!: string;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the model was trained on other families as of this day.',
  })
  readonly isTrainedOn!: boolean;

  @Field(() => Int, { nullable: true })
  readonly years!: number;

  @Field(() => Int, { nullable: true })
  readonly children!: number;

  @Field(() => Int, { nullable: true })
  readonly clients!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'Discrimination (AUC): how often a child who became a client had a higher probability than one who did not. 0.5 is chance.',
  })
  readonly auc!: number | null;

  @Field(() => RiskFigureInterval, { nullable: true, description: 'The 95 % interval of the AUC.' })
  readonly aucInterval!: RiskFigureInterval | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The mean distance between predicted and observed shares in bands of the probability.',
  })
  readonly calibrationError!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The calibration slope. Below 1, high probabilities are too high and low ones too low.',
  })
  readonly slope!: number | null;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'How a model predicts for one group of children, five years ahead. Groups with fewer than 20 clients are left out. Numbers of children are rounded to tens, and shares to whole percents.',
})
export class RiskGroupQuality {
  @Field(() => String, { nullable: true, description: 'What the groups differ by, such as sex.' })
  readonly grouping!: string;

  @Field(() => String, { nullable: true })
  readonly label!: string;

  @Field(() => Int, { nullable: true })
  readonly children!: number;

  @Field(() => Float, { nullable: true, description: 'Mean probability.' })
  readonly predicted!: number | null;

  @Field(() => Float, { nullable: true, description: 'The share that became clients.' })
  readonly observed!: number;

  @Field(() => Float, { nullable: true })
  readonly auc!: number | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A factor of a model, or an interaction of factors, and what it adds at most.',
})
export class RiskModelTerm {
  @Field(() => [RiskModelFactor], { nullable: true })
  readonly factors!: readonly RiskModelFactor[];

  @Field(() => Float, { nullable: true, description: 'The least that it adds to the log-odds of a year.' })
  readonly least!: number;

  @Field(() => Float, { nullable: true, description: 'The most that it adds to the log-odds of a year.' })
  readonly most!: number;
}
