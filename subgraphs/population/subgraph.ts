import { cohortFeed } from '../registry/feeds/cohortFeed.js';
import { registryFeed } from '../registry/feeds/registryFeed.js';
import type { Registry } from '../registry/subgraph/registry.js';
import { joinModules } from '../registry/subgraph/subgraphModule.js';
import { foretellingFeeds } from '../registry/feeds/foretelling.js';
import { populationCriteria } from './criteria.js';
import { populationFactors } from './factors.js';
import { populationForetelling } from './foretelling.js';
import { populationAttributes } from './groupAttributes.js';
import { membersFeed } from './membersFeed.js';
import { memberUnitsFeed } from './memberUnitsFeed.js';
import { riskMembersFeed } from './riskMembersFeed.js';
import { FamilyResolver, PersonResolver } from './resolvers.js';
import { populationRegistry } from './tables.js';
import { Family, FamilyMember, FamilyMembership, Person } from './types.js';

export const population: Registry = {
  definition: populationRegistry,
  criteria: populationCriteria,
  factors: populationFactors.factors,
  module: joinModules(
    {
      resolvers: [PersonResolver, FamilyResolver],
      entities: [Person, Family, FamilyMember, FamilyMembership],
      references: {
        Person: ({ id }) => new Person(id as number),
        Family: ({ id }) => new Family(id as number),
      },
    },
    membersFeed,
    registryFeed('population', 'persons'),
    cohortFeed('population', populationCriteria, populationAttributes),
    memberUnitsFeed,
    riskMembersFeed,
    foretellingFeeds('population', populationForetelling),
  ),
};
