import { Args, Ctx, FieldResolver, Resolver, Root } from '../../schema/typeGraphql.js';
import { type ContactFilter, contactArgs, intervalArgs } from '../registry/contacts/intervalArgs.js';
import type { Period } from '../registry/contacts/period.js';
import { selectContacts, selectRows } from '../registry/contacts/selectRows.js';
import type { RegistryContext } from '../registry/subgraph/registryContext.js';
import type { educationRegistry } from './tables.js';
import { EducationContact, EducationPerson, Enrolment } from './types.js';

type Context = RegistryContext<typeof educationRegistry>;

const EducationContactArgs = contactArgs('EducationContact');
const EnrolmentArgs = intervalArgs('Enrolment');

@Resolver(() => EducationPerson)
export class EducationPersonResolver {
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
    // An enrolment has no id: what is shown of it tells it from others.
    const identity = (row: number): string => {
      const { service, unit, hoursPerWeek, ...about } = enrolment(row);
      const shown = Object.entries({ service, unit, hoursPerWeek }).map(([field, value]) =>
        value === null ? null : context.access.see(`Enrolment.${field}`, about, value),
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
