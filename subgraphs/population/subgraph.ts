import { cohortFeed } from '../../registry-kit/feeds/cohortFeed.js';
import { predictionFeatureFeeds } from '../../registry-kit/feeds/predictionFeatures.js';
import { registryFeed } from '../../registry-kit/feeds/registryFeed.js';
import { joinModules, type DepartmentRegistry } from '../../registry-kit/subgraph/departmentRegistry.js';
import { populationCriteria } from './criteria.js';
import { populationFeatures } from './features.js';
import { membersFeed, memberUnitsFeed, riskMembersFeed } from './memberFeeds.js';
import { populationPredictionFeatures } from './predictionFeatures.js';
import { FamilyResolver, PersonResolver } from './resolvers.js';
import { populationRegistry } from './tables.js';
import { Family, FamilyMember, FamilyMembership, Person } from './types.js';
import { populationAttributes } from './yearly.js';

export const population: DepartmentRegistry = {
  definition: populationRegistry,
  criteria: populationCriteria,
  features: populationFeatures.features,
  module: joinModules(
    memberUnitsFeed,
    membersFeed,
    riskMembersFeed,
    {
      resolvers: [new PersonResolver(), new FamilyResolver()],
      entities: [Person, Family, FamilyMember, FamilyMembership],
      references: {
        Person: ({ id }) => new Person(id as number),
        Family: ({ id }) => new Family(id as number),
      },
    },
    registryFeed('population', 'persons'),
    cohortFeed('population', populationCriteria, populationAttributes),
    predictionFeatureFeeds('population', populationPredictionFeatures),
  ),
};
