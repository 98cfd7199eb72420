import {
  type FieldNode,
  getOperationAST,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { EntityTypes } from '../hooks.js';
import { isDataObject, own } from '../execution/dataObject.js';
import type { FetchNode, Renaming } from '../planning/queryPlan.js';

/** The schema of the fetches, and its types that need special handling. */
export interface PlanGraph {
  readonly schema: GraphQLSchema;
  readonly types: EntityTypes;
}

/** A field of a selection, with its nearest enclosing type condition. */
export interface SelectedField {
  readonly node: FieldNode;
  readonly typeCondition: string | undefined;
}

/** The operation of a fetch, as its subgraph reads it. */
export function operationOf({ document }: FetchNode): OperationDefinitionNode {
  return getOperationAST(document)!;
}

/** Returns the fields that a fetch adds to its objects. */
export function addedFields(node: FetchNode): SelectedField[] {
  const fields = fieldsIn(operationOf(node).selectionSet);
  return node.isEntityFetch ? fields.flatMap((entities) => fieldsIn(entities.node.selectionSet!)) : fields;
}

/** Returns the fields of a selection, including those in its fragments. */
export function fieldsIn({ selections }: SelectionSetNode, typeCondition?: string): SelectedField[] {
  return selections.flatMap((node): SelectedField[] => {
    if (node.kind === Kind.FIELD) return [{ node, typeCondition }];
    if (node.kind === Kind.FRAGMENT_SPREAD) throw new TypeError('Fetches have no named fragments.');
    return fieldsIn(node.selectionSet, node.typeCondition?.name.value ?? typeCondition);
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

/** Gives values of an answer the keys of the data, where the fetch needed other ones. */
export function rename(value: unknown, renamings: readonly Renaming[]): void {
  for (const { path, key } of renamings) renameAt(value, path, key);
}

function renameAt(value: unknown, path: readonly string[], key: string): void {
  if (Array.isArray(value)) return value.forEach((item) => renameAt(item, path, key));
  if (!isDataObject(value)) return;
  const [head, ...rest] = path;
  const found = own(value, head!);
  if (rest.length > 0) return renameAt(found, rest, key);
  if (found === undefined) return;
  delete value[head!];
  value[key] = found;
}
