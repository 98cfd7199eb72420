import { Field, ObjectType } from '../../lib/typeGraphql.js';
import type { FamilyKey, PersonKey } from '../../schema/keys.js';
import { FamilyIDScalar, PersonIDScalar } from '../../schema/scalars.js';
import type { DataSubject } from '../enforcement/dataSubject.js';

/**
 * What every subgraph knows of a person: the key. Each extends it as its own `Person`, for type-graphql adds field resolvers
 * to classes, and a shared class would gather those of every subgraph in the process.
 */
@ObjectType()
export abstract class PersonStub implements DataSubject {
  @Field(() => PersonIDScalar, { simple: true })
  readonly id: PersonKey;

  constructor(readonly subject: PersonKey) {
    this.id = subject;
  }
}

/** What every subgraph knows of a family: the key. Each extends it as its own `Family`, as with PersonStub. */
@ObjectType()
export abstract class FamilyStub {
  @Field(() => FamilyIDScalar, { simple: true })
  readonly id: FamilyKey;

  constructor(id: FamilyKey) {
    this.id = id;
  }
}
