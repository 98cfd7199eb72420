import { operationFromDocument, Supergraph as FederatedSupergraph } from '@apollo/federation-internals';
import {
  type FetchNode,
  type PlanNode,
  type QueryPlan,
  QueryPlanner,
  type QueryPlanSelectionNode,
} from '@apollo/query-planner';
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldNode,
  getOperationAST,
  Kind,
  parse,
  print,
  type SelectionNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { fragmentsOf } from '../../lib/collectFields.js';
import { PolkuError } from '../../lib/errors.js';
import type { TaskClient } from '../../lib/fairQueue.js';
import { distinctRequirements, type DistinctRequirements, type Requirement } from './distinctRequirements.js';

/** The request that an operation is planned for. */
export interface PlanRequester {
  /** Identifies the caller: callers take turns. */
  readonly caller: string;
  readonly client: TaskClient | undefined;
}

/** Plans operations over one supergraph. */
export interface Planner {
  /** Resolves when the planner is ready. @throws if the supergraph is invalid */
  readonly ready: Promise<void>;
  /**
   * @param operation the text of one operation, in normal form (federation/execution/normaliseOperation.ts)
   * @throws PolkuError GRAPHQL_VALIDATION_FAILED, OPERATION_TOO_LARGE, RATE_LIMITED
   */
  plan(operation: string, requester: PlanRequester): Promise<QueryPlan>;
  /** Stops after the current operations are planned. */
  close(): void;
}

/**
 * Returns a function that plans in the calling thread. docs/decisions/execution.md lists the corrections to
 * the planner.
 */
export function planOperations(sdl: string): (operation: string) => QueryPlan {
  const composed = resolvableKeysFirst(parse(sdl, { noLocation: true }));
  const distinct = distinctRequirements(composed);
  // Validation would reject an external field that is required only under generated names, as unused.
  const validateSupergraph = distinct.supergraph === composed;
  const supergraph = FederatedSupergraph.build(distinct.supergraph, { validateSupergraph });
  const schema = supergraph.apiSchema();
  const planner = new QueryPlanner(supergraph);

  function read(document: DocumentNode): ReturnType<typeof operationFromDocument> {
    try {
      return operationFromDocument(schema, document);
    } catch (cause) {
      const message = 'The operation does not fit the schema.';
      throw new PolkuError('GRAPHQL_VALIDATION_FAILED', message, {}, { cause });
    }
  }

  return (text) => {
    const operation = read(parse(text, { noLocation: true }));
    try {
      return restorePlan(planner.buildQueryPlan(operation), distinct);
    } catch (cause) {
      throw new PolkuError('OPERATION_TOO_LARGE', 'The operation is too large to be planned.', {}, { cause });
    }
  };
}

/** Plans in this thread and blocks it meanwhile. For tests, and for tools that serve no requests. */
export function planHere(sdl: string): Planner {
  const plan = planOperations(sdl);
  return { ready: Promise.resolve(), plan: async (operation) => plan(operation), close: () => {} };
}

/**
 * Turns a plan with distinct requirements (distinctRequirements.ts) into one that subgraphs understand. The
 * fetch selects such a field with its generated name as an alias. Representations use its name in the schema.
 * An entity has only one value of a field. So a fetch whose fields require different values is split into
 * several parallel fetches.
 */
function restorePlan(plan: QueryPlan, distinct: DistinctRequirements): QueryPlan {
  if (distinct.requirements.size === 0 || !plan.node || plan.node.kind === 'Subscription') return plan;
  return { ...plan, node: restoreNode(plan.node, distinct) };
}

function restoreNode(node: PlanNode, distinct: DistinctRequirements): PlanNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((child) => restoreNode(child, distinct)) };
    case 'Flatten':
      return { ...node, node: restoreNode(node.node, distinct) };
    case 'Condition': {
      const { ifClause, elseClause } = node;
      return {
        ...node,
        ...(ifClause && { ifClause: restoreNode(ifClause, distinct) }),
        ...(elseClause && { elseClause: restoreNode(elseClause, distinct) }),
      };
    }
    case 'Fetch':
      return restoreFetch(node, distinct);
    case 'Defer':
      throw new TypeError('Plans are made without @defer.');
  }
}

function restoreFetch(node: FetchNode, distinct: DistinctRequirements): PlanNode {
  const document = node.operationDocumentNode ?? parse(node.operation, { noLocation: true });
  const groups = node.requires ? fieldGroups(document, distinct) : [];
  const parts =
    groups.length > 1 ? groups.map((group) => partOf(node, document, group, distinct)) : undefined;
  const whole = { ...node, operationDocumentNode: document };
  const [first, ...others] = (parts ?? [whole]).map((part) => restored(part, distinct));
  return others.length > 0 ? { kind: 'Parallel', nodes: [first!, ...others] } : first!;
}

/** Fields of entities that one fetch can select together, and what they require. */
interface FieldGroup {
  readonly fields: Set<FieldNode>;
  readonly needs: Map<string, Requirement>;
}

