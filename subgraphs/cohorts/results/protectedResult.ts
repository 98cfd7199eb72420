import { Field, Float, Int, ObjectType } from '../../../schema/typeGraphql.js';
import type { Protection } from '../disclosure/groupQuestion.js';

export const TOO_FEW = 'null: too few to be told, which zero is, too.';

@ObjectType({
  simpleResolvers: true,
  description: 'How the numbers beside it were protected: see docs/disclosure.md.',
})
export class GroupProtection {
  @Field(() => Int, {
    nullable: true,
    description: 'No number is told of fewer people, or a difference of fewer.',
  })
  readonly minimum: number;

  @Field(() => Int, { nullable: true, description: 'Of how many families they must be at least.' })
  readonly families: number;

  @Field(() => Float, {
    nullable: true,
    description: 'The largest share of a number that one family may have.',
  })
  readonly familyShare: number;

  @Field(() => Int, { nullable: true, description: 'Each number is at most so much off.' })
  readonly noiseMaximum: number;

  @Field(() => Float, { nullable: true, description: 'The variance of that noise; its mean is 0.' })
  readonly noiseVariance: number;

  @Field(() => Int, { nullable: true, description: 'The smallest number that can be told.' })
  readonly smallestCount: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Questions that the organisation has left in this month.',
  })
  readonly questionsLeft: number;

  constructor({ parameters, smallestCount, questionsLeft }: Protection) {
    this.minimum = parameters.minimum;
    this.families = parameters.families;
    this.familyShare = parameters.familyShare;
    this.noiseMaximum = parameters.noise.maximum;
    this.noiseVariance = parameters.noise.variance;
    this.smallestCount = smallestCount;
    this.questionsLeft = questionsLeft;
  }
}

/** An answer, and how it was protected. */
@ObjectType()
export abstract class ProtectedResult {
  @Field(() => GroupProtection, { nullable: true, simple: true })
  readonly protection: GroupProtection;

  constructor(protection: Protection) {
    this.protection = new GroupProtection(protection);
  }
}
