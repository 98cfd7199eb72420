import { answerTooLarge, type ObjectBudget } from '../../lib/objectBudget.js';

/**
 * What registries answered, merged: an object of the data between fetches. It may come from JSON of anywhere, so it is read
 * by own properties only, and `__proto__` is never written: no field and no key of the data is called so.
 */
export type DataObject = Record<string, unknown>;

/** Path from the root of the data to a value; numbers are indexes of lists. */
export type DataPath = readonly (string | number)[];

/** An object that may be merged into; feeds and other values of scalars are leaves. */
export function isDataObject(value: unknown): value is DataObject {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

export function own(object: DataObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Reads one property as `own` does, at less cost where objects inherit none of that name. */
export function ownReader(key: string): (object: DataObject) => unknown {
  return key in Object.prototype ? (object) => own(object, key) : (object) => object[key];
}

/** Merges a fetched object into one of the data: objects and lists of equal length go together, leaves are replaced. */
export function mergeInto(target: DataObject, source: DataObject): void {
  for (const key of Object.keys(source)) {
    if (key === '__proto__') continue;
    const value = source[key];
    if (value !== undefined) target[key] = merged(own(target, key), value);
  }
}

/** Two values of one key as one: objects and lists of equal length go together, else the new one stands. */
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

/** A copy that may be merged into without touching the other; leaves are shared. */
export function copyOf(value: unknown, budget: ObjectBudget): unknown {
  if (Array.isArray(value)) return value.map((item) => copyOf(item, budget));
  if (!isDataObject(value)) return value;
  if (!budget.spend(1)) throw answerTooLarge();
  const copy = Object.create(null) as DataObject;
  for (const key of Object.keys(value)) if (key !== '__proto__') copy[key] = copyOf(value[key], budget);
  return copy;
}
