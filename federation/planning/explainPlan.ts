import { type FieldNode, Kind, type SelectionNode, type SelectionSetNode } from 'graphql';
import type { FetchNode, QueryPlan, RepresentedField } from './queryPlan.js';

/**
 * Explains a plan, a paragraph for each fetch: its level, what it asks for at which places, what it sends,
 * and which fetches need its answer.
 */
export function explainPlan({ fetches }: QueryPlan): string {
  const levels = Math.max(0, ...fetches.map(({ level }) => level));
  const neededBy = fetches.map((_, index) =>
    fetches.flatMap(({ after }, other) => (after.includes(index) ? [other + 1] : [])),
  );
  const paragraphs = fetches.map((fetch, index) => {
    const { subgraph, level, after } = fetch;
    const before = after.map((other) => other + 1).sort((one, other) => one - other);
    return [
      `${index + 1}  ${subgraph}  level ${level}${before.length > 0 ? `, after ${before.join(', ')}` : ''}`,
      ...fetch.places.map(({ path }) => `     at ${path.join('.') || 'the root'}`),
      `     asks for ${askedOf(fetch).join(', ')}`,
      ...sentBy(fetch).map((sent) => `     sends ${sent}`),
      ...(neededBy[index]!.length > 0 ? [`     is needed by ${neededBy[index]!.join(', ')}`] : []),
      `     ${fetch.operation}`,
    ].join('\n');
  });
  return [`Fetches: ${fetches.length}, levels: ${levels}`, ...paragraphs].join('\n\n');
}

/** The fields that a fetch adds to its objects. */
function askedOf({ document, isEntityFetch }: FetchNode): readonly string[] {
  const [operation] = document.definitions;
  const { selectionSet } = operation as { readonly selectionSet: SelectionSetNode };
  if (!isEntityFetch) return selectionSet.selections.map((node) => fieldName(node));
  const [entities] = selectionSet.selections as readonly FieldNode[];
  return entities!.selectionSet!.selections.flatMap((node) =>
    node.kind === Kind.INLINE_FRAGMENT
      ? node.selectionSet.selections.map((field) => `${node.typeCondition!.name.value}.${fieldName(field)}`)
      : [],
  );
}

function fieldName(node: SelectionNode): string {
  if (node.kind === Kind.FIELD) return node.name.value;
  return node.kind === Kind.INLINE_FRAGMENT ? `... on ${node.typeCondition!.name.value}` : node.name.value;
}

function sentBy({ places }: FetchNode): readonly string[] {
  const sent = places.flatMap(({ entities }) =>
    entities.map(({ typename, fields }) => `${typename} { ${writeFields(fields)} }`),
  );
  return [...new Set(sent)];
}

function writeFields(fields: readonly RepresentedField[]): string {
  return fields
    .map(({ name, objects }) => {
      const inner = objects?.map((object) => {
        const written = writeFields(object.fields);
        return object.type === undefined ? written : `... on ${object.type} { ${written} }`;
      });
      return inner ? `${name} { ${inner.join(' ')} }` : name;
    })
    .join(' ');
}
