import { contactRegistry } from '../registry/feeds/contactRegistry.js';
import { educationCriteria } from './criteria.js';
import { EducationPersonResolver } from './resolvers.js';
import { educationRegistry } from './tables.js';
import { EducationContact, EducationPerson } from './types.js';

export const education = contactRegistry({
  definition: educationRegistry,
  contactType: 'EducationContact',
  contactsField: 'educationContacts',
  criteria: educationCriteria,
  resolvers: [EducationPersonResolver],
  entities: [EducationPerson, EducationContact],
  references: { Person: ({ id }) => new EducationPerson(id as number) },
});
