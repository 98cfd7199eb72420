import { Directive, Field, ObjectType } from '../../schema/typeGraphql.js';
import { PersonStub } from '../registry/entities/personStub.js';
import { codeAt, type Table } from '../registry/columns/table.js';
import { Contact } from '../registry/contacts/contact.js';
import type { healthRegistry } from './tables.js';

@ObjectType('Person')
@Directive('@key(fields: "id")')
export class HealthPerson extends PersonStub {}

@ObjectType({ implements: Contact, simpleResolvers: true, description: 'A visit to health services.' })
export class HealthContact extends Contact {
  @Field(() => String, {
    nullable: true,
    description: 'Diagnosis by ICD-10: J06.9; masked, its chapter: J00-J99.',
  })
  readonly diagnosis: string | null;

  @Field(() => String, { nullable: true, description: 'Urgency, 1 being the most urgent.' })
  readonly urgency: string | null;

  constructor(table: Table<typeof healthRegistry.tables.contacts>, row: number) {
    super(table, row);
    this.diagnosis = codeAt(table.columns.diagnosis, row) ?? null;
    this.urgency = codeAt(table.columns.urgency, row) ?? null;
  }
}
