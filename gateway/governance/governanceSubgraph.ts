import { graphql, GraphQLError, type GraphQLSchema } from 'graphql';
import type { RevisionService } from '../../approvals/revisionService.js';
import { buildFederatedSchema, type FederatedSchemaOptions } from '../../lib/buildFederatedSchema.js';
import { PolkuError } from '../../lib/errors.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import type { Subgraph } from '../../schema/subgraph.js';
import {
  AccessInfo,
  type AccessLogSource,
  AccessResolver,
  FieldAccess,
  type GovernanceContext,
} from './access.js';
import { AccessLogEntry, AccessLogResolver } from './accessLog.js';
import { MissingSignatures, PolicyRevision, RevisionResolver } from './revisions.js';

/** What a request is answered by; both change while the gateway runs. */
export interface InForce {
  /** The policy of a request that began under the given revision. */
  policy(revision: string): Policy;
  apiSchema(): GraphQLSchema;
  /** Where people's own records are found. */
  readonly accessLog: AccessLogSource;
  /** Where policies are signed; undefined where nobody does (`--dev`). */
  readonly revisionService?: RevisionService | undefined;
}

/** Its part of the schema. */
export const governanceModule: FederatedSchemaOptions<GovernanceContext> = {
  resolvers: [AccessResolver, AccessLogResolver, RevisionResolver],
  entities: [AccessInfo, FieldAccess, AccessLogEntry, PolicyRevision, MissingSignatures],
  references: {},
};

/** The gateway's own subgraph: what policy says, for whoever it says it of. */
export async function createGovernanceSubgraph({
  policy,
  apiSchema,
  accessLog,
  revisionService,
}: InForce): Promise<Subgraph> {
  const { sdl, schema } = await buildFederatedSchema(governanceModule);
  return {
    name: 'governance',
    sdl,
    execute: async ({ query, operationName, variables }, decision) => {
      const result = await graphql({
        schema,
        source: query,
        operationName,
        variableValues: variables,
        contextValue: {
          decision,
          policy: policy(decision.revision),
          apiSchema: apiSchema(),
          accessLog,
          revisionService,
        } satisfies GovernanceContext,
      });
      return result.errors ? { ...result, errors: result.errors.map(withCode) } : result;
    },
  };
}

/** What clients may read of an error is told by its code. */
function withCode(error: GraphQLError): GraphQLError {
  const { message, path, originalError } = error;
  if (!(originalError instanceof PolkuError)) return error;
  return new GraphQLError(message, { path, extensions: { code: originalError.code } });
}
