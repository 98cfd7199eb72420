import { type Day, parseDay } from '../../../schema/calendar.js';
import { PersonSet } from '../../../schema/personSet.js';
import { DateScalar } from '../../../schema/scalars/dateScalar.js';
import { PersonSetScalar } from '../../../schema/scalars/personSetScalar.js';
import { Directive, Field, ObjectType } from '../../../schema/typeGraphql.js';
import { badInput } from './groupFilter.js';

/**
 * The key of CohortMembers, read from a representation: the question that found them, who they are, whom they are held
 * against, and when.
 */
@ObjectType()
export abstract class CohortMembersKey {
  @Field(() => String, { simple: true })
  @Directive('@inaccessible')
  readonly filter: string;

  @Field(() => PersonSetScalar, { simple: true })
  @Directive('@inaccessible')
  readonly set: PersonSet;

  @Field(() => PersonSetScalar, { nullable: true, simple: true })
  @Directive('@inaccessible')
  readonly other: PersonSet | null;

  @Field(() => DateScalar, { simple: true })
  @Directive('@inaccessible')
  readonly from: Day;

  @Field(() => DateScalar, { simple: true })
  @Directive('@inaccessible')
  readonly until: Day;

  /** @throws PolkuError BAD_USER_INPUT */
  constructor(representation: Readonly<Record<'filter' | 'set' | 'other' | 'from' | 'until', unknown>>) {
    const [set, other] = [PersonSet.from(representation.set), PersonSet.from(representation.other)];
    const [from, until] = [parseDay(String(representation.from)), parseDay(String(representation.until))];
    if (!set || from === undefined || until === undefined)
      throw badInput('Expected members of a cohort as the gateway names them.');
    this.filter = String(representation.filter);
    this.set = set;
    this.other = other ?? null;
    this.from = from;
    this.until = until;
  }
}
