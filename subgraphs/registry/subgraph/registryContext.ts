import type { RegistryDefinition } from '../columns/tableDefinition.js';
import type { Manifest } from '../snapshot/manifest.js';
import type { RequestContext } from './requestContext.js';
import type { RowLoader } from './rowLoader.js';
import type { Snapshot } from '../snapshot/openSnapshot.js';

/** What a registry's resolvers read from: one snapshot for the whole request. */
export interface RegistryStore<Definition extends RegistryDefinition = RegistryDefinition> {
  readonly manifest: Manifest;
  readonly tables: Snapshot<Definition>['tables'];
  readonly rows: RowLoader<Definition>;
  /** How many rows of a table are of people who were erased. */
  readonly erasedRows: (table: string) => number;
}

export type RegistryContext<Definition extends RegistryDefinition = RegistryDefinition> = RequestContext<
  RegistryStore<Definition>
>;
