import type { PartialDate } from '../../lib/partialDate.js';
import {
  Args,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  Float,
  Int,
  ObjectType,
  Resolver,
  Root,
} from '../../lib/typeGraphql.js';
import { CodedValue, codingAt } from '../../registry-kit/codes/codedValue.js';
import { codeAt, type Table } from '../../registry-kit/columns/table.js';
import { Contact, dateAt } from '../../registry-kit/contacts/contact.js';
import {
  contactArgs,
  type ContactFilter,
  intervalArgs,
  type Period,
} from '../../registry-kit/contacts/period.js';
import { selectContacts, selectRows } from '../../registry-kit/contacts/selectRows.js';
import type { Criteria } from '../../registry-kit/criteria/criterion.js';
import { contactRows, rowsCriterion, serviceArgument } from '../../registry-kit/criteria/rowsCriterion.js';
import type { DataRecord, DataSubject } from '../../registry-kit/enforcement/dataSubject.js';
import { contactRegistry } from '../../registry-kit/feeds/contactRegistry.js';
import { PersonStub } from '../../registry-kit/subgraph/entityStubs.js';
import type { RegistryContext, RegistryStore } from '../../registry-kit/subgraph/registryContext.js';
import type { PersonKey } from '../../schema/keys.js';
import { PartialDateScalar } from '../../schema/scalars.js';
import { educationFeatures } from './features.js';
import { educationRegistry } from './tables.js';

type Context = RegistryContext<typeof educationRegistry>;

const EducationContactArgs = contactArgs('EducationContact');
const EnrolmentArgs = intervalArgs('Enrolment');

@Resolver(() => EducationPerson)
class EducationPersonResolver {
  @FieldResolver(() => [EducationContact], {
    nullable: true,
    description: 'Months of attendance in early education.',
  })
  async educationContacts(
    @Root() person: EducationPerson,
    @Args(() => EducationContactArgs) filter: ContactFilter,
    @Ctx() context: Context,
  ): Promise<EducationContact[]> {
    const slice = await context.store.rows.rows('contacts', person.id);
    const rows = selectContacts(
      slice,
      filter,
      { coordinate: 'Person.educationContacts', type: 'EducationContact' },
      context,
    );
    return rows.map((row) => new EducationContact(slice.table, row));
  }

  @FieldResolver(() => [Enrolment], { nullable: true, description: 'Places in early education.' })
  async enrolments(
    @Root() person: EducationPerson,
    @Args(() => EnrolmentArgs) period: Period,
    @Ctx() context: Context,
  ): Promise<Enrolment[]> {
    const slice = await context.store.rows.rows('enrolments', person.id);
    const enrolment = (row: number): Enrolment => new Enrolment(slice.table, row);
    // An enrolment has no id, so equal shown values are one enrolment.
    const identity = (row: number): string => {
      const { service, unit, hoursPerWeek, ...about } = enrolment(row);
      const values = { service: service?.code ?? null, unit: unit?.code ?? null, hoursPerWeek };
      const shown = Object.entries(values).map(([field, value]) =>
        value === null ? null : context.access.maskedValue(`Enrolment.${field}`, about, value),
      );
      return JSON.stringify(shown);
    };
    const selection = {
      period,
      context,
      coordinate: 'Person.enrolments',
      type: 'Enrolment',
      ongoing: true,
      identity,
    };
    return selectRows(slice.table, slice, selection).map(enrolment);
  }
}

type Tables = typeof educationRegistry.tables;

@ObjectType('Person')
@Directive('@key(fields: "id")')
class EducationPerson extends PersonStub {}

@ObjectType({
  implements: Contact,
  simpleResolvers: true,
  description: 'A month of attendance in early education.',
})
class EducationContact extends Contact {
  @Field(() => Float, { nullable: true, description: 'Hours attended in the month.' })
  readonly hours: number | null;

  @Field(() => Int, { nullable: true, description: 'Days of absence in the month.' })
  readonly absenceDays: number | null;

  constructor(table: Table<Tables['contacts']>, row: number) {
    super('education', table, row);
    this.hours = table.columns.hours[row]!;
    this.absenceDays = table.columns.absenceDays[row]!;
  }
}

@ObjectType({ simpleResolvers: true, description: 'A place in early education (540/2018).' })
class Enrolment implements DataSubject {
  readonly subject: PersonKey;
  readonly record: DataRecord;

  @Field(() => PartialDateScalar, { nullable: true })
  readonly startedAt: PartialDate | null;

  @Field(() => PartialDateScalar, { nullable: true, description: 'Missing where the enrolment goes on.' })
  readonly endedAt: PartialDate | null;

  @Field(() => CodedValue, { nullable: true })
  readonly service: CodedValue | null;

  @Field(() => CodedValue, { nullable: true })
  readonly unit: CodedValue | null;

  @Field(() => Float, { nullable: true })
  readonly hoursPerWeek: number | null;

  constructor(table: Table<Tables['enrolments']>, row: number) {
    const { start, end, service, unit, hoursPerWeek } = table.columns;
    this.subject = table.subject[row]!;
    this.startedAt = dateAt(start, row);
    this.endedAt = dateAt(end, row);
    this.service = codingAt('education/services', service, row);
    this.unit = codingAt('education/units', unit, row);
    this.record = { start: start[row]!, unit: codeAt(unit, row) };
    this.hoursPerWeek = Number.isNaN(hoursPerWeek[row]) ? null : hoursPerWeek[row]!;
  }
}

/** The criteria for groups in early education. */
const educationCriteria: Criteria<RegistryStore> = {
  educationContacts: rowsCriterion({
    ...contactRows('EducationContact', 'educationContacts'),
    description: 'Months of attendance in early education.',
    arguments: {
      services: serviceArgument('EducationContact'),
      hours: {
        kind: 'range',
        column: 'hours',
        coordinate: 'EducationContact.hours',
        description: 'Hours attended in the month.',
      },
      absenceDays: {
        kind: 'range',
        column: 'absenceDays',
        coordinate: 'EducationContact.absenceDays',
        description: 'Days of absence in the month.',
      },
    },
  }),
  enrolments: rowsCriterion({
    description: 'Places in early education (540/2018).',
    table: 'enrolments',
    rows: ['Person.enrolments'],
    startedAt: { column: 'start', coordinate: 'Enrolment.startedAt' },
    endedAt: { column: 'end', coordinate: 'Enrolment.endedAt' },
    ongoing: true,
    arguments: {
      services: serviceArgument('Enrolment'),
      hoursPerWeek: {
        kind: 'range',
        column: 'hoursPerWeek',
        coordinate: 'Enrolment.hoursPerWeek',
        description: 'Hours a week.',
      },
    },
  }),
};

export const education = contactRegistry({
  definition: educationRegistry,
  contactType: 'EducationContact',
  contactsField: 'educationContacts',
  criteria: educationCriteria,
  predictionFeatures: { source: educationFeatures },
  resolvers: [new EducationPersonResolver()],
  entities: [EducationPerson, EducationContact],
  references: { Person: ({ id }) => new EducationPerson(id as number) },
});
