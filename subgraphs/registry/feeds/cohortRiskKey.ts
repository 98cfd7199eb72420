import type { Day } from '../../../schema/calendar.js';
import { PersonSet } from '../../../schema/personSet.js';
import { parseQuarter } from '../../../schema/quarter.js';
import { PersonSetScalar } from '../../../schema/scalars/personSetScalar.js';
import { QuarterScalar } from '../../../schema/scalars/quarterScalar.js';
import { Directive, Field, Int, ObjectType } from '../../../schema/typeGraphql.js';
import { badInput } from '../groups/groupFilter.js';

/** The key of CohortRisk, read from a representation: the question that found a group, who is in it, and what is foretold of them. */
@ObjectType()
export abstract class CohortRiskKey {
  @Field(() => String, { simple: true })
  @Directive('@inaccessible')
  readonly filter: string;

  @Field(() => PersonSetScalar, { simple: true })
  @Directive('@inaccessible')
  readonly set: PersonSet;

  /** The first day of the quarter. */
  @Field(() => QuarterScalar, { simple: true })
  @Directive('@inaccessible')
  readonly asOf: Day;

  @Field(() => Int, { simple: true })
  @Directive('@inaccessible')
  readonly horizonYears: number;

  /** @throws PolkuError BAD_USER_INPUT */
  constructor(representation: Readonly<Record<string, unknown>>) {
    const set = PersonSet.from(representation['set']);
    const asOf = parseQuarter(String(representation['asOf']));
    if (!set || asOf === undefined) throw badInput('Expected the risk of a cohort as the gateway names it.');
    this.filter = String(representation['filter']);
    this.set = set;
    this.asOf = asOf;
    this.horizonYears = Number(representation['horizonYears']);
  }
}
