import type { FederatedSchemaOptions } from '../../lib/buildFederatedSchema.js';
import type { RegistryDefinition } from '../columns/tableDefinition.js';
import type { Criteria } from '../criteria/criterion.js';
import type { Feature } from '../features/feature.js';

/** The registry of a department as its folder exports it: what it stores and what it serves. */
export interface DepartmentRegistry {
  readonly definition: RegistryDefinition;
  readonly module: SubgraphModule;
  /** The type of its contacts, if it gives some to service paths and has care relationships. */
  readonly contactType?: string;
  /** The criteria for groups, as filters name them. */
  readonly criteria?: Criteria;
  /** The features of children that it gives to risk assessments. */
  readonly features?: readonly Feature[];
}

/** A part of a subgraph's schema: types and resolvers of type-graphql, and what they cannot declare. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- contexts differ by subgraph
export type SubgraphModule = FederatedSchemaOptions<any>;

/** Joins the parts of a subgraph. */
export function joinModules(...modules: readonly SubgraphModule[]): SubgraphModule {
  return {
    resolvers: modules.flatMap(({ resolvers }) => resolvers),
    entities: modules.flatMap(({ entities }) => entities),
    references: Object.assign(
      {},
      ...modules.map(({ references }) => references),
    ) as SubgraphModule['references'],
    amendments: modules.flatMap(({ amendments = [] }) => amendments),
    addedFields: Object.assign({}, ...modules.map(({ addedFields }) => addedFields)) as NonNullable<
      SubgraphModule['addedFields']
    >,
  };
}
