import { contactRegistry } from '../registry/feeds/contactRegistry.js';
import { HealthPersonResolver } from './resolvers.js';
import { healthRegistry } from './tables.js';
import { HealthContact, HealthPerson } from './types.js';

export const health = contactRegistry({
  definition: healthRegistry,
  contactType: 'HealthContact',
  contactsField: 'healthContacts',
  resolvers: [HealthPersonResolver],
  entities: [HealthPerson, HealthContact],
  references: { Person: ({ id }) => new HealthPerson(id as number) },
});
