import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';
import { type DataObject, isDataObject, mergeInto, own } from './dataObject.js';
import { isFeed } from './feeds.js';

/** The representations of a fetch of entities, each of them once. */
export interface Representations {
  readonly values: readonly DataObject[];
  /** Which of the entities each value stands for, by index. */
  readonly entities: readonly (readonly number[])[];
}

/**
 * Represents entities by what a fetch requires. Equal representations are sent once; an entity that lacks something
 * required is left out, as it was not found, but for feeds: one that did not arrive is sent as null, so that a derived
 * type answers without it.
 */
export function representationsOf(
  entities: readonly DataObject[],
  requires: readonly QueryPlanSelectionNode[],
  schema: GraphQLSchema,
  finish: (representation: DataObject) => void,
): Representations {
  const values: DataObject[] = [];
  const entitiesOf: number[][] = [];
  const known = new Map<string, number[]>();
  const identify = identifier();
  entities.forEach((entity, index) => {
    const value = select(entity, requires, schema);
    if (!value || own(value, '__typename') === undefined) return;
    finish(value);
    const identity = identify(value);
    const same = known.get(identity);
    if (same) return same.push(index);
    const first = [index];
    known.set(identity, first);
    values.push(value);
    entitiesOf.push(first);
  });
  return { values, entities: entitiesOf };
}

/** Takes the required fields of an object; undefined where one is missing. */
function select(
  source: DataObject,
  selections: readonly QueryPlanSelectionNode[],
  schema: GraphQLSchema,
): DataObject | undefined {
  const result = Object.create(null) as DataObject;
  for (const selection of selections) {
    if (selection.kind === 'InlineFragment') {
      if (!selection.typeCondition || !isOfType(source, selection.typeCondition, schema)) continue;
      const part = select(source, selection.selections, schema);
      if (part) mergeInto(result, part);
      continue;
    }
    const key = selection.alias ?? selection.name;
    let value = own(source, key);
    if (value === undefined && isFeed(source, selection.name, schema)) value = null;
    if (value === undefined) return undefined;
    result[key] = selection.selections ? selectValue(value, selection.selections, schema) : value;
  }
  return result;
}

function selectValue(
  value: unknown,
  selections: readonly QueryPlanSelectionNode[],
  schema: GraphQLSchema,
): unknown {
  if (Array.isArray(value)) return value.map((item) => selectValue(item, selections, schema));
  return isDataObject(value) ? (select(value, selections, schema) ?? null) : null;
}

/** Whether an object is of a type; one without a type name is taken to be where `orUnknown`. */
export function isOfType(
  object: DataObject,
  condition: string,
  schema: GraphQLSchema,
  orUnknown = false,
): boolean {
  const typename = own(object, '__typename');
  if (typeof typename !== 'string') return orUnknown;
  if (typename === condition) return true;
  const type = schema.getType(typename);
  const conditionType = schema.getType(condition);
  if (!isAbstractType(conditionType)) return false;
  return (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(conditionType, type);
}

/**
 * Writes a representation so that two are equal where their texts are. Values of scalars that are objects, feeds above all,
 * may be large and count by identity.
 */
function identifier(): (value: unknown) => string {
  const numbers = new Map<object, number>();
  const identify = (value: unknown): string => {
    if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
    if (Array.isArray(value)) return `[${value.map(identify).join()}]`;
    if (Object.getPrototypeOf(value) === null)
      return `{${Object.entries(value)
        .map(([key, item]) => `${key}:${identify(item)}`)
        .join()}}`;
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return `#${number}`;
  };
  return identify;
}
