import type { PersonKey } from '../../../schema/keys.js';
import { PersonIDScalar } from '../../../schema/scalars/keyScalar.js';
import { Field, ObjectType } from '../../../schema/typeGraphql.js';
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
