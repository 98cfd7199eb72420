import { contactRegistry } from '../registry/feeds/contactRegistry.js';
import { healthCriteria } from './criteria.js';
import { healthFactors } from './factors.js';
import { HealthPersonResolver } from './resolvers.js';
import { healthRegistry } from './tables.js';
import { HealthContact, HealthPerson } from './types.js';

export const health = contactRegistry({
  definition: healthRegistry,
  contactType: 'HealthContact',
  contactsField: 'healthContacts',
  criteria: healthCriteria,
  foretelling: { source: healthFactors },
  resolvers: [HealthPersonResolver],
  entities: [HealthPerson, HealthContact],
  references: { Person: ({ id }) => new HealthPerson(id as number) },
});
