import type { FetchDataRewrite, FetchNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getOperationAST,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf } from '../../lib/collectFields.js';
import type { EntityTypes } from '../hooks.js';
import { type DataObject, type DataPath, isDataObject, own } from '../execution/dataObject.js';

/** The schema of the fetches, and its types that need special handling. */
export interface PlanGraph {
  readonly schema: GraphQLSchema;
  readonly types: EntityTypes;
}

/** A fetch with its place in the data: a path pattern, with `@` for each item of a list. */
export interface PlacedFetch {
  readonly node: FetchNode;
  readonly path: DataPath;
}

/** The operation of a fetch, as its subgraph reads it. */
export interface FetchSelection {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** A field of a selection, with its nearest enclosing type condition. */
export interface SelectedField {
  readonly node: FieldNode;
  readonly typeCondition: string | undefined;
}

export function fetchSelection(document: DocumentNode | undefined, text: string): FetchSelection {
  const read = document ?? parse(text, { noLocation: true });
  return { operation: getOperationAST(read)!, fragments: fragmentsOf(read) };
}

/** Returns the fields of a selection, including those in its fragments. */
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

/** Returns the key of a field in the response. */
export function keyOf({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

/** Whether objects of a type, given by name, also have another type. */
export function isSubTypeName(typename: string, condition: string, schema: GraphQLSchema): boolean {
  if (typename === condition) return true;
  const type = schema.getType(typename);
  const conditionType = schema.getType(condition);
  if (!isAbstractType(conditionType)) return false;
  return (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(conditionType, type);
}

/** Whether an object may have a type, according to its `__typename`. */
function isOfType(object: DataObject, condition: string, schema: GraphQLSchema): boolean {
  const typename = own(object, '__typename');
  return typeof typename !== 'string' || isSubTypeName(typename, condition, schema);
}

/** Whether subgraphs hand over the values of a field by reference. Such values may be null. */
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
 * Applies the planner's rewrites to the input or output of a fetch: type names of interface objects, and
 * aliases of fields that have the same name and different types.
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
