import type { RegistryDefinition, TableDefinition } from '../columns/tableDefinition.js';
import type { careRelationships, contactColumns, objections } from '../columns/commonTables.js';
import type { RegistryStore } from '../subgraph/registryContext.js';

/** A registry of contacts, with the care relationships that they come from. */
export interface ContactRegistryDefinition extends RegistryDefinition {
  readonly tables: {
    readonly contacts: TableDefinition & { readonly columns: typeof contactColumns };
    readonly careRelationships: typeof careRelationships;
    readonly objections: typeof objections;
  };
}

export type ContactStore = RegistryStore<ContactRegistryDefinition>;
