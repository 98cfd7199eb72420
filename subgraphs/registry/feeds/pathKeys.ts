import { type Day, parseDay } from '../../../schema/calendar.js';
import type { FamilyKey, PersonKey } from '../../../schema/keys.js';
import { DateScalar } from '../../../schema/scalars/dateScalar.js';
import { FamilyIDScalar, PersonIDScalar } from '../../../schema/scalars/keyScalar.js';
import { Directive, Field, ObjectType } from '../../../schema/typeGraphql.js';
import type { Period } from '../contacts/period.js';
import type { DataSubject } from '../enforcement/dataSubject.js';

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
