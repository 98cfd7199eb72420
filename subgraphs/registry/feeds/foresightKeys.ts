import type { Day } from '../../../schema/calendar.js';
import type { FamilyKey, PersonKey } from '../../../schema/keys.js';
import { PersonSet } from '../../../schema/personSet.js';
import { parseQuarter } from '../../../schema/quarter.js';
import { FamilyIDScalar, PersonIDScalar } from '../../../schema/scalars/keyScalar.js';
import { PersonSetScalar } from '../../../schema/scalars/personSetScalar.js';
import { QuarterScalar } from '../../../schema/scalars/quarterScalar.js';
import { Directive, Field, Int, ObjectType } from '../../../schema/typeGraphql.js';
import type { DataSubject } from '../enforcement/dataSubject.js';
import { badInput } from '../groups/groupFilter.js';

// What is foreseen is an entity keyed by its arguments (docs/decisions/feeds.md): every subgraph that has a part in it declares
// the key, and nobody outside sees it.

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

/** A quarter, and how many years ahead of it need is foreseen. */
@ObjectType()
abstract class ForesightKey extends ChildrenKey {
  @Field(() => Int, { simple: true })
  @Directive('@inaccessible')
  readonly horizonYears: number;

  constructor(representation: { asOf?: unknown; horizonYears?: unknown }) {
    super(representation);
    this.horizonYears = Number(representation.horizonYears);
  }
}

/** The key of RiskAssessment: a child. */
@ObjectType()
export abstract class RiskAssessmentKey extends ForesightKey implements DataSubject {
  readonly subject: PersonKey;

  @Field(() => PersonIDScalar, { simple: true })
  @Directive('@inaccessible')
  readonly person: PersonKey;

  constructor(representation: { person?: unknown; asOf?: unknown; horizonYears?: unknown }) {
    super(representation);
    this.subject = representation.person as PersonKey;
    this.person = this.subject;
  }
}

/** The key of FamilyRiskAssessments: a family. */
@ObjectType()
export abstract class FamilyRiskAssessmentsKey extends ForesightKey {
  @Field(() => FamilyIDScalar, { simple: true })
  @Directive('@inaccessible')
  readonly family: FamilyKey;

  constructor(representation: { family?: unknown; asOf?: unknown; horizonYears?: unknown }) {
    super(representation);
    this.family = representation.family as FamilyKey;
  }
}

/** The key of CohortRisk: the question that found a group, and who is in it. */
@ObjectType()
export abstract class CohortRiskKey extends ForesightKey {
  @Field(() => String, { simple: true })
  @Directive('@inaccessible')
  readonly filter: string;

  @Field(() => PersonSetScalar, { simple: true })
  @Directive('@inaccessible')
  readonly set: PersonSet;

  /** @throws PolkuError BAD_USER_INPUT */
  constructor(representation: Readonly<Record<string, unknown>>) {
    super(representation);
    const set = PersonSet.from(representation['set']);
    if (!set || this.asOf === undefined)
      throw badInput('Expected the risk of a cohort as the gateway names it.');
    this.filter = String(representation['filter']);
    this.set = set;
  }
}
