import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import { type GraphQLSchema, isObjectType } from 'graphql';
import { Feed } from '../../../schema/feed.js';
import { type DataObject, type DataPath, isDataObject, own } from '../dataObject.js';
import { fetchedText } from './closedFields.js';
import { representedPeople, variablePeople } from './carriedPeople.js';
import type { PlacedFetch, PlanContext, Step } from './compilePlan.js';
import { dataPlaces } from './dataPlaces.js';
import { fetchRequest } from './fetchFields.js';
import { fetchSelection, fieldsIn, keyOf, type SelectedField } from './fetchSelection.js';
import { mergeFields } from './mergeFields.js';
import { pruner } from './pruneFields.js';
import { rewrite } from './rewrites.js';
import { sendFetch } from './sendFetch.js';
import { type Fault, registryFailed } from './subgraphError.js';
import { isFeedField } from './typeConditions.js';

/** Compiles a fetch of entities: represents the objects at its place, asks for what is missing, and merges it into them. */
export function fetchEntities(
  placed: PlacedFetch,
  requires: readonly QueryPlanSelectionNode[],
  context: PlanContext,
): Step {
  const { node, path } = placed;
  const { schema } = context;
  const places = dataPlaces(path);
  const represent = context.representations.of(placed, requires);
  const { operation, fragments } = fetchSelection(node.operationDocumentNode, node.operation);
  const fields = fieldsIn(operation.selectionSet, fragments).flatMap((entities) =>
    fieldsIn(entities.node.selectionSet!, fragments),
  );
  const merge = mergeFields(placed, fields, fragments, context);
  const read = entityReader(fields, schema);
  const prune = pruner(fields, fragments);
  const notePeople = representedPeople(requires, schema);
  const noteVariables = variablePeople(operation);
  const request = fetchRequest(node, fetchedText(placed, fields, ['_entities', '@'], context));
  return async (run) => {
    if (run.turns.over) await run.turns.next();
    const { disclosure } = run.request;
    const objects = run.objectsAt(places);
    const representations = represent(run, objects);
    const { values, firsts, positions } = representations;
    if (values.length === 0) return;
    if (notePeople) for (const value of values) notePeople(value, disclosure.people);
    noteVariables?.(run.request.variables, disclosure.people);
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
    if (data) disclosure.fetched(node.serviceName);
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
          // The renaming asks for the type of the entity, which a subgraph that knows its interface only cannot tell.
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
 * Prepares a received entity: feeds of another process become those of this one, and a type name that is no object's is
 * dropped, for a subgraph that knows an entity by its interface only must not take the name of its type from it.
 */
function entityReader(fields: readonly SelectedField[], schema: GraphQLSchema): (entity: DataObject) => void {
  const feeds = fields
    .filter(({ node, typeCondition }) => isFeedField(typeCondition ?? '', node.name.value, schema))
    .map(({ node }) => keyOf(node));
  const isNamed = fields.some(({ node }) => keyOf(node) === '__typename');
  return (entity) => {
    for (const key of feeds) {
      const value = own(entity, key);
      if (typeof value === 'object' && value !== null) entity[key] = Feed.from(value);
    }
    if (isNamed && !isObjectType(schema.getType(String(own(entity, '__typename')))))
      delete entity['__typename'];
  };
}
