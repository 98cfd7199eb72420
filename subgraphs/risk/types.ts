import { Directive, Field, Float, Int, ObjectType, registerEnumType } from '../../lib/typeGraphql.js';
import { LanguageAsked } from '../../schema/languageAsked.js';
import { FamilyStub, PersonStub } from '../../registry-kit/subgraph/entityStubs.js';
import { inLanguage, type LocalizedText, type Language } from '../../schema/language.js';

@ObjectType('Person')
@Directive('@key(fields: "id")')
export class RiskPerson extends PersonStub {}

@ObjectType('Family')
@Directive('@key(fields: "id")')
export class RiskFamily extends FamilyStub {}

export enum RiskStatus {
  ASSESSED = 'ASSESSED',
  NOT_APPLICABLE = 'NOT_APPLICABLE',
  WITHHELD = 'WITHHELD',
  SWITCHED_OFF = 'SWITCHED_OFF',
  NO_MODEL = 'NO_MODEL',
}
registerEnumType(RiskStatus, {
  name: 'RiskStatus',
  valuesConfig: {
    ASSESSED: { description: 'There is a number.' },
    NOT_APPLICABLE: {
      description:
        'There is no prediction for this person: not a child in a family of the city on that day, a client already, or data that may not be used.',
    },
    WITHHELD: {
      description: 'The owner of a registry withholds its data from this purpose, so there is no number.',
    },
    SWITCHED_OFF: { description: 'A data owner has switched the model off.' },
    NO_MODEL: { description: 'No model is approved.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'An interval of probabilities.' })
export class ProbabilityInterval {
  @Field(() => Float, { nullable: true })
  readonly from!: number;

  @Field(() => Float, { nullable: true })
  readonly until!: number;
}

@ObjectType({
  description: 'A numeric feature of a child from a registry. Its value is not shown here.',
})
export class RiskFactor {
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
  description: 'What a factor, an interaction of factors, or a total of hidden factors adds to the score.',
})
export class RiskContribution {
  @Field(() => [String], { nullable: true, description: 'The registries that it comes from.' })
  readonly registries!: readonly string[];

  @Field(() => [RiskFactor], {
    nullable: true,
    description: 'Empty for a total, which is rounded to twentieths.',
  })
  readonly factors!: readonly RiskFactor[];

  @Field(() => Float, { nullable: true })
  readonly logOdds!: number;
}

@ObjectType({ simpleResolvers: true, description: 'A version of the model, from the register of models.' })
export class RiskModelVersion {
  @Field(() => String, { nullable: true })
  readonly version!: string;

  @Field(() => String, { nullable: true, description: 'By ISO 8601.' })
  readonly trainedAt!: string;

  @Field(() => String, { nullable: true, description: 'By ISO 8601.' })
  readonly approvedAt!: string;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'Predicted and observed outcomes of children with about this probability whose families the model was not trained on.',
})
export class RiskCalibration {
  @Field(() => Float, { nullable: true })
  readonly from!: number;

  @Field(() => Float, { nullable: true })
  readonly until!: number;

  @Field(() => Int, { nullable: true })
  readonly children!: number;

  @Field(() => Float, { nullable: true, description: 'Their mean probability.' })
  readonly predicted!: number;

  @Field(() => Float, { nullable: true, description: 'The share that became clients.' })
  readonly observed!: number;
}
