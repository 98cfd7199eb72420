import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { isObjectType } from 'graphql';
import { type DataObject, type DataPath, isDataObject, own } from '../execution/dataObject.js';
import type { Fetch } from '../supergraph/dataSource.js';
import { representedEntities, variableEntities } from './carriedEntities.js';
import { answerReader } from './rawFields.js';
import { dataPlaces } from './dataPlaces.js';
import {
  fetchSelection,
  fieldsIn,
  isHandedOver,
  keyOf,
  type PlacedFetch,
  type PlanGraph,
  rewrite,
  type SelectedField,
} from './fetchSelection.js';
import { mergeFields, pruner } from './mergeFields.js';
import type { PlanContext, PlanRequest, PlanRun, Step } from './planRun.js';
import type { Representations } from './representations.js';
import { type Fault, fromThrown, registryFailed } from './subgraphError.js';

/**
 * Compiles a fetch of entities. It represents the objects at its place, fetches their fields, and merges the
 * answer.
 */
export function fetchEntities(
  placed: PlacedFetch,
  requires: readonly QueryPlanSelectionNode[],
  context: PlanContext,
): Step {
  const { node, path } = placed;
  const { schema, types } = context;
  const places = dataPlaces(path);
  const represent = context.representations.of(placed, requires);
  const { operation, fragments } = fetchSelection(node.operationDocumentNode, node.operation);
  const fields = fieldsIn(operation.selectionSet, fragments).flatMap((entities) =>
    fieldsIn(entities.node.selectionSet!, fragments),
  );
  const merge = mergeFields(placed, fields, fragments, context);
  const read = entityReader(fields, context);
  const prune = pruner(fields, fragments);
  const noteEntities = representedEntities(requires, context);
  const noteVariables = variableEntities(operation, types);
  const request = fetchRequest(node, answerReader(placed, fields, ['_entities', '@'], context));
  return async (run) => {
    if (run.scheduler.shouldYield) await run.scheduler.yield();
    const { observations } = run.request;
    const objects = run.objectsAt(places);
    const representations = represent(run, objects);
    const { values, firsts, positions } = representations;
    if (values.length === 0) return;
    if (noteEntities) for (const value of values) noteEntities(value, observations.entities);
    noteVariables?.(run.request.variables, observations.entities);
    const { data, errors } = await sendFetch(node, request(run, representations), run.request);
    const fail = (error: Fault): void => {
      const represented = objects.filter((_, index) => positions[index]! >= 0);
      run.fail(represented, error, places);
    };
    if (errors.length > 0) {
      const represented: DataPath[][] = values.map(() => []);
      places.paths(run.data).forEach((path, index) => represented[positions[index]!]?.push(path));
      for (const { path: [, position, ...rest] = [], error } of errors) {
        const failed = typeof position === 'number' ? represented[position] : undefined;
        if (!failed) fail(error);
        else for (const place of failed) run.locate([...place, ...rest], error);
      }
    }
    if (data) observations.fetched(node.serviceName);
    const received = data && own(data, '_entities');
    if (!Array.isArray(received) || received.length !== values.length) {
      if (errors.length === 0) fail(registryFailed(node.serviceName));
      return;
    }
    run.represented.clear();
    for (let index = 0; index < objects.length; index++) {
      const position = positions[index]!;
      const entity: unknown = position < 0 ? undefined : received[position];
      if (!isDataObject(entity)) continue;
      const target = objects[index]!;
      const isFirst = firsts[position] === index;
      if (isFirst) {
        if (node.outputRewrites) {
          prune(entity);
          // The renaming needs the type of the entity. A subgraph that knows only its interface cannot return
          // it.
          const typename = own(entity, '__typename');
          if (!isObjectType(schema.getType(String(typename))))
            entity['__typename'] = own(target, '__typename');
          rewrite(entity, node.outputRewrites, schema);
        }
        read(entity);
      }
      merge(target, entity, isFirst, run.budget);
    }
  };
}

/**
 * Prepares a received entity. Values handed over by another process become values of this one. A type name
 * that names no object type is removed: a subgraph that knows only the interface must not overwrite the type
 * name.
 */
