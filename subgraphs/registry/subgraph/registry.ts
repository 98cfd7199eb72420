import type { RegistryDefinition } from '../columns/tableDefinition.js';
import type { Factor } from '../factors/factor.js';
import type { Criteria } from '../groups/criterion.js';
import type { SubgraphModule } from './subgraphModule.js';

/** A departmental registry as its folder hands it over: what it keeps, and what it shows. */
export interface Registry {
  readonly definition: RegistryDefinition;
  readonly module: SubgraphModule;
  /** The type of its contacts, where it hands some to service paths and keeps care relationships. */
  readonly contactType?: string;
  /** What groups may be formed by, as filters name it. */
  readonly criteria?: Criteria;
  /** What it knows of children that foretells need, where it hands that to risk assessments. */
  readonly factors?: readonly Factor[];
}
