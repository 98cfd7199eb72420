import type { ContactKey, PersonKey } from '../../schema/keys.js';
import { formatPartialDate, type PartialDate } from '../../schema/partialDate.js';
import { ContactIDScalar } from '../../schema/scalars/keyScalar.js';
import { PartialDateScalar } from '../../schema/scalars/partialDateScalar.js';
import { Directive, Field, Float, ObjectType } from '../../schema/typeGraphql.js';
import { PersonStub } from '../registry/entities/personStub.js';
import { codeAt, type Table } from '../registry/columns/table.js';
import { Contact, dateAt, recordAt } from '../registry/contacts/contact.js';
import type { DataRecord, DataSubject } from '../registry/enforcement/dataSubject.js';
import type { socialRegistry } from './tables.js';

type Tables = typeof socialRegistry.tables;

@ObjectType('Person')
@Directive('@key(fields: "id")')
export class SocialPerson extends PersonStub {}

@ObjectType({ implements: Contact, simpleResolvers: true, description: 'A contact with social services.' })
export class SocialContact extends Contact {
  @Field(() => String, { nullable: true, description: 'How the contact came about.' })
  readonly kind: string | null;

  @Field(() => String, { nullable: true, description: 'The decision that was made, if any.' })
  readonly decision: string | null;

  constructor(table: Table<Tables['contacts']>, row: number) {
    super(table, row);
    this.kind = codeAt(table.columns.kind, row) ?? null;
    this.decision = codeAt(table.columns.decision, row) ?? null;
  }
}

@ObjectType({ simpleResolvers: true, description: 'A step of child protection (417/2007).' })
export class ChildProtectionStep implements DataSubject {
  readonly subject: PersonKey;
  readonly record: DataRecord;

  @Field(() => ContactIDScalar)
  readonly id: ContactKey;

  @Field(() => String, {
    nullable: true,
    description: 'notification, assessment, open-care, placement or after-care.',
  })
  readonly step: string | null;

  @Field(() => PartialDateScalar, { nullable: true })
  readonly startedAt: PartialDate | null;

  @Field(() => PartialDateScalar, { nullable: true, description: 'Missing where the step goes on.' })
  readonly endedAt: PartialDate | null;

  @Field(() => String, { nullable: true })
  readonly unit: string | null;

  constructor(table: Table<Tables['childProtection']>, row: number) {
    const { id, step, start, end, unit } = table.columns;
    this.subject = table.subject[row]!;
    this.id = recordAt(id, row);
    this.step = codeAt(step, row) ?? null;
    this.startedAt = dateAt(start, row);
    this.endedAt = dateAt(end, row);
    this.unit = codeAt(unit, row) ?? null;
    this.record = { start: start[row]!, unit: codeAt(unit, row) };
  }
}

@ObjectType({ simpleResolvers: true, description: 'A month of income support (1412/1997).' })
export class IncomeSupportMonth implements DataSubject {
  readonly subject: PersonKey;
  readonly record: DataRecord;

  @Field(() => PartialDateScalar, { nullable: true })
  readonly month: PartialDate | null;

  @Field(() => Float, { nullable: true, description: 'Euros.' })
  readonly amount: number | null;

  constructor(table: Table<Tables['incomeSupport']>, row: number) {
    this.subject = table.subject[row]!;
    this.month = formatPartialDate(table.columns.month[row]!, 'month');
    this.record = { start: table.columns.month[row]!, unit: undefined };
    this.amount = table.columns.amount[row]!;
  }
}