function fieldGroups(document: DocumentNode, { requiredBy }: DistinctRequirements): FieldGroup[] {
  const groups: FieldGroup[] = [];
  forEachEntityField(document, (field, type) => {
    const needs = requiredBy.get(`${type}.${field.name.value}`) ?? [];
    const fits = (group: FieldGroup) =>
      needs.every(({ coordinate, name }) => (group.needs.get(coordinate)?.name ?? name) === name);
    let group = groups.find(fits);
    if (!group) groups.push((group = { fields: new Set(), needs: new Map() }));
    group.fields.add(field);
    for (const need of needs) group.needs.set(need.coordinate, need);
  });
  return groups;
}

/** Calls back for every field directly below `_entities`, with the name of its type. */
function forEachEntityField(
  document: DocumentNode,
  callback: (field: FieldNode, type: string) => void,
): void {
  const fragments = fragmentsOf(document);
  const walk = (selections: readonly SelectionNode[], type: string): void => {
    for (const node of selections) {
      if (node.kind === Kind.FIELD) callback(node, type);
      else {
        const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value)! : node;
        walk(fragment.selectionSet.selections, fragment.typeCondition?.name.value ?? type);
      }
    }
  };
  const [entities] = getOperationAST(document)!.selectionSet.selections;
  walk((entities as FieldNode).selectionSet!.selections, '');
}

/** Returns the fetch for one group of its fields. */
function partOf(
  node: FetchNode,
  document: DocumentNode,
  { fields, needs }: FieldGroup,
  { requirements }: DistinctRequirements,
): FetchNode {
  const all = new Set<FieldNode>();
  forEachEntityField(document, (field) => all.add(field));
  const cut = visit(document, {
    Field: (field) => (all.has(field) && !fields.has(field) ? null : undefined),
    InlineFragment: {
      leave: ({ selectionSet }) => (selectionSet.selections.length === 0 ? null : undefined),
    },
  });
  const used = new Set<string>(['representations']);
  visit(cut, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void used.add(name.value),
  });
  const operationDocumentNode = visit(cut, {
    VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null),
  });
  const isNeeded = (name: string) => {
    const requirement = requirements.get(name);
    return !requirement || needs.get(requirement.coordinate)?.name === name;
  };
  return {
    ...node,
    operationDocumentNode,
    requires: withoutUnneeded(node.requires!, isNeeded),
    variableUsages: (node.variableUsages ?? []).filter((name) => used.has(name)),
  };
}

function withoutUnneeded(
  selections: readonly QueryPlanSelectionNode[],
  isNeeded: (name: string) => boolean,
): QueryPlanSelectionNode[] {
  return selections.flatMap((selection): QueryPlanSelectionNode[] => {
    if (selection.kind === 'Field' && !isNeeded(selection.name)) return [];
    if (!selection.selections) return [selection];
    const inner = withoutUnneeded(selection.selections, isNeeded);
    return inner.length > 0 ? [{ ...selection, selections: inner } as QueryPlanSelectionNode] : [];
  });
}

/** Restores the field names that the subgraph knows. */
function restored(node: FetchNode, { requirements }: DistinctRequirements): FetchNode {
  const operationDocumentNode = visit(node.operationDocumentNode!, {
    Field(field) {
      const requirement = requirements.get(field.name.value);
      if (!requirement) return undefined;
      const alias = field.alias ?? field.name;
      const name = { kind: Kind.NAME, value: requirement.field } as const;
      return { ...field, alias, name, arguments: requirement.arguments };
    },
  });
  const renames: NonNullable<FetchNode['inputRewrites']> = [];
  const rename = (selections: readonly QueryPlanSelectionNode[], path: readonly string[]): void => {
    for (const selection of selections) {
      if (selection.kind === 'InlineFragment') {
        const { typeCondition } = selection;
        rename(selection.selections, typeCondition ? [...path, `... on ${typeCondition}`] : path);
        continue;
      }
      const requirement = requirements.get(selection.name);
      const here = [...path, selection.name];
      if (selection.selections) rename(selection.selections, here);
      if (requirement) renames.push({ kind: 'KeyRenamer', path: here, renameKeyTo: requirement.field });
    }
  };
  rename(node.requires ?? [], []);
  return {
    ...node,
    operation: stripIgnoredCharacters(print(operationDocumentNode)),
    operationDocumentNode,
    ...(renames.length > 0 && { inputRewrites: [...renames, ...(node.inputRewrites ?? [])] }),
  };
}

/**
 * Sorts resolvable keys before unresolvable ones. Where a field requires other fields of its own subgraph,
 * the planner returns to the subgraph by the first key of the type. It does not check that the key is
 * resolvable.
 * @param supergraph the supergraph SDL that composition wrote
 */
function resolvableKeysFirst(supergraph: DocumentNode): DocumentNode {
  const sorted = (directives: readonly ConstDirectiveNode[] | undefined) =>
    directives &&
    [...directives].sort((one, other) => Number(isUnresolvable(one)) - Number(isUnresolvable(other)));
  return visit(supergraph, {
    ObjectTypeDefinition: (node) => ({ ...node, directives: sorted(node.directives) }),
    InterfaceTypeDefinition: (node) => ({ ...node, directives: sorted(node.directives) }),
  });
}

function isUnresolvable({ name, arguments: given = [] }: ConstDirectiveNode): boolean {
  if (name.value !== 'join__type') return false;
  return given.some(
    ({ name: { value }, value: set }) => value === 'resolvable' && set.kind === Kind.BOOLEAN && !set.value,
  );
}
