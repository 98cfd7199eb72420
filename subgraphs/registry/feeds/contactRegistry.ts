import type { Registry } from '../subgraph/registry.js';
import { joinModules, type SubgraphModule } from '../subgraph/subgraphModule.js';
import { contactFeeds } from './contactFeeds.js';
import type { ContactRegistryDefinition } from './contactStore.js';

export interface ContactRegistryOptions extends SubgraphModule {
  readonly definition: ContactRegistryDefinition;
  /** The type of its contacts: `HealthContact`. */
  readonly contactType: string;
  /** The field of a person that lists them: `healthContacts`. */
  readonly contactsField: string;
}

/** A registry of contacts: what it shows itself, and every feed that derived types take from it. */
export function contactRegistry({
  definition,
  contactType,
  contactsField,
  ...module
}: ContactRegistryOptions): Registry {
  const feeds = contactFeeds(definition.name, contactType, contactsField);
  return { definition, contactType, module: joinModules(module, feeds) };
}
