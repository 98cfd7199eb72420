import {
  type DocumentNode,
  type FieldNode,
  getOperationAST,
  type GraphQLSchema,
  OperationTypeNode,
  separateOperations,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import {
  checkDocument,
  checkPlanning,
  LONG_OPERATION,
  type OperationLimits,
  pageSizesIn,
} from '../../federation/execution/limits.js';
import { nonNullVariables } from '../../federation/execution/normaliseOperation.js';
import { createOperationCache, type Sized } from '../../federation/execution/operationCache.js';
import {
  normalForm,
  type NormalForm,
  OperationVariants,
  type PreparedOperation,
  prepareOperation,
} from '../../federation/execution/prepare.js';
import type { VariableValues } from '../../federation/execution/variables.js';
import type { FetchNode } from '../../federation/planning/queryPlan.js';
import type { Supergraph } from '../../federation/supergraph/supergraph.js';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { PolkuError } from '../../lib/errors.js';
import { FairQueue, type TaskClient } from '../../lib/fairQueue.js';
import type { Decision, Explanation } from '../../policies/engine/decision.js';
import { cutOperation } from './cutOperation.js';
import { lookupKeys } from './lookups.js';
import { type FetchInputs, LineageRefused, type PlanLineage } from './planLineage.js';
import {
  distinct,
  type DerivableInputs,
  refusalsOf,
  type SelectedCoordinates,
  selectedFields,
} from './policyCheck.js';
import { validateOperation } from './validateOperation.js';
import { InvalidOperation } from '../../federation/execution/validation.js';
import { visibleSchema } from './visibleSchema.js';

const MAX_SCHEMAS = 100;
/** How many operations of one caller may wait to be checked. */
const WAITING = 50;

/** An operation that may run under one decision, with everything that is the same for every run. */
export interface CheckedOperation extends Sized {
  readonly supergraph: Supergraph;
  readonly form: NormalForm;
  /** Roughly the number of requests to subgraphs (federation/planning/planningCost.ts). */
  readonly planningCost: number;
  /**
   * Plans the operation for the values of its conditions. The first request does it, after its variables were
   * read.
   * @throws PolkuError
   */
  planned(values: VariableValues): Promise<Planning>;
  readonly visible: GraphQLSchema;
  /** The client's document with this operation only, before fields were cut. */
  readonly document: DocumentNode;
  readonly cut: ReadonlySet<FieldNode>;
  readonly withheld: readonly Explanation[];
  /** Coordinates that are requested and shown. */
  readonly coordinates: readonly string[];
  /** Variables of `document` in places that do not allow null. */
  readonly nonNull: ReadonlySet<string>;
  /** Variables of its normal form that set a page size. */
  readonly pageSizes: readonly string[];
  /** Response keys of look-ups by identity code. */
  readonly lookups: readonly string[];
}

/** The result of the policy check: the operation may run, or every reason why it may not. */
export type Check =
  { readonly allowed: CheckedOperation } | { readonly refused: readonly [Explanation, ...Explanation[]] };

/** The result of the lineage check: the contracts allow the plan of an operation, or refuse it. */
export type Planning = { readonly allowed: PlannedOperation } | { readonly refused: LineageRefused };

/** A planned operation whose plan the contracts of the subgraphs allow. */
export interface PlannedOperation {
  readonly prepared: PreparedOperation;
  /** What each fetch of the plan carries. The contract of its receiver allows it. */
  readonly inputs: ReadonlyMap<FetchNode, FetchInputs>;
}

export interface OperationRequest {
  readonly document: DocumentNode;
  /** SHA-256 of the document's text. */
  readonly hash: string;
  readonly operationName: string | undefined;
  readonly decision: Decision;
  /** Whether the client accepts a partial answer (`Polku-Partial: true`). */
  readonly partial: boolean;
}

/** The request that an operation is checked for. */
export interface CheckRequester {
  /** Identifies the caller: callers take turns. */
  readonly caller: string;
  readonly client: TaskClient | undefined;
}

/**
 * Checks operations against one supergraph and caches the results. Every cache key contains the decision and
 * the operation, so a result for one role or purpose never serves another. One operation is checked at a
 * time, in turns with the rest of the process. Callers take turns, too, so thousands of new operations of one
 * caller delay nobody else.
 */
export class OperationPreparer {
  readonly #schemas = new LRUCache<string, GraphQLSchema>({ max: MAX_SCHEMAS });
  readonly #operations = createOperationCache<CheckedOperation>();
  readonly #queue = new FairQueue({ atOnce: 1, perCaller: 1, waiting: WAITING });

  constructor(
    private readonly supergraph: Supergraph,
    private readonly settings: {
      readonly conceal: boolean;
      readonly limits: OperationLimits;
      readonly lineage: PlanLineage;
      readonly derivable: DerivableInputs;
    },
  ) {}

  /** How many operations wait to be checked. */
  get waiting(): number {
    return this.#queue.waiting;
  }

  /**
   * Limits, validation, policy: decides whether an operation may run, and how much of it.
   * @throws PolkuError, InvalidOperation
   */
  async check(request: OperationRequest, { caller, client }: CheckRequester): Promise<Check> {
    const { hash, operationName, decision, partial } = request;
    const key = JSON.stringify([decision.key, partial, hash, operationName ?? null]);
    const known = this.#operations.get(key);
    if (known) return { allowed: known };
    return this.#queue.run(
      caller,
      async () => {
        const made = this.#operations.get(key);
        const check = made ? { allowed: made } : await this.#check(request);
        if ('allowed' in check) this.#operations.set(key, check.allowed);
        return check;
      },
      client,
    );
  }

  async #check({ document, operationName, decision, partial }: OperationRequest): Promise<Check> {
    const { supergraph } = this;
    const { conceal, limits, lineage } = this.settings;
    const api = supergraph.apiSchema;
    const scheduler = new CooperativeScheduler();
    if (scheduler.shouldYield || isLong(document)) await scheduler.yield();
    const { selections } = checkDocument(document, limits);
    const visible = this.#visibleSchema(decision);
    if (scheduler.shouldYield) await scheduler.yield();
    const { errors, hidden } = await validateOperation(document, { visible, api, conceal });
    if (errors.length > 0 && !hidden) throw new InvalidOperation(errors);

    const asked = oneOperation(document, operationName);
    const selected = selectedFields(api, asked);
    const refusals = distinct(selected.flatMap((field) => refusalsOf(field, decision)));
    // A document can name a hidden type without selecting a field of it. Then validation decides.
    if (hidden && refusals.length === 0) throw new InvalidOperation(errors);
    const part = this.#shown(asked, refusals, decision, partial);
    if ('refused' in part) return part;
    const { document: shown, cut, withheld } = part;
    if (scheduler.shouldYield) await scheduler.yield();
    const form = normalForm(shown, undefined, supergraph);
    const planningCost = supergraph.planningCost.of(form, limits.planning);
    checkPlanning(planningCost, limits);
    const variants = new OperationVariants(form, async (values) => {
      const prepared = await prepareOperation(form, supergraph, values);
      return { prepared, inputs: await lineage.inputsOf(prepared.plan.fetches) };
    });
    const allowed = {
      supergraph,
      form,
      planningCost,
      planned: (values: VariableValues) => variants.for(values).then(allowedPlan, refusedPlan),
      visible,
      document: asked,
      cut,
      withheld,
      nonNull: nonNullVariables(asked, api),
      coordinates: coordinatesOf(selectedFields(api, shown)),
      pageSizes: pageSizesIn(form.document, limits),
      selections,
      lookups: lookupKeys(selected.filter(({ node }) => !cut.has(node))),
    };
    return { allowed };
  }

  /** The operation, or the part of it that is shown. It is refused whole unless the client accepts a part. */
  #shown(
    asked: DocumentNode,
    [first, ...others]: readonly Explanation[],
    decision: Decision,
    partial: boolean,
  ): ShownPart | Extract<Check, { refused: unknown }> {
    if (!first) return { document: asked, cut: new Set(), withheld: [] };
    if (!partial || isMutation(asked)) return { refused: [first, ...others] };
    const { unanswerable, ...rest } = cutOperation(this.supergraph.apiSchema, asked, decision);
    const [needed, ...more] = unanswerable;
    if (needed) return { refused: [needed, ...more] };
    return rest;
  }

  #visibleSchema(decision: Decision): GraphQLSchema {
    const known = this.#schemas.get(decision.key);
    if (known) return known;
    const { conceal, derivable } = this.settings;
    // Without concealment, an unavailable filter is refused by name, with its owner and the reason.
    const made = visibleSchema(this.supergraph.apiSchema, decision, conceal ? derivable : undefined);
    this.#schemas.set(decision.key, made);
    return made;
  }
}

