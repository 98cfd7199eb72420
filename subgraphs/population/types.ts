import type { PartialDate } from '../../lib/partialDate.js';
import { Directive, Field, ObjectType, registerEnumType } from '../../lib/typeGraphql.js';
import { codeAt, type Table } from '../../registry-kit/columns/table.js';
import { dateAt } from '../../registry-kit/contacts/contact.js';
import type { DataRecord, DataSubject } from '../../registry-kit/enforcement/dataSubject.js';
import { FamilyStub, PersonStub } from '../../registry-kit/subgraph/entityStubs.js';
import type { PersonKey } from '../../schema/keys.js';
import { PartialDateScalar } from '../../schema/scalars.js';
import { FamilyRole, type populationRegistry } from './tables.js';

type Memberships = Table<typeof populationRegistry.tables.memberships>;

registerEnumType(FamilyRole, { name: 'FamilyRole' });

@ObjectType({ description: 'A person, joined over the registries by a key that nobody outside sees.' })
@Directive('@key(fields: "id")')
export class Person extends PersonStub {}

@ObjectType({ description: 'People who live as a family, as the population register has it.' })
@Directive('@key(fields: "id")')
export class Family extends FamilyStub {}

/** A row of memberships, seen from the family or from the person. */
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
