import type { PersonKey } from '../../../schema/keys.js';
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
  /** Whether a person's rows do not exist for the caller; what `rows` gives and enforcement takes leaves them out. */
  readonly isHidden: (person: PersonKey) => boolean;
}

export type RegistryContext<Definition extends RegistryDefinition = RegistryDefinition> = RequestContext<
  RegistryStore<Definition>
>;
