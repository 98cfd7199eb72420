import type { PersonKey } from '../../schema/keys.js';
import type { PartialDate } from '../../schema/partialDate.js';
import { PartialDateScalar } from '../../schema/scalars/partialDateScalar.js';
import { Directive, Field, Float, Int, ObjectType } from '../../schema/typeGraphql.js';
import { PersonStub } from '../registry/entities/personStub.js';
import { codeAt, type Table } from '../registry/columns/table.js';
import { Contact, dateAt } from '../registry/contacts/contact.js';
import type { DataRecord, DataSubject } from '../registry/enforcement/dataSubject.js';
import type { educationRegistry } from './tables.js';

type Tables = typeof educationRegistry.tables;

@ObjectType('Person')
@Directive('@key(fields: "id")')
export class EducationPerson extends PersonStub {}

@ObjectType({
  implements: Contact,
  simpleResolvers: true,
  description: 'A month of attendance in early education.',
})
export class EducationContact extends Contact {
  @Field(() => Float, { nullable: true, description: 'Hours attended in the month.' })
  readonly hours: number | null;

  @Field(() => Int, { nullable: true, description: 'Days of absence in the month.' })
  readonly absenceDays: number | null;

  constructor(table: Table<Tables['contacts']>, row: number) {
    super(table, row);
    this.hours = table.columns.hours[row]!;
    this.absenceDays = table.columns.absenceDays[row]!;
  }
}

@ObjectType({ simpleResolvers: true, description: 'A place in early education (540/2018).' })
export class Enrolment implements DataSubject {
  readonly subject: PersonKey;
  readonly record: DataRecord;

  @Field(() => PartialDateScalar, { nullable: true })
  readonly startedAt: PartialDate | null;

  @Field(() => PartialDateScalar, { nullable: true, description: 'Missing where the enrolment goes on.' })
  readonly endedAt: PartialDate | null;

  @Field(() => String, { nullable: true })
  readonly service: string | null;

  @Field(() => String, { nullable: true })
  readonly unit: string | null;

  @Field(() => Float, { nullable: true })
  readonly hoursPerWeek: number | null;

  constructor(table: Table<Tables['enrolments']>, row: number) {
    const { start, end, service, unit, hoursPerWeek } = table.columns;
    this.subject = table.subject[row]!;
    this.startedAt = dateAt(start, row);
    this.endedAt = dateAt(end, row);
    this.service = codeAt(service, row) ?? null;
    this.unit = codeAt(unit, row) ?? null;
    this.record = { start: start[row]!, unit: codeAt(unit, row) };
    this.hoursPerWeek = Number.isNaN(hoursPerWeek[row]) ? null : hoursPerWeek[row]!;
  }
}
