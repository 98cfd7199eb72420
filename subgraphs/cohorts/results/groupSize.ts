import { Field, Int, ObjectType } from '../../../schema/typeGraphql.js';
import type { CohortGroup } from '../group/cohortGroup.js';
import type { Protection } from '../disclosure/groupQuestion.js';
import { type GroupAsker, protect } from '../protect.js';
import { ProtectedResult, TOO_FEW } from './protectedResult.js';

@ObjectType({ simpleResolvers: true })
export class GroupSize extends ProtectedResult {
  @Field(() => Int, { nullable: true, description: `How many people. ${TOO_FEW}` })
  readonly count: number | null;

  constructor(protection: Protection, count: number | null) {
    super(protection);
    this.count = count;
  }
}

/** How many there are. */
export async function groupSize({ members }: CohortGroup, asker: GroupAsker): Promise<GroupSize> {
  const { tables, protection } = await protect(asker, ['size'], [{ members: members.words, dimensions: [] }]);
  return new GroupSize(protection, tables[0]!.counts[0]!);
}
