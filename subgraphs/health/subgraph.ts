import { contactFeeds } from '../registry/feeds/contactFeeds.js';
import { joinModules } from '../registry/subgraph/subgraphModule.js';
import { healthCriteria } from './criteria.js';
import { HealthPersonResolver } from './resolvers.js';
import { HealthContact, HealthPerson } from './types.js';

export const healthModule = joinModules(
  {
    resolvers: [HealthPersonResolver],
    entities: [HealthPerson, HealthContact],
    references: { Person: ({ id }) => new HealthPerson(id as number) },
  },
  contactFeeds('health', 'HealthContact', 'healthContacts', healthCriteria),
);
