import { Field, Float, Int, ObjectType, registerEnumType } from '../../lib/typeGraphql.js';

/** What somebody did with a version, as a draft and the history name it. */
export enum RiskAct {
  TRAINED = 'TRAINED',
  EVALUATED = 'EVALUATED',
  APPROVED = 'APPROVED',
  SHADOW = 'SHADOW',
  RETIRED = 'RETIRED',
  STOPPED = 'STOPPED',
  RESUMED = 'RESUMED',
}
registerEnumType(RiskAct, {
  name: 'RiskAct',
  description: 'What the register of risk models records.',
  valuesConfig: {
    TRAINED: { description: 'A version was trained. Nobody signs this.' },
    EVALUATED: { description: 'A version was evaluated. Nobody signs this.' },
    APPROVED: { description: 'A person approved a version. It serves after the second approval.' },
    SHADOW: { description: 'A version runs in shadow mode: it scores, nobody sees the scores.' },
    RETIRED: { description: 'A version neither serves nor runs in shadow mode, and never will again.' },
    STOPPED: { description: 'One version, or every version, stopped serving at once.' },
    RESUMED: { description: 'A person agreed to take a stop back.' },
  },
});

/** What a person may do with the register through the gateway. */
export enum RiskOrder {
  APPROVE = 'APPROVE',
  STOP = 'STOP',
  RESUME = 'RESUME',
}
registerEnumType(RiskOrder, {
  name: 'RiskOrder',
  description: 'What a person may do with the register of risk models.',
  valuesConfig: {
    APPROVE: { description: 'Approve a version, as one of two people of the owner of predicted need.' },
    STOP: { description: 'Switch off one version, or every version. One person of any owner is enough.' },
    RESUME: {
      description: 'Agree to take a stop back. It takes two people of an owner of the person who stopped.',
    },
  },
});

export enum RiskModelStanding {
  SERVES = 'SERVES',
  APPROVED = 'APPROVED',
  SHADOW = 'SHADOW',
  WAITING = 'WAITING',
  STOPPED = 'STOPPED',
  RETIRED = 'RETIRED',
}
registerEnumType(RiskModelStanding, {
  name: 'RiskModelStanding',
  description: 'The state of a version of the model.',
  valuesConfig: {
    SERVES: { description: 'It assesses children now.' },
    APPROVED: { description: 'It is approved, and a newer one serves.' },
    SHADOW: { description: 'It runs in shadow mode next to the one that serves.' },
    WAITING: { description: 'It lacks approvals.' },
    STOPPED: { description: 'A stop holds it.' },
    RETIRED: { description: 'It was taken out of service for good.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'An approval of a version.' })
export class RiskModelApproval {
  @Field(() => String, {
    nullable: true,
    description: 'Id of the person in owners.yaml; null if nobody signs.',
  })
  readonly person!: string | null;

  @Field(() => String, { nullable: true, description: 'ISO 8601, UTC.' })
  readonly at!: string;

  @Field(() => String, { nullable: true, description: 'Why, as the person wrote.' })
  readonly comment!: string;
}

@ObjectType({ simpleResolvers: true, description: 'A kill switch that is on.' })
export class RiskModelStop {
  @Field(() => Int, { nullable: true, description: 'Its number in the register.' })
  readonly sequence!: number;

  @Field(() => String, { nullable: true, description: 'The version that it stops; null: every version.' })
  readonly version!: string | null;

  @Field(() => String, { nullable: true, description: 'Id of the person; null if nobody signed it.' })
  readonly person!: string | null;

  @Field(() => String, { nullable: true, description: 'ISO 8601, UTC.' })
  readonly at!: string;

  @Field(() => String, { nullable: true, description: 'Why, as the person wrote.' })
  readonly comment!: string;

  @Field(() => [String], { nullable: true, description: 'Ids of the people who agree to take it back.' })
  readonly resumers!: readonly string[];

  @Field(() => Int, { nullable: true, description: 'How many more people must agree to take it back.' })
  readonly missing!: number;
}

@ObjectType({ simpleResolvers: true, description: 'An entry of the register.' })
export class RiskRegisterEntry {
  @Field(() => Int, { nullable: true })
  readonly sequence!: number;

  @Field(() => RiskAct, { nullable: true })
  readonly act!: RiskAct;

  @Field(() => String, { nullable: true, description: 'The version; null: every version.' })
  readonly version!: string | null;

  @Field(() => Int, { nullable: true, description: 'The number of the stop that it takes back.' })
  readonly stop!: number | null;

  @Field(() => String, { nullable: true, description: 'Id of the person; null if nobody signs it.' })
  readonly person!: string | null;

  @Field(() => String, { nullable: true, description: 'ISO 8601, UTC.' })
  readonly at!: string;

  @Field(() => String, { nullable: true, description: 'Why, as the person wrote.' })
  readonly comment!: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'One band of the serving version, and the bands that the version in shadow mode chose.',
})
export class RiskShadowBand {
  @Field(() => Float, { nullable: true, description: 'Probability within five years, from.' })
  readonly from!: number;

  @Field(() => Float, { nullable: true })
  readonly until!: number;

  @Field(() => [Int], {
    nullable: true,
    description: 'Assessments by band of the version in shadow mode, rounded to tens.',
  })
  readonly assessments!: readonly number[];
}

@ObjectType({
  simpleResolvers: true,
  description: 'A version in shadow mode, compared with the one that serves.',
})
export class RiskShadow {
  @Field(() => String, { nullable: true })
  readonly version!: string;

  @Field(() => String, { nullable: true, description: 'The version that serves; null: it scores nothing.' })
  readonly serving!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Assessments that both versions scored, rounded to tens.',
  })
  readonly assessments!: number | null;

  @Field(() => [RiskShadowBand], { nullable: true, description: 'By band of the serving version.' })
  readonly bands!: readonly RiskShadowBand[] | null;
}

@ObjectType({ simpleResolvers: true, description: 'A text for a person to sign.' })
export class RiskRegisterDraft {
  @Field(() => String, { nullable: true, description: 'The exact text to sign.' })
  readonly payload!: string;
}
