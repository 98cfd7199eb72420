import { contactCriteria } from '../groups/contactCriteria.js';
import type { Criteria } from '../groups/criterion.js';
import type { Registry } from '../subgraph/registry.js';
import type { RegistryStore } from '../subgraph/registryContext.js';
import { joinModules, type SubgraphModule } from '../subgraph/subgraphModule.js';
import { contactFeeds } from './contactFeeds.js';
import type { ContactRegistryDefinition } from './contactStore.js';

export interface ContactRegistryOptions extends SubgraphModule {
  readonly definition: ContactRegistryDefinition;
  /** The type of its contacts: `HealthContact`. */
  readonly contactType: string;
  /** The field of a person that lists them: `healthContacts`. */
  readonly contactsField: string;
  /** What groups are formed by; without them, by its contacts and their services. */
  readonly criteria?: Criteria<RegistryStore>;
}

/** A registry of contacts: what it shows itself, and every feed that derived types take from it. */
export function contactRegistry({
  definition,
  contactType,
  contactsField,
  criteria = contactCriteria(contactType, contactsField),
  ...module
}: ContactRegistryOptions): Registry {
  const feeds = contactFeeds(definition.name, contactType, contactsField, criteria);
  return { definition, contactType, criteria, module: joinModules(module, feeds) };
}
