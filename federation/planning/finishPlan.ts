import {
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parseType,
  print,
} from 'graphql';
import type { PlannedFetch, Input } from './plannedFetch.js';
import type { PlanningGraph } from './planningGraph.js';
import type {
  FetchNode,
  FetchPlace,
  QueryPlan,
  RepresentedEntity,
  RepresentedField,
  RepresentedObjects,
} from './queryPlan.js';
import { areConflicting, fragment, nameNode, selectionSet, SelectionWriter } from './writeSelection.js';

/** Fetches of one level that become one request: they select the same of each type. */
interface Group {
  readonly fetches: PlannedFetch[];
  /** What is selected of each type, as text. */
  readonly texts: Map<string, string>;
}

/**
 * Makes the requests of fetches. Fetches of one subgraph and level become one request where they select the
 * same of each type: its entities are those of all their places.
 */
export function finishPlan(
  fetches: readonly PlannedFetch[],
  operation: OperationDefinitionNode,
  graph: PlanningGraph,
): QueryPlan {
  const groups = groupFetches(fetches, graph);
  const indexes = new Map<PlannedFetch, number>();
  groups.forEach((group, index) => group.fetches.forEach((fetch) => indexes.set(fetch, index)));
  return { fetches: groups.map((group) => fetchNode(group, indexes, operation, graph)) };
}

function groupFetches(fetches: readonly PlannedFetch[], graph: PlanningGraph): Group[] {
  const groups: Group[] = [];
  const open = new Map<string, Group[]>();
  for (const fetch of [...fetches].sort((one, other) => one.level - other.level)) {
    const { node, level, state, selected } = fetch;
    if (!state || node.isRoot) {
      groups.push({ fetches: [fetch], texts: new Map() });
      continue;
    }
    const text = new SelectionWriter(graph, true).objects(selected, []).text;
    const key = `${node.subgraph} ${level}`;
    const known = open.get(key) ?? [];
    open.set(key, known);
    const fits = ({ texts, fetches: others }: Group) =>
      (texts.get(node.type) ?? text) === text &&
      others.every((other) => other.node === node || !areConflicting(other.selected, selected));
    // Requests that share a type come first, so that equal ones meet.
    let group = known.find((one) => one.texts.get(node.type) === text) ?? known.find(fits);
    if (!group) {
      group = { fetches: [], texts: new Map() };
      known.push(group);
      groups.push(group);
    }
    group.fetches.push(fetch);
    group.texts.set(node.type, text);
  }
  return groups;
}

function fetchNode(
  { fetches }: Group,
  indexes: ReadonlyMap<PlannedFetch, number>,
  operation: OperationDefinitionNode,
  graph: PlanningGraph,
): FetchNode {
  const [first] = fetches as [PlannedFetch, ...PlannedFetch[]];
  const { node, level, state, isMutation } = first;
  const isEntityFetch = state !== undefined && !node.isRoot;
  const writer = new SelectionWriter(graph);
  const after = new Set(fetches.flatMap((fetch) => [...fetch.after].map((other) => indexes.get(other)!)));
  const { name } = operation;
  const subgraph = graph.nameOf(node.subgraph);
  const operationName = name && `${name.value}__${subgraph.replaceAll(/\W/g, '_')}`;
  return {
    subgraph,
    after: [...after],
    level,
    places: isEntityFetch ? placesOf(fetches) : [{ path: first.state?.place.path ?? [], entities: [] }],
    isEntityFetch,
    isMutation,
    operationName,
    ...write(fetches, writer, operation, operationName, isEntityFetch),
    variables: [...writer.variables],
    renamings: writer.renamings,
  };
}

function write(
  fetches: readonly PlannedFetch[],
  writer: SelectionWriter,
  { variableDefinitions = [] }: OperationDefinitionNode,
  operationName: string | undefined,
  isEntityFetch: boolean,
): { readonly document: DocumentNode; readonly operation: string } {
  const [first] = fetches;
  let selection;
  if (isEntityFetch) {
    const types = new Map(fetches.map(({ node, selected }) => [node.type, selected]));
    const parts = [...types].map(([type, selected]) => fragment(type, writer.objects(selected, [])));
    const inner = selectionSet(parts);
    selection = selectionSet([
      {
        node: {
          kind: Kind.FIELD,
          name: nameNode('_entities'),
          arguments: [
            {
              kind: Kind.ARGUMENT,
              name: nameNode('representations'),
              value: { kind: Kind.VARIABLE, name: nameNode('representations') },
            },
          ],
          selectionSet: inner.node,
        },
        text: `_entities(representations:$representations)${inner.text}`,
      },
    ]);
  } else selection = writer.objects(first!.selected, []);
  const used = variableDefinitions.filter(({ variable }) => writer.variables.has(variable.name.value));
  const definitions = [...(isEntityFetch ? [REPRESENTATIONS] : []), ...used];
  const declared = definitions.map((definition) => print(definition)).join(',');
  const kind = first!.isMutation ? OperationTypeNode.MUTATION : OperationTypeNode.QUERY;
  const head = operationName || declared || kind !== OperationTypeNode.QUERY ? kind : '';
  const named = operationName ? ` ${operationName}` : '';
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        kind: Kind.OPERATION_DEFINITION,
        operation: kind,
        ...(operationName !== undefined && { name: nameNode(operationName) }),
        variableDefinitions: definitions,
        selectionSet: selection.node,
      },
    ],
  };
  return { document, operation: `${head}${named}${declared && `(${declared})`}${selection.text}` };
}

const REPRESENTATIONS = {
  kind: Kind.VARIABLE_DEFINITION,
  variable: { kind: Kind.VARIABLE, name: nameNode('representations') },
  type: parseType('[_Any!]!', { noLocation: true }),
} as const;

/** The places of fetches, each path once if its objects are told apart by their types. */
function placesOf(fetches: readonly PlannedFetch[]): FetchPlace[] {
  const places = new Map<string, { path: readonly string[]; entities: RepresentedEntity[] }>();
  for (const fetch of fetches) {
    const { path } = fetch.state!.place;
    const entity = entityOf(fetch);
    const key = path.join('.');
    const known = places.get(key);
    if (
      known &&
      known.entities.every(({ type }) => type !== undefined && type !== entity.type) &&
      entity.type
    )
      known.entities.push(entity);
    else if (!known || !known.entities.some((one) => JSON.stringify(one) === JSON.stringify(entity)))
      places.set(known ? `${key} ${places.size}` : key, { path, entities: [entity] });
  }
  return [...places.values()];
}

function entityOf({ state, node, inputs }: PlannedFetch): RepresentedEntity {
  const { type } = state!.place;
  const isInterface = type.isInterfaceObject && state!.type === type.type;
  return {
    type: isInterface ? undefined : state!.type,
    isOnly: !type.isAbstract,
    typename: node.type,
    fields: [...inputs.values()].map(fieldOf),
  };
}

function fieldOf({ key, name, below }: Input): RepresentedField {
  if (!below) return { key, name };
  const objects: RepresentedObjects = [...below].map(([type, inputs]) => {
    const fields = inputs.map(fieldOf);
    return type === undefined ? { fields } : { type, fields };
  });
  return { key, name, objects };
}
