import type { FederatedSchemaOptions } from '../../lib/buildFederatedSchema.js';
import type { RegistryDefinition } from '../columns/tableDefinition.js';
import type { Criteria } from '../criteria/criterion.js';
import type { Feature } from '../features/feature.js';

/** A departmental registry as its folder hands it over: what it keeps, and what it shows. */
export interface DepartmentRegistry {
  readonly definition: RegistryDefinition;
  readonly module: SubgraphModule;
  /** The type of its contacts, where it hands some to service paths and keeps care relationships. */
  readonly contactType?: string;
  /** What groups may be formed by, as filters name it. */
  readonly criteria?: Criteria;
  /** What it knows of children that foretells need, where it hands that to risk assessments. */
  readonly features?: readonly Feature[];
}

/** A part of a subgraph's schema: classes of type-graphql, and how entities are found by their keys. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- contexts differ by subgraph; each module's resolvers type their own
export type SubgraphModule = FederatedSchemaOptions<any>;

/** Puts the parts of a subgraph together. */
export function joinModules(...modules: readonly SubgraphModule[]): SubgraphModule {
  return {
    resolvers: modules.flatMap(({ resolvers }) => resolvers),
    entities: modules.flatMap(({ entities }) => entities),
    enumValues: Object.assign(
      {},
      ...modules.map(({ enumValues }) => enumValues),
    ) as SubgraphModule['enumValues'],
    references: Object.assign(
      {},
      ...modules.map(({ references }) => references),
    ) as SubgraphModule['references'],
  };
}
