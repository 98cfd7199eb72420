import { contactRegistry } from '../registry/feeds/contactRegistry.js';
import { educationCriteria } from './criteria.js';
import { educationFactors } from './factors.js';
import { EducationPersonResolver } from './resolvers.js';
import { educationRegistry } from './tables.js';
import { EducationContact, EducationPerson } from './types.js';

export const education = contactRegistry({
  definition: educationRegistry,
  contactType: 'EducationContact',
  contactsField: 'educationContacts',
  criteria: educationCriteria,
  foretelling: { source: educationFactors },
  resolvers: [EducationPersonResolver],
  entities: [EducationPerson, EducationContact],
  references: { Person: ({ id }) => new EducationPerson(id as number) },
});
