import { Directive, Field, ObjectType } from '../../../schema/typeGraphql.js';
import { type CohortQuestion, questionOf } from './cohortQuestion.js';

/**
 * The key of Cohort, read from a representation: all that is asked, as one canonical text (docs/decisions/groups.md).
 * Every registry reads it anew, so that none relies on another's checks.
 */
@ObjectType()
export abstract class CohortKey {
  readonly question: CohortQuestion;

  @Field(() => String, { simple: true })
  @Directive('@inaccessible')
  readonly filter: string;

  /** @throws PolkuError BAD_USER_INPUT where the text is not canonical */
  constructor({ filter }: { filter?: unknown }) {
    this.question = questionOf(filter);
    this.filter = filter as string;
  }
}
