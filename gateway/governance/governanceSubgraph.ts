import { graphql, GraphQLError, type GraphQLSchema } from 'graphql';
import type { RevisionService } from '../../approvals/policy-revisions/revisionService.js';
import { buildFederatedSchema, type FederatedSchemaOptions } from '../../lib/buildFederatedSchema.js';
import { PolkuError } from '../../lib/errors.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import type { Oversight } from '../audit/oversight.js';
import type { Subgraph } from '../../schema/subgraph.js';
import type { FieldUseSource } from '../audit/fieldUse.js';
import type { RegistryState } from '../registries/pinnedSource.js';
import type { PolicyDrafts } from '../policy-review/policyDrafts.js';
import {
  AccessInfo,
  type AccessLogSource,
  AccessResolver,
  FieldAccess,
  type GovernanceContext,
} from './access.js';
import { AccessLogEntry, AccessLogResolver } from './accessLog.js';
import {
  ChangeAuthority,
  DerivationAccess,
  FieldRequestCount,
  FieldRequests,
  NearRule,
  PolicyExplanation,
  PolicyExplanationResolver,
  PolicySigner,
  WithheldInput,
} from './explainPolicy.js';
import {
  MatrixCell,
  MatrixColumn,
  MatrixField,
  PolicyMatrix,
  PolicyMatrixResolver,
  PolicyRule,
  PolicyWay,
} from './policyMatrix.js';
import { PolicyVocabulary, PolicyVocabularyResolver } from './policyVocabulary.js';
import { PolicySigning, PolicySigningResolver, SigningPerson } from './policySigners.js';
import { CatalogueField, GovernedRegistry, RegistryStateResolver } from './registryState.js';
import {
  OperationDifference,
  PolicyDifference,
  PolicyDraftCheck,
  PolicyDraftResolver,
  PolicyExample,
  PolicyFile,
  PolicyPayloadResolver,
  PolicyProblem,
  PolicyTestOutcome,
} from './policyDraftCheck.js';
import { BreakGlassPage, BreakGlassResolver, BreakGlassReview, BreakGlassUse } from './breakGlassReviews.js';
import { LoggedDecision, LoggedDecisionPage, LoggedDecisionResolver } from './loggedDecisions.js';
import {
  LogChain,
  LogDifference,
  LogFaultInfo,
  LogReconciliation,
  LogVerification,
  LogVerificationResolver,
} from './logVerification.js';
import {
  MissingSignatures,
  PolicyComment,
  PolicyRevision,
  RevisionResolver,
  RevisionTextResolver,
  TestOverruling,
} from './revisions.js';
import { UnusualAccessFinding, UnusualAccessReport, UnusualAccessResolver } from './unusualFindings.js';
import { FieldRefusal, FieldRefusalResolver } from './explainField.js';
import { PolicyTerm } from './policyTerm.js';

/** What answers depend on. The policy and the schema change while the gateway runs. */
export interface InForce {
  /** The policy of a request that began under the given revision. */
  policy(revision: string): Policy;
  apiSchema(): GraphQLSchema;
  /** Whether a hidden field is like one that does not exist. */
  readonly conceal: boolean;
  /** The source of the access log. */
  readonly accessLog: AccessLogSource;
  /** Where policies are signed; undefined with `--dev`, where nobody signs. */
  readonly revisionService?: RevisionService | undefined;
  /** Shows what drafts and revisions would change. */
  readonly policyDrafts: PolicyDrafts;
  /** Counts requests for a field. */
  readonly fieldUse: FieldUseSource;
  readonly registryState: (registry: string) => RegistryState;
  readonly oversight: Oversight;
}

/** The governance part of the schema. */
export const governanceModule: FederatedSchemaOptions<GovernanceContext> = {
  resolvers: [
    new AccessResolver(),
    new AccessLogResolver(),
    new FieldRefusalResolver(),
    new RevisionResolver(),
    new RevisionTextResolver(),
    new PolicyDraftResolver(),
    new PolicyPayloadResolver(),
    new PolicyMatrixResolver(),
    new PolicyVocabularyResolver(),
    new PolicyExplanationResolver(),
    new PolicySigningResolver(),
    new RegistryStateResolver(),
    new LoggedDecisionResolver(),
    new BreakGlassResolver(),
    new UnusualAccessResolver(),
    new LogVerificationResolver(),
  ],
  entities: [
    PolicyTerm,
    FieldRefusal,
    FieldAccess,
    AccessInfo,
    AccessLogEntry,
    MissingSignatures,
    PolicyRevision,
    PolicyComment,
    TestOverruling,
    PolicyFile,
    PolicyProblem,
    PolicyTestOutcome,
    PolicyDifference,
    OperationDifference,
    PolicyExample,
    PolicyDraftCheck,
    PolicyRule,
    PolicyWay,
    MatrixColumn,
    MatrixCell,
    MatrixField,
    PolicyMatrix,
    PolicyVocabulary,
    NearRule,
    WithheldInput,
    DerivationAccess,
    PolicySigner,
    ChangeAuthority,
    FieldRequestCount,
    FieldRequests,
    PolicyExplanation,
    PolicySigning,
    SigningPerson,
    CatalogueField,
    GovernedRegistry,
    LoggedDecision,
    LoggedDecisionPage,
    BreakGlassReview,
    BreakGlassUse,
    BreakGlassPage,
    UnusualAccessFinding,
    UnusualAccessReport,
    LogFaultInfo,
    LogChain,
    LogVerification,
    LogDifference,
    LogReconciliation,
  ],
  references: { Registry: ({ name }) => new GovernedRegistry(String(name)) },
};

/** The own subgraph of the gateway: what policy says about the caller. */
export async function createGovernanceSubgraph({
  policy,
  apiSchema,
  conceal,
  accessLog,
  revisionService,
  policyDrafts,
  fieldUse,
  registryState,
  oversight,
}: InForce): Promise<Subgraph> {
  const { sdl, schema } = await buildFederatedSchema(governanceModule);
  return {
    name: 'governance',
    sdl,
    execute: async ({ query, operationName, variables }, decision, client) => {
      const result = await graphql({
        schema,
        source: query,
        operationName,
        variableValues: variables,
        contextValue: {
          decision,
          policy: policy(decision.revision),
          apiSchema: apiSchema(),
          conceal,
          accessLog,
          revisionService,
          policyDrafts,
          fieldUse,
          registryState,
          oversight,
          client,
        } satisfies GovernanceContext,
      });
      return result.errors ? { ...result, errors: result.errors.map(withCode) } : result;
    },
  };
}

/** Adds the error code, which decides what clients may read of an error. */
function withCode(error: GraphQLError): GraphQLError {
  const { message, path, originalError } = error;
  if (!(originalError instanceof PolkuError)) return error;
  return new GraphQLError(message, { path, extensions: { code: originalError.code } });
}
