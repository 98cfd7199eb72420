import type { Day } from '../../../schema/calendar.js';
import type { FamilyKey } from '../../../schema/keys.js';
import { parseQuarter } from '../../../schema/quarter.js';
import { FamilyIDScalar } from '../../../schema/scalars/keyScalar.js';
import { QuarterScalar } from '../../../schema/scalars/quarterScalar.js';
import { Directive, Field, Int, ObjectType } from '../../../schema/typeGraphql.js';

/** The key of FamilyRiskAssessments, read from a representation, as RiskAssessmentKey is for one child. */
@ObjectType()
export abstract class FamilyRiskAssessmentsKey {
  @Field(() => FamilyIDScalar, { simple: true })
  @Directive('@inaccessible')
  readonly family: FamilyKey;

  /** The first day of the quarter. */
  @Field(() => QuarterScalar, { simple: true })
  @Directive('@inaccessible')
  readonly asOf: Day;

  @Field(() => Int, { simple: true })
  @Directive('@inaccessible')
  readonly horizonYears: number;

  constructor(representation: { family?: unknown; asOf?: unknown; horizonYears?: unknown }) {
    this.family = representation.family as FamilyKey;
    this.asOf = parseQuarter(String(representation.asOf))!;
    this.horizonYears = Number(representation.horizonYears);
  }
}
