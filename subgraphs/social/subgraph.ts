import { formatPartialDate, type PartialDate } from '../../lib/partialDate.js';
import {
  Args,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  Float,
  ObjectType,
  Resolver,
  Root,
} from '../../lib/typeGraphql.js';
import { CodedValue, codingAt } from '../../registry-kit/codes/codedValue.js';
import { codeAt, type Table } from '../../registry-kit/columns/table.js';
import { Contact, dateAt, recordAt } from '../../registry-kit/contacts/contact.js';
import {
  contactArgs,
  type ContactFilter,
  intervalArgs,
  type Period,
} from '../../registry-kit/contacts/period.js';
import { rowNumbers, selectContacts, selectRows } from '../../registry-kit/contacts/selectRows.js';
import type { Criteria } from '../../registry-kit/criteria/criterion.js';
import { contactRows, rowsCriterion, serviceArgument } from '../../registry-kit/criteria/rowsCriterion.js';
import type { DataRecord, DataSubject } from '../../registry-kit/enforcement/dataSubject.js';
import { contactRegistry } from '../../registry-kit/feeds/contactRegistry.js';
import { PersonStub } from '../../registry-kit/subgraph/entityStubs.js';
import type { RegistryContext, RegistryStore } from '../../registry-kit/subgraph/registryContext.js';
import type { ContactKey, PersonKey } from '../../schema/keys.js';
import { ContactIDScalar, PartialDateScalar } from '../../schema/scalars.js';
import { socialPredictionFeatures } from './features.js';
import { socialRegistry } from './tables.js';

type Context = RegistryContext<typeof socialRegistry>;

const SocialContactArgs = contactArgs('SocialContact');
const ChildProtectionArgs = intervalArgs('ChildProtectionStep');

@Resolver(() => SocialPerson)
class SocialPersonResolver {
  @FieldResolver(() => [SocialContact], { nullable: true, description: 'Contacts with social services.' })
  async socialContacts(
    @Root() person: SocialPerson,
    @Args(() => SocialContactArgs) filter: ContactFilter,
    @Ctx() context: Context,
  ): Promise<SocialContact[]> {
    const slice = await context.store.rows.rows('contacts', person.id);
    const rows = selectContacts(
      slice,
      filter,
      { coordinate: 'Person.socialContacts', type: 'SocialContact' },
      context,
    );
    return rows.map((row) => new SocialContact(slice.table, row));
  }

  @FieldResolver(() => [ChildProtectionStep], { nullable: true, description: 'Steps of child protection.' })
  async childProtection(
    @Root() person: SocialPerson,
    @Args(() => ChildProtectionArgs) period: Period,
    @Ctx() context: Context,
  ): Promise<ChildProtectionStep[]> {
    const slice = await context.store.rows.rows('childProtection', person.id);
    const identity = (row: number): bigint => slice.table.columns.id[row]!;
    const selection = {
      period,
      context,
      coordinate: 'Person.childProtection',
      type: 'ChildProtectionStep',
      ongoing: true,
      identity,
    };
    return selectRows(slice.table, slice, selection).map((row) => new ChildProtectionStep(slice.table, row));
  }

  @FieldResolver(() => [IncomeSupportMonth], { nullable: true, description: 'Months of income support.' })
  async incomeSupport(@Root() person: SocialPerson, @Ctx() context: Context): Promise<IncomeSupportMonth[]> {
    const slice = await context.store.rows.rows('incomeSupport', person.id);
    const months = [...rowNumbers(slice)].map((row) => new IncomeSupportMonth(slice.table, row));
    const shown = (item: IncomeSupportMonth, field: 'month' | 'amount'): string =>
      String(context.access.maskedValue(`IncomeSupportMonth.${field}`, item, item[field]!) ?? '');
    // Sorted by what is shown: if months are masked, the order of the table would reveal them.
    const key = (item: IncomeSupportMonth): string => `${shown(item, 'month')} ${shown(item, 'amount')}`;
    return months.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  }
}

type Tables = typeof socialRegistry.tables;

@ObjectType('Person')
@Directive('@key(fields: "id")')
class SocialPerson extends PersonStub {}

