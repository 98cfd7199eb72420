import type { ObjectBudget } from '../../lib/objectBudget.js';
import {
  copyOf,
  type DataObject,
  isDataObject,
  merged,
  mergeInto,
  ownReader,
} from '../execution/dataObject.js';
import type { FetchNode } from '../planning/queryPlan.js';
import { fieldsIn, keyOf, type SelectedField } from './fetchSelection.js';
import type { PlanContext } from './planRun.js';

/**
 * Merges the result of one fetch into one of its objects.
 * @param isFirst whether no other object has received the same result before
 */
type Merge = (target: DataObject, source: DataObject, isFirst: boolean, budget: ObjectBudget) => void;

/**
 * Compiles the merging of fetched fields. It merges only the requested fields. The first object receives the
 * value itself. Other objects receive copies where later fetches merge into the value, so that they do not
 * share changes. There, unrequested data is removed at every depth, or one subgraph could answer for another.
 */
export function mergeFields(
  fetch: FetchNode,
  fields: readonly SelectedField[],
  { touched }: PlanContext,
): Merge {
  // A renaming creates keys that are not in the text of the fetch.
  if (fetch.renamings.length > 0) return mergeAll;
  const keys = [...new Set(fields.map(({ node }) => keyOf(node)))];
  const moves = keys.map((key) => {
    const read = ownReader(key);
    const isMergedInto = fields.some(({ node }) => node.selectionSet && keyOf(node) === key);
    const isShared = isMergedInto && touched.isTouched(fetch, key);
    const prune = isShared
      ? pruner(
          fields
            .filter(({ node }) => keyOf(node) === key)
            .flatMap(({ node }) => fieldsIn(node.selectionSet!)),
        )
      : undefined;
    return { key, read, prune };
  });
  return (target, source, isFirst, budget) => {
    for (const { key, read, prune } of moves) {
      const value = read(source);
      if (value === undefined) continue;
      if (prune && isFirst) prune(value);
      target[key] = merged(read(target), prune && !isFirst ? copyOf(value, budget) : value);
    }
  };
}

const mergeAll: Merge = (target, source, isFirst, budget) =>
  mergeInto(target, isFirst ? source : (copyOf(source, budget) as DataObject));

/** Removes unrequested data from a received value, at every depth. */
type Prune = (value: unknown) => void;

/** @param fields the fields requested of the value, or of the objects in it where it is a list */
export function pruner(fields: readonly SelectedField[]): Prune {
  const asked = new Map<string, SelectedField[]>();
  for (const field of fields) {
    const key = keyOf(field.node);
    const below = field.node.selectionSet ? fieldsIn(field.node.selectionSet) : [];
    asked.set(key, [...(asked.get(key) ?? []), ...below]);
  }
  const inner = new Map<string, Prune | undefined>(
    [...asked].map(([key, below]) => [key, below.length > 0 ? pruner(below) : undefined]),
  );
  const prune: Prune = (value) => {
    if (Array.isArray(value)) return value.forEach(prune);
    if (!isDataObject(value)) return;
    for (const key of Object.keys(value)) {
      if (inner.has(key)) inner.get(key)?.(value[key]);
      else delete value[key];
    }
  };
  return prune;
}
