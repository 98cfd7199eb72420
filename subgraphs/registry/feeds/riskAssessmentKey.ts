import type { Day } from '../../../schema/calendar.js';
import type { PersonKey } from '../../../schema/keys.js';
import { parseQuarter } from '../../../schema/quarter.js';
import { PersonIDScalar } from '../../../schema/scalars/keyScalar.js';
import { QuarterScalar } from '../../../schema/scalars/quarterScalar.js';
import { Directive, Field, Int, ObjectType } from '../../../schema/typeGraphql.js';
import type { DataSubject } from '../enforcement/dataSubject.js';

/**
 * The key of RiskAssessment, read from a representation: a child, the quarter as of which need is foreseen, and how many
 * years ahead. Every subgraph that has a part in it declares the key, and nobody outside sees it.
 */
@ObjectType()
export abstract class RiskAssessmentKey implements DataSubject {
  readonly subject: PersonKey;

  @Field(() => PersonIDScalar, { simple: true })
  @Directive('@inaccessible')
  readonly person: PersonKey;

  /** The first day of the quarter: what began before it is known. */
  @Field(() => QuarterScalar, { simple: true })
  @Directive('@inaccessible')
  readonly asOf: Day;

  @Field(() => Int, { simple: true })
  @Directive('@inaccessible')
  readonly horizonYears: number;

  constructor(representation: { person?: unknown; asOf?: unknown; horizonYears?: unknown }) {
    this.subject = representation.person as PersonKey;
    this.person = this.subject;
    this.asOf = parseQuarter(String(representation.asOf))!;
    this.horizonYears = Number(representation.horizonYears);
  }
}
