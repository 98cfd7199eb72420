import { type Day, parseDay, parseQuarter } from '../../lib/calendar.js';
import { ArgsType, Directive, Field, Int, ObjectType } from '../../lib/typeGraphql.js';
import type { FamilyKey, PersonKey } from '../../schema/keys.js';
import { PersonSet } from '../../schema/personSet.js';
import {
  DateScalar,
  FamilyIDScalar,
  PersonIDScalar,
  PersonSetScalar,
  QuarterScalar,
} from '../../schema/scalars.js';
import type { Period } from '../contacts/period.js';
import { badInput } from '../criteria/groupFilter.js';
import type { DataSubject } from '../enforcement/dataSubject.js';
import { HORIZON_YEARS } from '../features/feature.js';

// A service path is an entity keyed by its arguments (docs/decisions/feeds.md): every subgraph that has a part in it
// declares the key, and nobody outside sees it.

function dayIn(value: unknown): Day | null {
  return typeof value === 'string' ? (parseDay(value) ?? null) : null;
}

@ObjectType()
abstract class PathPeriod implements Period {
  @Field(() => DateScalar, { nullable: true, simple: true })
  @Directive('@inaccessible')
  readonly from: Day | null;

  @Field(() => DateScalar, { nullable: true, simple: true })
  @Directive('@inaccessible')
  readonly until: Day | null;

  constructor(period: { from?: unknown; until?: unknown }) {
    this.from = dayIn(period.from);
    this.until = dayIn(period.until);
  }
}

/** The key of ServicePath, read from a representation. */
@ObjectType()
export abstract class ServicePathKey extends PathPeriod implements DataSubject {
  readonly subject: PersonKey;

  @Field(() => PersonIDScalar, { simple: true })
  @Directive('@inaccessible')
  readonly person: PersonKey;

  constructor(representation: { person?: unknown; from?: unknown; until?: unknown }) {
    super(representation);
    this.subject = representation.person as PersonKey;
    this.person = this.subject;
  }
}

/** The key of FamilyServicePath, read from a representation. */
@ObjectType()
export abstract class FamilyServicePathKey extends PathPeriod {
  @Field(() => FamilyIDScalar, { simple: true })
  @Directive('@inaccessible')
  readonly family: FamilyKey;

  constructor(representation: { family?: unknown; from?: unknown; until?: unknown }) {
    super(representation);
    this.family = representation.family as FamilyKey;
  }
}

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

/** As of when, and how many years ahead, need is foreseen. */
@ArgsType()
export class ForesightArgs {
  @Field(() => QuarterScalar, { description: 'By what began before its first day.' })
  asOf!: Day;

  @Field(() => Int, {
    defaultValue: HORIZON_YEARS,
    description: `Within how many years: 1 to ${HORIZON_YEARS}.`,
  })
  horizonYears!: number;
}
