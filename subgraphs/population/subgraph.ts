import { cohortFeed } from '../registry/feeds/cohortFeed.js';
import { registryFeed } from '../registry/feeds/registryFeed.js';
import { joinModules } from '../registry/subgraph/subgraphModule.js';
import { populationCriteria } from './criteria.js';
import { populationAttributes } from './groupAttributes.js';
import { membersFeed } from './membersFeed.js';
import { memberUnitsFeed } from './memberUnitsFeed.js';
import { FamilyResolver, PersonResolver } from './resolvers.js';
import { Family, FamilyMember, FamilyMembership, Person } from './types.js';

export const populationModule = joinModules(
  {
    resolvers: [PersonResolver, FamilyResolver],
    entities: [Person, Family, FamilyMember, FamilyMembership],
    references: {
      Person: ({ id }) => new Person(id as number),
      Family: ({ id }) => new Family(id as number),
    },
  },
  membersFeed,
  registryFeed('population'),
  cohortFeed('population', populationCriteria, populationAttributes),
  memberUnitsFeed,
);