function entityReader(fields: readonly SelectedField[], graph: PlanGraph): (entity: DataObject) => void {
  const { schema, types } = graph;
  const handedOver = fields
    .filter(({ node, typeCondition }) => isHandedOver(typeCondition ?? '', node.name.value, graph))
    .map(({ node }) => keyOf(node));
  const isNamed = fields.some(({ node }) => keyOf(node) === '__typename');
  return (entity) => {
    for (const key of handedOver) {
      const value = own(entity, key);
      if (typeof value === 'object' && value !== null) entity[key] = types.handedOver!.read(value);
    }
    if (isNamed && !isObjectType(schema.getType(String(own(entity, '__typename')))))
      delete entity['__typename'];
  };
}

/** Compiles a fetch of root fields. */
export function fetchFields(placed: PlacedFetch, context: PlanContext): Step {
  const { node, path } = placed;
  const places = dataPlaces(path);
  const { operation, fragments } = fetchSelection(node.operationDocumentNode, node.operation);
  const fields = fieldsIn(operation.selectionSet, fragments);
  const merge = mergeFields(placed, fields, fragments, context);
  const prune = pruner(fields, fragments);
  const noteEntities = variableEntities(operation, context.types);
  const request = fetchRequest(node, answerReader(placed, fields, [], context));
  return async (run) => {
    if (run.scheduler.shouldYield) await run.scheduler.yield();
    const objects = run.objectsAt(places);
    if (objects.length === 0) return;
    noteEntities?.(run.request.variables, run.request.observations.entities);
    const { data, errors } = await sendFetch(node, request(run), run.request);
    for (const fault of errors) {
      if (!fault.path) run.fail(objects, fault.error, places);
      else for (const place of places.paths(run.data)) run.locate([...place, ...fault.path], fault.error);
    }
    if (!data) return;
    run.request.observations.fetched(node.serviceName);
    if (node.outputRewrites) prune(data);
    rewrite(data, node.outputRewrites, context.schema);
    run.represented.clear();
    objects.forEach((object, index) => merge(object, data, index === 0, run.budget));
  };
}

/** Compiles the constant part of the requests of a fetch. Only the variables differ. */
function fetchRequest(
  { operation: query, operationName, operationKind, variableUsages }: FetchNode,
  read: Fetch['read'],
): (run: PlanRun, representations?: Representations) => Fetch {
  const names = variableUsages ?? [];
  const idempotent = operationKind === 'query';
  return ({ request }, representations) => {
    const variables: Record<string, unknown> = {};
    for (const name of names)
      if (request.variables[name] !== undefined) variables[name] = request.variables[name];
    return { query, operationName, variables, representations, idempotent, read };
  };
}

/** The answer of a registry to one fetch: data, or at least one error. */
interface FetchResponse {
  readonly data: DataObject | undefined;
  /**
   * The path is relative to the registry's response. An error without a path means that the whole fetch
   * failed.
   */
  readonly errors: readonly { readonly path: DataPath | undefined; readonly error: Fault }[];
}

/** Sends a fetch to a registry. A registry that cannot be reached yields one error without a path. */
async function sendFetch(
  node: FetchNode,
  fetch: Fetch,
  { supergraph, context: asked, observations, readError }: PlanRequest,
): Promise<FetchResponse> {
  asked.signal?.throwIfAborted();
  const { serviceName } = node;
  observations.sent.add(node);
  const context = { ...asked, onSend: () => observations.asked(serviceName) };
  try {
    const { data, errors } = await supergraph.dataSources.get(serviceName)!.fetch(fetch, context);
    const faults = (errors ?? []).map((error) => ({
      path: isPath(error.path) ? error.path : undefined,
      error: readError(error, serviceName),
    }));
    if (isDataObject(data)) return { data, errors: faults };
    return failed(faults.length > 0 ? faults : [{ path: undefined, error: registryFailed(serviceName) }]);
  } catch (cause) {
    context.signal?.throwIfAborted();
    return failed([{ path: undefined, error: fromThrown(cause, serviceName) }]);
  }
}

function failed(errors: FetchResponse['errors']): FetchResponse {
  return { data: undefined, errors };
}

function isPath(path: unknown): path is DataPath {
  return Array.isArray(path) && path.every((key) => typeof key === 'string' || typeof key === 'number');
}
