import { contactFeeds } from '../registry/feeds/contactFeeds.js';
import { joinModules } from '../registry/subgraph/subgraphModule.js';
import { socialCriteria } from './criteria.js';
import { SocialPersonResolver } from './resolvers.js';
import { SocialContact, SocialPerson } from './types.js';

export const socialModule = joinModules(
  {
    resolvers: [SocialPersonResolver],
    entities: [SocialPerson, SocialContact],
    references: { Person: ({ id }) => new SocialPerson(id as number) },
  },
  contactFeeds('social', 'SocialContact', 'socialContacts', socialCriteria),
);
