import type { FetchNode } from '@apollo/query-planner';
import type { Fetch } from '../../supergraph/dataSource.js';
import { fetchedText } from './closedFields.js';
import { variablePeople } from './carriedPeople.js';
import type { PlacedFetch, PlanContext, Step } from './compilePlan.js';
import { dataPlaces } from './dataPlaces.js';
import { fetchSelection, fieldsIn } from './fetchSelection.js';
import { mergeFields } from './mergeFields.js';
import type { PlanRun } from './planRun.js';
import { pruner } from './pruneFields.js';
import type { Representations } from './representations.js';
import { rewrite } from './rewrites.js';
import { sendFetch } from './sendFetch.js';

/** Compiles a fetch of root fields. */
export function fetchFields(placed: PlacedFetch, context: PlanContext): Step {
  const { node, path } = placed;
  const places = dataPlaces(path);
  const { operation, fragments } = fetchSelection(node.operationDocumentNode, node.operation);
  const fields = fieldsIn(operation.selectionSet, fragments);
  const merge = mergeFields(placed, fields, fragments, context);
  const prune = pruner(fields, fragments);
  const notePeople = variablePeople(operation);
  const request = fetchRequest(node, fetchedText(placed, fields, [], context));
  return async (run) => {
    if (run.turns.over) await run.turns.next();
    const objects = run.objectsAt(places);
    if (objects.length === 0) return;
    notePeople?.(run.request.variables, run.request.disclosure.people);
    const { data, errors } = await sendFetch(node, request(run), run.request);
    for (const fault of errors) {
      if (!fault.path) run.fail(objects, fault.error, places);
      else for (const place of places.paths(run.data)) run.locate([...place, ...fault.path], fault.error);
    }
    if (!data) return;
    run.request.disclosure.fetched(node.serviceName);
    if (node.outputRewrites) prune(data);
    rewrite(data, node.outputRewrites, context.schema);
    run.represented.clear();
    objects.forEach((object, index) => merge(object, data, index === 0, run.budget));
  };
}

/** Compiles what is the same in each request of a fetch; its variables differ. */
export function fetchRequest(
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
