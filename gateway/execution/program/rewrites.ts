import type { FetchDataRewrite } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { type DataObject, isDataObject, own } from '../dataObject.js';
import { isOfType } from './typeConditions.js';

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
