import { contactCriteria } from '../groups/contactCriteria.js';
import type { Criteria } from '../groups/criterion.js';
import type { Registry } from '../subgraph/registry.js';
import type { RegistryStore } from '../subgraph/registryContext.js';
import { joinModules, type SubgraphModule } from '../subgraph/subgraphModule.js';
import { contactFeeds } from './contactFeeds.js';
import { type Foretelling, foretellingFeeds } from './foretelling.js';
import type { ContactRegistryDefinition } from './contactStore.js';

export interface ContactRegistryOptions<Store> extends SubgraphModule {
  readonly definition: ContactRegistryDefinition;
  /** The type of its contacts: `HealthContact`. */
  readonly contactType: string;
  /** The field of a person that lists them: `healthContacts`. */
  readonly contactsField: string;
  /** What groups are formed by; without them, by its contacts and their services. */
  readonly criteria?: Criteria<RegistryStore>;
  /** What it knows that foretells need, where it hands that to risk assessments. */
  readonly foretelling?: Foretelling<Store>;
}

/** A registry of contacts: what it shows itself, and every feed that derived types take from it. */
export function contactRegistry<Store extends RegistryStore>({
  definition,
  contactType,
  contactsField,
  criteria = contactCriteria(contactType, contactsField),
  foretelling,
  ...module
}: ContactRegistryOptions<Store>): Registry {
  const feeds = contactFeeds(definition.name, contactType, contactsField, criteria);
  if (!foretelling) return { definition, contactType, criteria, module: joinModules(module, feeds) };
  return {
    definition,
    contactType,
    criteria,
    factors: foretelling.source.factors,
    module: joinModules(module, feeds, foretellingFeeds(definition.name, foretelling)),
  };
}
