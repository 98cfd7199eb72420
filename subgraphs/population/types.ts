import type { PersonKey } from '../../schema/keys.js';
import type { PartialDate } from '../../schema/partialDate.js';
import { PartialDateScalar } from '../../schema/scalars/partialDateScalar.js';
import { Directive, Field, ObjectType, registerEnumType } from '../../schema/typeGraphql.js';
import { FamilyStub } from '../registry/entities/familyStub.js';
import { PersonStub } from '../registry/entities/personStub.js';
import type { Table } from '../registry/columns/table.js';
import { codeAt } from '../registry/columns/table.js';
import { dateAt } from '../registry/contacts/contact.js';
import type { DataRecord, DataSubject } from '../registry/enforcement/dataSubject.js';
import { FamilyRole, Sex } from './enumerations.js';
import type { populationRegistry } from './tables.js';

type Memberships = Table<typeof populationRegistry.tables.memberships>;

registerEnumType(Sex, { name: 'Sex' });
registerEnumType(FamilyRole, { name: 'FamilyRole' });

@ObjectType({ description: 'A person, joined over the registries by a key that nobody outside sees.' })
@Directive('@key(fields: "id")')
export class Person extends PersonStub {}

@ObjectType({ description: 'People who live as a family, as the population register has it.' })
@Directive('@key(fields: "id")')
export class Family extends FamilyStub {}

/** A row of memberships, as seen from the family or from the person. */
@ObjectType({ simpleResolvers: true })
abstract class Membership implements DataSubject {
  readonly subject: PersonKey;
  readonly record: DataRecord;

  @Field(() => FamilyRole, { nullable: true, simple: true })
  readonly role: FamilyRole | null;

  @Field(() => PartialDateScalar, { nullable: true, simple: true })
  readonly startedAt: PartialDate | null;

  @Field(() => PartialDateScalar, {
    nullable: true,
    simple: true,
    description: 'Missing where the person is still a member.',
  })
  readonly endedAt: PartialDate | null;

  constructor({ subject, columns }: Memberships, row: number) {
    this.subject = subject[row]!;
    this.role = (codeAt(columns.role, row) as FamilyRole | undefined) ?? null;
    this.startedAt = dateAt(columns.start, row);
    this.endedAt = dateAt(columns.end, row);
    this.record = { start: columns.start[row]!, unit: undefined };
  }
}

@ObjectType({ description: 'A person in a family, for a time.' })
export class FamilyMember extends Membership {
  @Field(() => Person, { nullable: true, simple: true })
  readonly person: Person;

  constructor(table: Memberships, row: number) {
    super(table, row);
    this.person = new Person(this.subject);
  }
}

@ObjectType({ description: 'A family that a person is or was in.' })
export class FamilyMembership extends Membership {
  @Field(() => Family, { nullable: true, simple: true })
  readonly family: Family;

  constructor(table: Memberships, row: number) {
    super(table, row);
    this.family = new Family(table.columns.family[row]!);
  }
}