interface ShownPart {
  readonly document: DocumentNode;
  readonly cut: ReadonlySet<FieldNode>;
  readonly withheld: readonly Explanation[];
}

function allowedPlan(allowed: PlannedOperation): Planning {
  return { allowed };
}

function refusedPlan(error: unknown): Planning {
  if (error instanceof LineageRefused) return { refused: error };
  throw error;
}

/** The operation of that name with its fragments. Validation has checked that names are unique. */
function oneOperation(document: DocumentNode, operationName: string | undefined): DocumentNode {
  const operations = Object.entries(separateOperations(document));
  const found =
    operationName === undefined && operations.length === 1
      ? operations[0]
      : operations.find(([name]) => name === (operationName ?? ''));
  if (!found)
    throw new PolkuError(
      'OPERATION_RESOLUTION_FAILURE',
      operationName === undefined
        ? 'The document has several operations; choose one with operationName.'
        : 'The document has no operation with the name in operationName.',
    );
  return found[1];
}

function isLong({ loc }: DocumentNode): boolean {
  return loc!.end > LONG_OPERATION;
}

/** Whether the operation is a mutation, which runs completely or not at all. */
function isMutation(document: DocumentNode): boolean {
  return getOperationAST(document)?.operation === OperationTypeNode.MUTATION;
}

function coordinatesOf(selected: readonly SelectedCoordinates[]): readonly string[] {
  return [...new Set(selected.flatMap(({ coordinates }) => coordinates))].sort();
}
