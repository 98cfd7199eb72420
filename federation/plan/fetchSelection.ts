import type { FetchDataRewrite, FetchNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql';
import type { EntityTypes } from '../hooks.js';
import { type DataObject, type DataPath, isDataObject, own } from '../execution/dataObject.js';

/** The schema that fetches are typed by, and which of its types mean more than their values. */
export interface PlanGraph {
  readonly schema: GraphQLSchema;
  readonly types: EntityTypes;
}

/** A fetch with the place where it works: a pattern, with `@` for each item of a list. */
export interface PlacedFetch {
  readonly node: FetchNode;
  readonly path: DataPath;
}

/** The operation of a fetch, as its subgraph reads it. */
export interface FetchSelection {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** A field as it stands in a selection, with the type condition next above it. */
export interface SelectedField {
  readonly node: FieldNode;
  readonly typeCondition: string | undefined;
}

export function fetchSelection(document: DocumentNode | undefined, text: string): FetchSelection {
  const { definitions } = document ?? parse(text, { noLocation: true });
  const fragments = definitions.flatMap((node) =>
    node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
  );
  const operation = definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)!;
  return { operation, fragments: new Map(fragments) };
}

/** The fields of a selection, those in its fragments included. */
export function fieldsIn(
  { selections }: SelectionSetNode,
  fragments: FetchSelection['fragments'],
  typeCondition?: string,
): SelectedField[] {
  return selections.flatMap((node): SelectedField[] => {
    if (node.kind === Kind.FIELD) return [{ node, typeCondition }];
    const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value)! : node;
    return fieldsIn(fragment.selectionSet, fragments, fragment.typeCondition?.name.value ?? typeCondition);
  });
}

/** The key that a field has in the response. */
export function keyOf({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

/** Whether objects of a type, by its name, are of another as well. */
export function isSubTypeName(typename: string, condition: string, schema: GraphQLSchema): boolean {
  if (typename === condition) return true;
  const type = schema.getType(typename);
  const conditionType = schema.getType(condition);
  if (!isAbstractType(conditionType)) return false;
  return (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(conditionType, type);
}

/** Whether an object may be of a type, as far as it tells its own. */
function isOfType(object: DataObject, condition: string, schema: GraphQLSchema): boolean {
  const typename = own(object, '__typename');
  return typeof typename !== 'string' || isSubTypeName(typename, condition, schema);
}

/** Whether subgraphs hand the values of a field over by reference; they may be null. */
export function isHandedOver(
  typename: string,
  field: string,
  { schema, types: { handedOver } }: PlanGraph,
): boolean {
  if (!handedOver) return false;
  const type = schema.getType(typename);
  return isObjectType(type) && String(type.getFields()[field]?.type) === handedOver.scalar;
}

const FRAGMENT = '... on ';

/**
 * Applies the planner's rewrites to what goes into a fetch or comes out of it: type names of interface objects, and
 * aliases that it gave to fields of one name and different types.
 */
export function rewrite(
  value: unknown,
  rewrites: readonly FetchDataRewrite[] | undefined,
  schema: GraphQLSchema,
): void {
  for (const one of rewrites ?? []) rewriteAt(value, one.path, one, schema);
}

function rewriteAt(
  value: unknown,
  path: readonly string[],
  change: FetchDataRewrite,
  schema: GraphQLSchema,
): void {
  if (Array.isArray(value)) return value.forEach((item) => rewriteAt(item, path, change, schema));
  if (!isDataObject(value)) return;
  const [head, ...rest] = path;
  if (head!.startsWith(FRAGMENT)) {
    if (isOfType(value, head!.slice(FRAGMENT.length), schema)) rewriteAt(value, rest, change, schema);
  } else if (rest.length > 0) rewriteAt(own(value, head!), rest, change, schema);
  else applyAt(value, head!, change);
}

function applyAt(object: DataObject, key: string, change: FetchDataRewrite): void {
  if (change.kind === 'ValueSetter') {
    object[key] = change.setValueTo;
    return;
  }
  const value = own(object, key);
  if (value === undefined) return;
  delete object[key];
  object[change.renameKeyTo] = value;
}
