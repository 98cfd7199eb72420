import type {
  GatewayExecutionResult,
  GatewayGraphQLRequestContext,
  GatewayInterface,
  GatewaySchemaLoadOrUpdateCallback,
} from '@apollo/server-gateway-interface';
import { executeOperation, readVariables } from '../federation/execution/execute.js';
import {
  checkPageSizes,
  checkVariables,
  defaultLimits,
  type OperationLimits,
} from '../federation/execution/limits.js';
import { readPolkuError } from '../federation/plan/subgraphError.js';
import type { Supergraph } from '../federation/supergraph/supergraph.js';
import { PolkuError } from '../lib/errors.js';
import { FairQueue } from '../lib/fairQueue.js';
import type { Log } from '../lib/log.js';
import type { Policy } from '../policies/engine/decide/policy.js';
import type { SubgraphSdl } from '../policies/engine/parse/readSubgraph.js';
import type { RefusedRequest, SecurityEvents } from '../schema/securityEvents.js';
import type { Caller } from '../schema/tokens/callerClaims.js';
import { type TrustedIssuer, verifyCallerToken } from '../schema/tokens/callerToken.js';
import type { DecisionContext } from '../schema/tokens/decisionContext.js';
import type { AuditLog } from './audit/auditLog.js';
import type { PersonDigests } from './audit/auditRecord.js';
import { decisionRecord, outcomeOf, RecordDraft, type RequestEnd } from './audit/requestRecord.js';
import type { GatewayContext, GatewayRequest, RequestHead } from './gatewayRequest.js';
import { bearerToken, callerPerson, loginDomain } from './identity/bearerToken.js';
import { breakGlassReason, requestPurpose } from './identity/purpose.js';
import {
  type ObserveRequest,
  type RequestObservation,
  unobserved,
} from './observation/requestObservation.js';
import { fillWithheld, valuesOfAll } from './operation/cutOperation.js';
import { asGraphQLErrors } from './operation/graphqlErrors.js';
import { LookupRate } from './operation/lookupRate.js';
import { type CheckedOperation, OperationPreparer } from './operation/operationPreparer.js';
import { PlanLineage } from './operation/planLineage.js';
import { DerivableInputs, notPermitted, spoken } from './operation/policyCheck.js';
import { StoredOperations } from './operation/storedOperations.js';
import type { Domains } from './pseudonyms.js';
import { idCodec } from './registries/cityTypes.js';
import { RegistryRequester } from './registries/localDataSource.js';

export interface GatewayOptions {
  readonly supergraph: Supergraph;
  /** The committed SDL of every subgraph. Plans are compared with it. */
  readonly contracts: readonly SubgraphSdl[];
  readonly policy: Policy;
  readonly trusted: readonly TrustedIssuer[];
  readonly domains: Domains;
  /** The epoch of pseudonyms. A new epoch changes all ids. */
  readonly epoch: string;
  readonly auditLog: AuditLog;
  /** Names people in the audit log. */
  readonly personDigests: PersonDigests;
  /** Whether hidden fields look like fields that do not exist. */
  readonly conceal: boolean;
  /** The operations that apps have stored; by default there are none. */
  readonly operations?: StoredOperations | undefined;
  /** The largest operation; the default is that of federation/execution/limits.ts. */
  readonly limits?: OperationLimits | undefined;
  /** How many requests of one caller are answered at once, and how many wait. */
  readonly perCaller?: { readonly atOnce: number; readonly waiting: number } | undefined;
  /** Observes requests for operators; by default nobody does. */
  readonly observe?: ObserveRequest | undefined;
  /** Receives requests that are refused. */
  readonly securityEvents: SecurityEvents;
  /** Gets a line for each request, and errors without a code. Clients see their decision id only. */
  readonly log: Log;
}

/** A request after the caller is verified, before anything else is known. */
interface Verified {
  readonly received: Date;
  readonly callerToken: string;
  readonly caller: Caller;
  readonly policy: Policy;
}

type Execution = GatewayGraphQLRequestContext<GatewayContext>;

