import type { Day } from '../../../schema/calendar.js';
import { parseQuarter } from '../../../schema/quarter.js';
import { QuarterScalar } from '../../../schema/scalars/quarterScalar.js';
import { Directive, Field, ObjectType } from '../../../schema/typeGraphql.js';

/** The key of ChildFactors and ChildOutcomes, read from a representation: the quarter as of which all children are described. */
@ObjectType()
export abstract class ChildrenKey {
  /** The first day of the quarter: what began before it is known. */
  @Field(() => QuarterScalar, { simple: true })
  @Directive('@inaccessible')
  readonly asOf: Day;

  constructor(representation: { asOf?: unknown }) {
    this.asOf = parseQuarter(String(representation.asOf))!;
  }
}
