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
import { DerivedEntity, type Representation } from './derivedEntity.js';

// A service path is an entity whose key is its arguments (docs/decisions/feeds.md). Every subgraph that
// contributes to it declares the key. A registry uses these classes, and the derived subgraph extends them.
// Clients never see the key.

function dayIn(value: unknown): Day | null {
  return typeof value === 'string' ? (parseDay(value) ?? null) : null;
}

@ObjectType()
abstract class PathPeriod extends DerivedEntity implements Period {
  @Field(() => DateScalar, { nullable: true, simple: true })
  @Directive('@inaccessible')
  readonly from: Day | null;

  @Field(() => DateScalar, { nullable: true, simple: true })
  @Directive('@inaccessible')
  readonly until: Day | null;

  constructor(representation: Representation, feeds: readonly string[]) {
    super(representation, feeds);
    this.from = dayIn(representation['from']);
    this.until = dayIn(representation['until']);
  }
}

/** The key of ServicePath in an entity representation. */
@ObjectType('ServicePath')
@Directive('@key(fields: "person from until")')
export class ServicePathKey extends PathPeriod implements DataSubject {
  readonly subject: PersonKey;

  @Field(() => PersonIDScalar, { simple: true })
  @Directive('@inaccessible')
  readonly person: PersonKey;

  constructor(representation: Representation, feeds: readonly string[]) {
    super(representation, feeds);
    this.subject = representation['person'] as PersonKey;
    this.person = this.subject;
  }
}

/** The key of FamilyServicePath in an entity representation. */
@ObjectType('FamilyServicePath')
@Directive('@key(fields: "family from until")')
export class FamilyServicePathKey extends PathPeriod {
  @Field(() => FamilyIDScalar, { simple: true })
  @Directive('@inaccessible')
  readonly family: FamilyKey;

  constructor(representation: Representation, feeds: readonly string[]) {
    super(representation, feeds);
    this.family = representation['family'] as FamilyKey;
  }
}

// A prediction is an entity whose key is its arguments (docs/decisions/feeds.md). Every subgraph that
// contributes to it declares the key. Clients never see the key.

/** The quarter that describes children. */
@ObjectType()
export abstract class ChildrenKey extends DerivedEntity {
  /** The first day of the quarter. Only what began before it is known. */
  @Field(() => QuarterScalar, { simple: true })
  @Directive('@inaccessible')
  readonly asOf: Day;

  constructor(representation: Representation, feeds: readonly string[]) {
    super(representation, feeds);
    this.asOf = parseQuarter(String(representation['asOf']))!;
  }
}

/** The key of ChildFactors in an entity representation. It stands for all children. */
@ObjectType('ChildFactors')
@Directive('@inaccessible')
@Directive('@key(fields: "asOf")')
export class ChildFactorsKey extends ChildrenKey {}

/** The key of ChildOutcomes in an entity representation. It stands for all children. */
@ObjectType('ChildOutcomes')
@Directive('@inaccessible')
@Directive('@key(fields: "asOf")')
export class ChildOutcomesKey extends ChildrenKey {}

/** A quarter, and the number of years after it for which need is predicted. */
@ObjectType()
abstract class PredictionKey extends ChildrenKey {
  @Field(() => Int, { simple: true })
  @Directive('@inaccessible')
  readonly horizonYears: number;

  constructor(representation: Representation, feeds: readonly string[]) {
    super(representation, feeds);
    this.horizonYears = Number(representation['horizonYears']);
  }
}

/** The key of RiskAssessment. It adds a child. */
@ObjectType('RiskAssessment')
@Directive('@key(fields: "person asOf horizonYears")')
export class RiskAssessmentKey extends PredictionKey implements DataSubject {
  readonly subject: PersonKey;

  @Field(() => PersonIDScalar, { simple: true })
  @Directive('@inaccessible')
  readonly person: PersonKey;

  constructor(representation: Representation, feeds: readonly string[]) {
    super(representation, feeds);
    this.subject = representation['person'] as PersonKey;
    this.person = this.subject;
  }
}

/** The key of FamilyRiskAssessments. It adds a family. */
@ObjectType('FamilyRiskAssessments')
@Directive('@key(fields: "family asOf horizonYears")')
export class FamilyRiskAssessmentsKey extends PredictionKey {
  @Field(() => FamilyIDScalar, { simple: true })
  @Directive('@inaccessible')
  readonly family: FamilyKey;

  constructor(representation: Representation, feeds: readonly string[]) {
    super(representation, feeds);
    this.family = representation['family'] as FamilyKey;
  }
}

/** The key of CohortRisk. It adds the question that found a group, and the group's members. */
@ObjectType('CohortRisk')
@Directive('@key(fields: "filter set asOf horizonYears")')
export class CohortRiskKey extends PredictionKey {
  @Field(() => String, { simple: true })
  @Directive('@inaccessible')
  readonly filter: string;

  @Field(() => PersonSetScalar, { simple: true })
  @Directive('@inaccessible')
  readonly set: PersonSet;

  /** @throws PolkuError BAD_USER_INPUT */
  constructor(representation: Representation, feeds: readonly string[]) {
    super(representation, feeds);
    const set = PersonSet.from(representation['set']);
    if (!set || this.asOf === undefined)
      throw badInput('Expected the key of CohortRisk as the gateway writes it.');
    this.filter = String(representation['filter']);
    this.set = set;
  }
}

/** The quarter of a prediction, and its horizon in years. */
@ArgsType()
export class PredictionArgs {
  @Field(() => QuarterScalar, { description: 'Uses only what began before the first day of this quarter.' })
  asOf!: Day;

  @Field(() => Int, {
    defaultValue: HORIZON_YEARS,
    description: `The horizon in years, 1 to ${HORIZON_YEARS}.`,
  })
  horizonYears!: number;
}
