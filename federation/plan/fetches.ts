import { isObjectType } from 'graphql';
import { type DataObject, type DataPath, isDataObject, own } from '../execution/dataObject.js';
import type { FetchNode } from '../planning/queryPlan.js';
import type { Fetch } from '../supergraph/dataSource.js';
import { representedEntities, variableEntities } from './carriedEntities.js';
import { answerReader } from './rawFields.js';
import { dataPlaces, joinedPlaces } from './dataPlaces.js';
import {
  addedFields,
  isHandedOver,
  keyOf,
  operationOf,
  type PlanGraph,
  rename,
  type SelectedField,
} from './fetchSelection.js';
import { mergeFields, pruner } from './mergeFields.js';
import type { PlanContext, PlanRequest, PlanRun, Step } from './planRun.js';
import type { Representations } from './representations.js';
import { type Fault, fromThrown, registryFailed } from './subgraphError.js';

/**
 * Compiles a fetch of entities. It represents the objects at its places, fetches their fields, and merges the
 * answer.
 */
export function fetchEntities(node: FetchNode, context: PlanContext): Step {
  const { types } = context;
  const places = joinedPlaces(node.places.map(({ path }) => dataPlaces(path)));
  const represent = context.representations.of(node);
  const fields = addedFields(node);
  const merge = mergeFields(node, fields, context);
  const read = entityReader(fields, context);
  const prune = pruner(fields);
  const noteEntities = representedEntities(node.places, context);
  const noteVariables = variableEntities(operationOf(node), types);
  const request = fetchRequest(node, answerReader(node, fields, ['_entities', '@'], context));
  return async (run) => {
    if (run.scheduler.shouldYield) await run.scheduler.yield();
    const { observations } = run.request;
    const representations = represent(run);
    const { objects } = representations;
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
    if (data) observations.fetched(node.subgraph);
    const received = data && own(data, '_entities');
    if (!Array.isArray(received) || received.length !== values.length) {
      if (errors.length === 0) fail(registryFailed(node.subgraph));
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
        if (node.renamings.length > 0) {
          prune(entity);
          rename(entity, node.renamings);
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
export function fetchFields(node: FetchNode, context: PlanContext): Step {
  const places = joinedPlaces(node.places.map(({ path }) => dataPlaces(path)));
  const fields = addedFields(node);
  const merge = mergeFields(node, fields, context);
  const prune = pruner(fields);
  const noteEntities = variableEntities(operationOf(node), context.types);
  const request = fetchRequest(node, answerReader(node, fields, [], context));
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
    run.request.observations.fetched(node.subgraph);
    if (node.renamings.length > 0) {
      prune(data);
      rename(data, node.renamings);
    }
    run.represented.clear();
    objects.forEach((object, index) => merge(object, data, index === 0, run.budget));
  };
}

/** Compiles the constant part of the requests of a fetch. Only the variables differ. */
function fetchRequest(
  { operation: query, operationName, isMutation, variables: names }: FetchNode,
  read: Fetch['read'],
): (run: PlanRun, representations?: Representations) => Fetch {
  const idempotent = !isMutation;
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
  const { subgraph } = node;
  observations.sent.add(node);
  const context = { ...asked, onSend: () => observations.asked(subgraph) };
  try {
    const { data, errors } = await supergraph.dataSources.get(subgraph)!.fetch(fetch, context);
    const faults = (errors ?? []).map((error) => ({
      path: isPath(error.path) ? error.path : undefined,
      error: readError(error, subgraph),
    }));
    if (isDataObject(data)) return { data, errors: faults };
    return failed(faults.length > 0 ? faults : [{ path: undefined, error: registryFailed(subgraph) }]);
  } catch (cause) {
    context.signal?.throwIfAborted();
    return failed([{ path: undefined, error: fromThrown(cause, subgraph) }]);
  }
}

function failed(errors: FetchResponse['errors']): FetchResponse {
  return { data: undefined, errors };
}

function isPath(path: unknown): path is DataPath {
  return Array.isArray(path) && path.every((key) => typeof key === 'string' || typeof key === 'number');
}
