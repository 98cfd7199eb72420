import { answerTooLarge, type ObjectBudget } from '../../lib/objectBudget.js';

/**
 * An object of the merged data between fetches. It may come from untrusted JSON. So only own properties are
 * read, and `__proto__` is never written: no field and no key of the data has that name.
 */
export type DataObject = Record<string, unknown>;

/** Path from the root of the data to a value; numbers are list indexes. */
export type DataPath = readonly (string | number)[];

/** Whether a value is an object that can be merged into. Feeds and other values of scalars are leaves. */
export function isDataObject(value: unknown): value is DataObject {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

export function own(object: DataObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Reads one property like `own`, but faster where Object.prototype has no property of that name. */
export function ownReader(key: string): (object: DataObject) => unknown {
  return key in Object.prototype ? (object) => own(object, key) : (object) => object[key];
}

/**
 * Merges a fetched object into one of the data. Objects and lists of equal length are merged; leaves are
 * replaced.
 */
export function mergeInto(target: DataObject, source: DataObject): void {
  for (const key of Object.keys(source)) {
    if (key === '__proto__') continue;
    const value = source[key];
    if (value !== undefined) target[key] = merged(own(target, key), value);
  }
}

/**
 * Merges two values of one key. Objects and lists of equal length are merged; otherwise the new value wins.
 */
export function merged(existing: unknown, value: unknown): unknown {
  if (existing === undefined) return value;
  if (isDataObject(existing) && isDataObject(value)) {
    mergeInto(existing, value);
    return existing;
  }
  if (Array.isArray(existing) && Array.isArray(value) && existing.length === value.length)
    return existing.map((item, index) => merged(item, value[index]));
  return value;
}

/** Returns a copy that can be merged into without changing the original. Leaves are shared. */
export function copyOf(value: unknown, budget: ObjectBudget): unknown {
  if (Array.isArray(value)) return value.map((item) => copyOf(item, budget));
  if (!isDataObject(value)) return value;
  if (!budget.spend(1)) throw answerTooLarge();
  const copy = Object.create(null) as DataObject;
  for (const key of Object.keys(value)) if (key !== '__proto__') copy[key] = copyOf(value[key], budget);
  return copy;
}
