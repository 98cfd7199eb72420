import type { Protection } from '../../../disclosure-control/groupQuestion.js';
import { Field, Float, Int, ObjectType } from '../../../lib/typeGraphql.js';
import type { CohortGroup } from '../group/cohortGroup.js';
import { type AskedResult, type GroupRequester, protect } from '../protect.js';

export const TOO_FEW = 'null: suppressed, because the number is too small. Zero is also suppressed.';

@ObjectType({
  simpleResolvers: true,
  description: 'How the numbers next to it were protected: see docs/disclosure.md.',
})
class GroupProtection {
  @Field(() => Int, {
    nullable: true,
    description: 'The fewest people behind a published number, or behind a difference of two.',
  })
  readonly minimum: number;

  @Field(() => Int, { nullable: true, description: 'The fewest families behind a published number.' })
  readonly families: number;

  @Field(() => Float, {
    nullable: true,
    description: 'The largest share of a number that one family may have.',
  })
  readonly familyShare: number;

  @Field(() => Int, { nullable: true, description: 'The largest noise in a number.' })
  readonly noiseMaximum: number;

  @Field(() => Float, { nullable: true, description: 'The variance of that noise; its mean is 0.' })
  readonly noiseVariance: number;

  @Field(() => Int, { nullable: true, description: 'The smallest number that can be published.' })
  readonly smallestCount: number;

  @Field(() => Int, {
    nullable: true,
    description: 'How many questions the organisation has left in this month.',
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

/** A result with the parameters of its protection. */
@ObjectType()
export abstract class ProtectedResult {
  @Field(() => GroupProtection, { nullable: true, simple: true })
  readonly protection: GroupProtection;

  constructor(protection: Protection) {
    this.protection = new GroupProtection(protection);
  }
}

@ObjectType({ simpleResolvers: true })
export class GroupSize extends ProtectedResult {
  @Field(() => Int, { nullable: true, description: `The number of people. ${TOO_FEW}` })
  readonly count: number | null;

  constructor(protection: Protection, count: number | null) {
    super(protection);
    this.count = count;
  }
}

/** The size as a question. */
export const askedSize: AskedResult = { result: ['size'], tables: [{ dimensions: [] }] };

/** Counts the members of a group. */
export async function groupSize({ members }: CohortGroup, requester: GroupRequester): Promise<GroupSize> {
  const { tables, protection } = await protect(requester, askedSize.result, [
    { members: members.words, dimensions: [] },
  ]);
  return new GroupSize(protection, tables[0]!.counts[0]!);
}

/** How much more frequent a characteristic is in one group than in another. */
interface FrequencyRatio {
  readonly share: number;
  readonly otherShare: number;
  readonly ratio: number;
  /** 95 % confidence interval. */
  readonly low: number;
  readonly high: number;
}

const Z95 = 1.959_964;

/**
 * The ratio of two relative frequencies, with its interval on the logarithm (D. Katz et al., Biometrics 34,
 * 1978). The interval is widened by the variance of the noise in each count. It uses protected counts only;
 * null if one of them is suppressed.
 */
export function frequencyRatio(
  [count, total]: readonly [number | null, number | null],
  [otherCount, otherTotal]: readonly [number | null, number | null],
  noiseVariance: number,
): FrequencyRatio | null {
  if (!count || !total || !otherCount || !otherTotal) return null;
  const [share, otherShare] = [Math.min(1, count / total), Math.min(1, otherCount / otherTotal)];
  const variance =
    1 / count -
    1 / total +
    1 / otherCount -
    1 / otherTotal +
    noiseVariance * [count, total, otherCount, otherTotal].reduce((sum, each) => sum + 1 / each ** 2, 0);
  const [ratio, spread] = [share / otherShare, Math.exp(Z95 * Math.sqrt(Math.max(0, variance)))];
  return { share, otherShare, ratio, low: ratio / spread, high: ratio * spread };
}
