import { Field, ObjectType } from '../../lib/typeGraphql.js';
import type { FamilyKey, PersonKey } from '../../schema/keys.js';
import { FamilyIDScalar, PersonIDScalar } from '../../schema/scalars.js';
import type { DataSubject } from '../enforcement/dataSubject.js';

/**
 * The part of a person that every subgraph has: the key. Each subgraph extends it as its own `Person`,
 * because type-graphql adds field resolvers to classes, and a shared class would collect those of every
 * subgraph in the process.
 */
@ObjectType()
export abstract class PersonStub implements DataSubject {
  @Field(() => PersonIDScalar, { simple: true })
  readonly id: PersonKey;

  constructor(readonly subject: PersonKey) {
    this.id = subject;
  }
}

/**
 * The part of a family that every subgraph has: the key. Each subgraph extends it as its own `Family`, as
 * with PersonStub.
 */
@ObjectType()
export abstract class FamilyStub {
  @Field(() => FamilyIDScalar, { simple: true })
  readonly id: FamilyKey;

  constructor(id: FamilyKey) {
    this.id = id;
  }
}