/** A browser sends six requests to a host at once. Further requests of one caller wait with unread bodies. */
const defaultPerCaller = { atOnce: 4, waiting: 100 };
/**
 * Share of the planning limit from which on an operation is heavy. A caller may run one heavy operation at a
 * time.
 */
const HEAVY_SHARE = 1 / 4;

/**
 * The only entrance: it checks who asks, for which purpose and what may be shown, and it records the
 * decision.
 */
export class Gateway implements GatewayInterface {
  readonly limits: OperationLimits;
  readonly operations: StoredOperations;
  readonly #options: GatewayOptions;
  readonly #lookupRate = new LookupRate();
  readonly #requests: FairQueue;
  readonly #largeRequests: FairQueue;
  readonly #heavyOperations: FairQueue;
  readonly #schemaListeners = new Set<GatewaySchemaLoadOrUpdateCallback>();
  readonly #preparer: OperationPreparer;
  #policy: Policy;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#policy = options.policy;
    const { supergraph, conceal, limits = defaultLimits, perCaller = defaultPerCaller } = options;
    this.limits = limits;
    this.operations = options.operations ?? new StoredOperations();
    const ofCaller = {
      atOnce: Infinity,
      perCaller: perCaller.atOnce,
      waiting: perCaller.waiting,
      restAfter: 50,
    };
    // Parsing a large body takes megabytes, which the garbage collector moves about while the request waits.
    const largeOfCaller = { ...ofCaller, perCaller: 1, restAfter: 0 };
    this.#requests = new FairQueue(ofCaller);
    this.#largeRequests = new FairQueue(largeOfCaller);
    this.#heavyOperations = new FairQueue(largeOfCaller);
    const lineage = new PlanLineage(options.contracts, supergraph.schema);
    const derivable = new DerivableInputs(options.contracts);
    this.#preparer = new OperationPreparer(supergraph, { conceal, limits, lineage, derivable });
  }

  get policy(): Policy {
    return this.#policy;
  }

  /** How many requests wait in each queue. */
  get waiting(): Readonly<Record<string, number>> {
    return {
      requests: this.#requests.waiting,
      'large-requests': this.#largeRequests.waiting,
      'heavy-operations': this.#heavyOperations.waiting,
      checks: this.#preparer.waiting,
    };
  }

  /** Replaces the policy, whole. Requests that have begun end under the policy that they began with. */
  swap(policy: Policy): void {
    this.#policy = policy;
  }

  /**
   * Identity, purpose, decision.
   * @throws PolkuError UNAUTHENTICATED, ISSUER_UNAVAILABLE, PURPOSE_MISSING, PURPOSE_NOT_HELD, BAD_REQUEST,
   * IDENTITY_CODE_LITERAL, AUDIT_UNAVAILABLE
   */
  async open(head: RequestHead): Promise<GatewayRequest> {
    const received = new Date();
    const callerToken = bearerToken(head.authorization);
    const { observation } = head;
    const caller = await observation.stage('identity', () => this.identify(callerToken));
    const policy = this.#policy;
    try {
      const verified = { received, callerToken, caller, policy };
      return await observation.stage('decision', () => this.#decide(head, verified));
    } catch (error) {
      await this.#recordRefused(error, head.decisionId, { received, caller, revision: policy.revision });
      throw error;
    }
  }

  /**
   * The caller that a token names. Nothing is decided or recorded.
   * @throws PolkuError UNAUTHENTICATED, ISSUER_UNAVAILABLE
   */
  identify(callerToken: string): Promise<Caller> {
    return verifyCallerToken(callerToken, this.#options.trusted);
  }

  /**
   * Answers a request when its caller has few others running. A caller may run one large request at a time.
   * @throws PolkuError RATE_LIMITED if too many wait, BAD_REQUEST if the client has disconnected meanwhile
   */
  async inTurn<T>(
    { caller, signal }: GatewayRequest,
    isLarge: boolean,
    answer: () => Promise<T>,
  ): Promise<T> {
    const requests = isLarge ? this.#largeRequests : this.#requests;
    try {
      return await requests.run(caller.subject, answer, signal);
    } catch (error) {
      throw signal.aborted ? clientGone() : error;
    }
  }

  /**
   * Limits, validation and policy, variables, plan, execution, completion: Apollo Server calls this the
   * executor. Each stage adds its decision to the draft of the audit record.
   */
  async execute({ document, queryHash, request, context }: Execution): Promise<GatewayExecutionResult> {
    const open = context.request;
    const { decision, draft, partial, observation } = open;
    const requester = { caller: open.caller.subject, client: open.signal };
    const variables = request.variables ?? {};
    const { operationName } = request;
    try {
      checkVariables(variables, this.limits);
      const asked = { document, hash: queryHash, operationName, decision, partial };
      const check = await observation.stage('check', () => this.#preparer.check(asked, requester));
      if ('refused' in check) {
        draft.noteRefused(check.refused);
        observation.noteRefused(check.refused.map(({ owner }) => owner.en));
        return this.#refused(notPermitted(check.refused, decision, open.language), open);
      }
      const operation = check.allowed;
      draft.noteChecked(operation);
      this.#lookupRate.consume(requester.caller, operation.lookups.length);
      const answer = () => this.#answer(operation, variables, open);
      if (operation.planningCost <= HEAVY_SHARE * this.limits.planning) return await answer();
      return await this.#heavyOperations.run(requester.caller, answer, open.signal);
    } catch (error) {
      return this.#refused(open.signal.aborted ? clientGone() : error, open);
    }
  }

  /**
   * Resolves when the record of a request is durable. Its answer may leave then, and not before.
   * @throws PolkuError AUDIT_UNAVAILABLE
   */
  async record(request: GatewayRequest, end: RequestEnd): Promise<void> {
    const { auditLog, personDigests, securityEvents } = this.#options;
    const { decisionId, breakGlass, caller, decision } = request;
    if (breakGlass !== undefined)
      securityEvents.brokeGlass(caller.subject, {
        decisionId,
        purpose: decision.purpose,
        outcome: outcomeOf(end.answered, end.codes),
        codes: end.codes,
      });
    const append = () => auditLog.append(request.draft.finish(request, end, personDigests));
    await request.observation.stage('record', () => this.#append(decisionId, append));
  }

  /** Adds a refusal to the log of security events, if it is such an event. */
  noteRefusal(refused: RefusedRequest): void {
    this.#options.securityEvents.refused(refused);
  }

  get log(): Log {
    return this.#options.log;
  }

  /** Begins to observe a request for operators. */
  observe(decisionId: string): RequestObservation {
    return this.#options.observe?.(decisionId) ?? unobserved;
  }

  reportFault(fault: unknown, decisionId: string | undefined): void {
    this.log.fault('fault', fault, { decisionId });
  }

  // GatewayInterface

  onSchemaLoadOrUpdate(callback: GatewaySchemaLoadOrUpdateCallback): () => void {
    this.#schemaListeners.add(callback);
    return () => this.#schemaListeners.delete(callback);
  }

  async load(): Promise<{
    executor: (context: GatewayGraphQLRequestContext) => Promise<GatewayExecutionResult>;
  }> {
    const { apiSchema, sdl } = this.#options.supergraph;
    for (const listener of this.#schemaListeners) listener({ apiSchema, coreSupergraphSdl: sdl });
    return { executor: (context) => this.execute(context as Execution) };
  }

  async stop(): Promise<void> {
    this.#schemaListeners.clear();
  }

  #decide(head: RequestHead, { received, callerToken, caller, policy }: Verified): GatewayRequest {
    const { purpose, roles } = requestPurpose(head.purposeOfUse, caller, policy, head.language);
    const { recipient, permit } = caller;
    const { domains, epoch } = this.#options;
    head.observation.notePurpose(purpose);
    return {
      decisionId: head.decisionId,
      received,
      caller,
      callerToken,
      roles,
      decision: policy.decide({ roles, purpose, recipient, permit }, received),
      person: callerPerson(caller, loginDomain(domains, epoch)),
      breakGlass: breakGlassReason(head.breakGlass),
      language: head.language,
      domain: domains.domain({ purpose, recipient, permit, epoch }),
      partial: head.partial,
      signal: head.signal,
      observation: head.observation,
      draft: new RecordDraft(),
    };
  }

  /** The errors that explain to a client why nothing was answered. */
  #refused(error: unknown, { decisionId }: GatewayRequest): GatewayExecutionResult {
    return { errors: asGraphQLErrors(error, (fault) => this.reportFault(fault, decisionId)) };
  }

  /**
   * Records a refusal of a verified caller, which is a decision, too, and a fault on the way to a decision.
   */
  async #recordRefused(
    error: unknown,
    decisionId: string,
    { received, caller, revision }: { received: Date; caller: Caller; revision: string },
  ): Promise<void> {
    const code = error instanceof PolkuError ? error.code : 'INTERNAL_SERVER_ERROR';
    const purpose = error instanceof PolkuError ? (error.details['purpose'] as string) : undefined;
    const decided = { decisionId, received, caller, roles: caller.roles, purpose, revision };
    const record = decisionRecord(decided, { outcome: outcomeOf(false, [code]), codes: [code] });
    await this.#append(decisionId, () => this.#options.auditLog.append(record));
  }

  /** @throws PolkuError AUDIT_UNAVAILABLE for every fault */
  async #append(decisionId: string, append: () => Promise<void>): Promise<void> {
    try {
      await append();
    } catch (cause) {
      this.reportFault(cause, decisionId);
      if (cause instanceof PolkuError) throw cause;
      throw new PolkuError('AUDIT_UNAVAILABLE', 'The audit record could not be made.', {}, { cause });
    }
  }

  async #answer(
    operation: CheckedOperation,
    variables: Readonly<Record<string, unknown>>,
    open: GatewayRequest,
  ): Promise<GatewayExecutionResult> {
    const { decisionId, caller, callerToken, decision, person, breakGlass, domain, signal } = open;
    const { draft, language, observation } = open;
    const { supergraph, document, cut, withheld, nonNull } = operation;
    const { purpose, revision } = decision;
    const ids = idCodec(domain);
    const allValues =
      withheld.length > 0 ? valuesOfAll(supergraph.apiSchema, { document, nonNull }, variables) : {};
    const values = readVariables(operation.form, variables, {
      visibleSchema: operation.visible,
      supergraph,
      ids,
    });
    checkPageSizes(operation.pageSizes, values, this.limits);
    const planning = await observation.stage('plan', () => operation.planned(values));
    if ('refused' in planning) {
      draft.noteRefusedFetch(planning.refused.fetch);
      this.reportFault(planning.refused.cause, decisionId);
      return this.#refused(planning.refused, open);
    }
    draft.notePlanned(planning.allowed);
    const { prepared } = planning.allowed;
    const registryContext: DecisionContext = {
      decisionId,
      caller,
      purpose,
      revision,
      domain: domain.tag,
      person,
      breakGlass,
      language,
    };
    const result = await observation.stage('execute', () =>
      executeOperation({
        prepared,
        values,
        supergraph,
        context: { requester: new RegistryRequester(registryContext, callerToken, observation), signal },
        ids,
        visibleSchema: operation.visible,
        observations: draft.observe(),
        readError: readPolkuError,
      }),
    );
    for (const { extensions, originalError } of result.errors ?? [])
      if (extensions['code'] === 'INTERNAL_SERVER_ERROR') this.reportFault(originalError, decisionId);
    const data = result.data as Record<string, unknown> | null | undefined;
    draft.noteLookupsMissed(operation.lookups.filter((key) => data?.[key] === null).length);
    if (!data || withheld.length === 0) return result;
    return {
      ...result,
      data: fillWithheld(data, { schema: supergraph.apiSchema, document, cut, values: allValues }),
      extensions: { ...result.extensions, withheld: withheld.map((one) => spoken(one, language)) },
    };
  }
}

function clientGone(): PolkuError {
  return new PolkuError('BAD_REQUEST', 'The client has gone.');
}
