import { Args, Ctx, FieldResolver, Resolver, Root } from '../../schema/typeGraphql.js';
import { type ContactFilter, contactArgs } from '../registry/contacts/intervalArgs.js';
import { selectContacts } from '../registry/contacts/selectRows.js';
import type { RegistryContext } from '../registry/subgraph/registryContext.js';
import type { healthRegistry } from './tables.js';
import { HealthContact, HealthPerson } from './types.js';

const HealthContactArgs = contactArgs('HealthContact');

@Resolver(() => HealthPerson)
export class HealthPersonResolver {
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
