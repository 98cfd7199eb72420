import { joinModules, type SubgraphModule } from '../subgraph/subgraphModule.js';
import type { Criteria } from '../groups/criterion.js';
import type { RegistryStore } from '../subgraph/registryContext.js';
import { clientsFeed } from './clientsFeed.js';
import { cohortFeed } from './cohortFeed.js';
import { cohortMembersFeed } from './cohortMembersFeed.js';
import { familyServicePathFeed } from './familyServicePathFeed.js';
import { registryFeed } from './registryFeed.js';
import { servicePathFeed } from './servicePathFeed.js';

/** Every feed of a registry of contacts: all that derived types take from it. */
export function contactFeeds(
  registry: string,
  contactType: string,
  contactsField: string,
  criteria: Criteria<RegistryStore>,
): SubgraphModule {
  return joinModules(
    servicePathFeed(registry, contactType),
    familyServicePathFeed(registry, contactType),
    clientsFeed(registry, contactsField),
    registryFeed(registry, 'contacts'),
    cohortFeed(registry, criteria),
    cohortMembersFeed(registry, contactType),
  );
}
