import { registryFeed } from '../registry/feeds/registryFeed.js';
import type { Registry } from '../registry/subgraph/registry.js';
import { joinModules } from '../registry/subgraph/subgraphModule.js';
import { membersFeed } from './membersFeed.js';
import { FamilyResolver, PersonResolver } from './resolvers.js';
import { populationRegistry } from './tables.js';
import { Family, FamilyMember, FamilyMembership, Person } from './types.js';

export const population: Registry = {
  definition: populationRegistry,
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
  ),
};
