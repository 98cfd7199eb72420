import type { Criteria } from '../criteria/criterion.js';
import { contactCriteria } from '../criteria/rowsCriterion.js';
import { joinModules, type DepartmentRegistry, type SubgraphModule } from '../subgraph/departmentRegistry.js';
import type { RegistryStore } from '../subgraph/registryContext.js';
import { cohortFeed, cohortMembersFeed } from './cohortFeed.js';
import { personPageFeed } from './personPageFeed.js';
import { predictionFeatureFeeds, type PredictionFeatures } from './predictionFeatures.js';
import { registryFeed } from './registryFeed.js';
import {
  type ContactRegistryDefinition,
  familyServicePathFeed,
  servicePathFeed,
} from './servicePathFeeds.js';

interface ContactRegistryOptions<Store> extends SubgraphModule {
  readonly definition: ContactRegistryDefinition;
  /** The type of its contacts, such as `HealthContact`. */
  readonly contactType: string;
  /** The field of a person that lists the contacts, such as `healthContacts`. */
  readonly contactsField: string;
  /** Its criteria for groups. The default is contacts and their services. */
  readonly criteria?: Criteria<RegistryStore>;
  /** Its features for predictions, if it provides any to risk assessments. */
  readonly predictionFeatures?: PredictionFeatures<Store>;
}

/** Makes a registry of contacts: its own fields, and every feed that derived types read from it. */
export function contactRegistry<Store extends RegistryStore>({
  definition,
  contactType,
  contactsField,
  criteria = contactCriteria(contactType, contactsField),
  predictionFeatures,
  ...module
}: ContactRegistryOptions<Store>): DepartmentRegistry {
  const feeds = contactFeeds(definition.name, contactType, contactsField, criteria);
  if (!predictionFeatures) return { definition, contactType, criteria, module: joinModules(module, feeds) };
  return {
    definition,
    contactType,
    criteria,
    features: predictionFeatures.source.features,
    module: joinModules(module, feeds, predictionFeatureFeeds(definition.name, predictionFeatures)),
  };
}

/** Every feed of a registry of contacts, for derived types. */
function contactFeeds(
  registry: string,
  contactType: string,
  contactsField: string,
  criteria: Criteria<RegistryStore>,
): SubgraphModule {
  return joinModules(
    servicePathFeed(registry, contactType),
    familyServicePathFeed(registry, contactType),
    personPageFeed(registry, contactsField),
    registryFeed(registry, 'contacts'),
    cohortFeed(registry, criteria),
    cohortMembersFeed(registry, contactType),
  );
}
