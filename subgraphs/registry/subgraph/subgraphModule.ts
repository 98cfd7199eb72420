import type { FederatedSchemaOptions } from '../../../schema/buildFederatedSchema.js';

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