@ObjectType({ implements: Contact, simpleResolvers: true, description: 'A contact with social services.' })
class SocialContact extends Contact {
  @Field(() => CodedValue, { nullable: true, description: 'How the contact came about.' })
  readonly kind: CodedValue | null;

  @Field(() => CodedValue, { nullable: true, description: 'The decision that was made, if any.' })
  readonly decision: CodedValue | null;

  constructor(table: Table<Tables['contacts']>, row: number) {
    super('social', table, row);
    this.kind = codingAt('social/kinds', table.columns.kind, row);
    this.decision = codingAt('social/decisions', table.columns.decision, row);
  }
}

@ObjectType({ simpleResolvers: true, description: 'A step of child protection (417/2007).' })
class ChildProtectionStep implements DataSubject {
  readonly subject: PersonKey;
  readonly record: DataRecord;

  @Field(() => ContactIDScalar)
  readonly id: ContactKey;

  @Field(() => CodedValue, {
    nullable: true,
    description: 'notification, assessment, open-care, placement or after-care.',
  })
  readonly step: CodedValue | null;

  @Field(() => PartialDateScalar, { nullable: true })
  readonly startedAt: PartialDate | null;

  @Field(() => PartialDateScalar, { nullable: true, description: 'Missing where the step goes on.' })
  readonly endedAt: PartialDate | null;

  @Field(() => CodedValue, { nullable: true })
  readonly unit: CodedValue | null;

  constructor(table: Table<Tables['childProtection']>, row: number) {
    const { id, step, start, end, unit } = table.columns;
    this.subject = table.subject[row]!;
    this.id = recordAt(id, row);
    this.step = codingAt('social/steps', step, row);
    this.startedAt = dateAt(start, row);
    this.endedAt = dateAt(end, row);
    this.unit = codingAt('social/units', unit, row);
    this.record = { start: start[row]!, unit: codeAt(unit, row) };
  }
}

@ObjectType({ simpleResolvers: true, description: 'A month of income support (1412/1997).' })
class IncomeSupportMonth implements DataSubject {
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

/** The criteria for groups in social services. */
const socialCriteria: Criteria<RegistryStore> = {
  socialContacts: rowsCriterion({
    ...contactRows('SocialContact', 'socialContacts'),
    description: 'Contacts with social services.',
    arguments: {
      services: serviceArgument('SocialContact'),
      kinds: {
        kind: 'codes',
        column: 'kind',
        coordinate: 'SocialContact.kind',
        list: 'kinds',
        description: 'Any of these kinds of contact.',
      },
      decisions: {
        kind: 'codes',
        column: 'decision',
        coordinate: 'SocialContact.decision',
        list: 'decisions',
        description: 'Any of these decisions.',
      },
    },
  }),
  childProtection: rowsCriterion({
    description: 'Steps of child protection (417/2007).',
    table: 'childProtection',
    rows: ['Person.childProtection'],
    startedAt: { column: 'start', coordinate: 'ChildProtectionStep.startedAt' },
    endedAt: { column: 'end', coordinate: 'ChildProtectionStep.endedAt' },
    ongoing: true,
    arguments: {
      steps: {
        kind: 'codes',
        column: 'step',
        coordinate: 'ChildProtectionStep.step',
        list: 'steps',
        description: 'Any of these steps.',
      },
    },
  }),
  incomeSupport: rowsCriterion({
    description: 'Months of income support (1412/1997).',
    table: 'incomeSupport',
    rows: ['Person.incomeSupport'],
    startedAt: { column: 'month', coordinate: 'IncomeSupportMonth.month' },
    arguments: {
      amount: {
        kind: 'range',
        column: 'amount',
        coordinate: 'IncomeSupportMonth.amount',
        description: 'Euros in the month.',
      },
    },
  }),
};

export const social = contactRegistry({
  definition: socialRegistry,
  contactType: 'SocialContact',
  contactsField: 'socialContacts',
  criteria: socialCriteria,
  predictionFeatures: socialPredictionFeatures,
  resolvers: [new SocialPersonResolver()],
  entities: [SocialPerson, SocialContact],
  references: { Person: ({ id }) => new SocialPerson(id as number) },
});
