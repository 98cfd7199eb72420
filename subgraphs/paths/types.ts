import type { PartialDate } from '../../schema/partialDate.js';
import { Directive, ObjectType } from '../../schema/typeGraphql.js';
import { FamilyStub } from '../registry/entities/familyStub.js';
import { PersonStub } from '../registry/entities/personStub.js';
import type { DataSubject } from '../registry/enforcement/dataSubject.js';

@ObjectType('Person')
@Directive('@key(fields: "id")')
export class PathPerson extends PersonStub {}

@ObjectType('Family')
@Directive('@key(fields: "id")')
export class PathFamily extends FamilyStub {}

/** A step of a path as resolvers make it; its GraphQL type is made in stepType.ts, for its lineage names all sectors. */
export interface ServiceStep extends DataSubject {
  readonly person: PathPerson;
  readonly sector: string;
  readonly service: string | null;
  readonly startedAt: PartialDate | null;
  readonly endedAt: PartialDate | null;
  readonly unit: string | null;
  readonly contacts: number;
}
