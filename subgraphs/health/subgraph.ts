import {
  Args,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ObjectType,
  Resolver,
  Root,
} from '../../lib/typeGraphql.js';
import { CodedValue, codingAt } from '../../registry-kit/codes/codedValue.js';
import type { Table } from '../../registry-kit/columns/table.js';
import { Contact } from '../../registry-kit/contacts/contact.js';
import { contactArgs, type ContactFilter } from '../../registry-kit/contacts/period.js';
import { selectContacts } from '../../registry-kit/contacts/selectRows.js';
import type { Criteria } from '../../registry-kit/criteria/criterion.js';
import { contactRows, rowsCriterion, serviceArgument } from '../../registry-kit/criteria/rowsCriterion.js';
import { contactRegistry } from '../../registry-kit/feeds/contactRegistry.js';
import { PersonStub } from '../../registry-kit/subgraph/entityStubs.js';
import type { RegistryContext, RegistryStore } from '../../registry-kit/subgraph/registryContext.js';
import { healthFeatures } from './features.js';
import { healthRegistry } from './tables.js';

const HealthContactArgs = contactArgs('HealthContact');

@Resolver(() => HealthPerson)
class HealthPersonResolver {
  @FieldResolver(() => [HealthContact], { nullable: true, description: 'Visits to health services.' })
  async healthContacts(
    @Root() person: HealthPerson,
    @Args(() => HealthContactArgs) filter: ContactFilter,
    @Ctx() context: RegistryContext<typeof healthRegistry>,
  ): Promise<HealthContact[]> {
    const slice = await context.store.rows.rows('contacts', person.id);
    const rows = selectContacts(
      slice,
      filter,
      { coordinate: 'Person.healthContacts', type: 'HealthContact' },
      context,
    );
    return rows.map((row) => new HealthContact(slice.table, row));
  }
}

@ObjectType('Person')
@Directive('@key(fields: "id")')
class HealthPerson extends PersonStub {}

@ObjectType({ implements: Contact, simpleResolvers: true, description: 'A visit to health services.' })
class HealthContact extends Contact {
  @Field(() => CodedValue, {
    nullable: true,
    description: 'Diagnosis by ICD-10: J06.9; masked, its chapter: J00-J99.',
  })
  readonly diagnosis: CodedValue | null;

  @Field(() => CodedValue, { nullable: true, description: 'Urgency, 1 being the most urgent.' })
  readonly urgency: CodedValue | null;

  constructor(table: Table<typeof healthRegistry.tables.contacts>, row: number) {
    super('health', table, row);
    this.diagnosis = codingAt('health/diagnoses', table.columns.diagnosis, row);
    this.urgency = codingAt('health/urgencies', table.columns.urgency, row);
  }
}

/** The criteria for groups in health services. */
const healthCriteria: Criteria<RegistryStore> = {
  healthContacts: rowsCriterion({
    ...contactRows('HealthContact', 'healthContacts'),
    description: 'Visits to health services.',
    arguments: {
      services: serviceArgument('HealthContact'),
      diagnoses: {
        kind: 'diagnoses',
        column: 'diagnosis',
        coordinate: 'HealthContact.diagnosis',
        description:
          'Any of these ICD-10 codes (F32, J06.9), blocks or chapters by their range (F30-F39, F00-F99).',
      },
      urgencies: {
        kind: 'codes',
        column: 'urgency',
        coordinate: 'HealthContact.urgency',
        list: 'urgencies',
        description: 'Any of these urgencies, 1 being the most urgent.',
      },
    },
  }),
};

export const health = contactRegistry({
  definition: healthRegistry,
  contactType: 'HealthContact',
  contactsField: 'healthContacts',
  criteria: healthCriteria,
  predictionFeatures: { source: healthFeatures },
  resolvers: [new HealthPersonResolver()],
  entities: [HealthPerson, HealthContact],
  references: { Person: ({ id }) => new HealthPerson(id as number) },
});
