import { contactRegistry } from '../registry/feeds/contactRegistry.js';
import { socialCriteria } from './criteria.js';
import { socialForetelling } from './foretelling.js';
import { SocialPersonResolver } from './resolvers.js';
import { socialRegistry } from './tables.js';
import { SocialContact, SocialPerson } from './types.js';

export const social = contactRegistry({
  definition: socialRegistry,
  contactType: 'SocialContact',
  contactsField: 'socialContacts',
  criteria: socialCriteria,
  foretelling: socialForetelling,
  resolvers: [SocialPersonResolver],
  entities: [SocialPerson, SocialContact],
  references: { Person: ({ id }) => new SocialPerson(id as number) },
});
