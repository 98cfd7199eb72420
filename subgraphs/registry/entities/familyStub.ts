import type { FamilyKey } from '../../../schema/keys.js';
import { FamilyIDScalar } from '../../../schema/scalars/keyScalar.js';
import { Field, ObjectType } from '../../../schema/typeGraphql.js';

/** What every subgraph knows of a family: the key. Each extends it as its own `Family`, as with PersonStub. */
@ObjectType()
export abstract class FamilyStub {
  @Field(() => FamilyIDScalar, { simple: true })
  readonly id: FamilyKey;

  constructor(id: FamilyKey) {
    this.id = id;
  }
}
