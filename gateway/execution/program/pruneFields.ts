import { isDataObject } from '../dataObject.js';
import { type FetchSelection, fieldsIn, keyOf, type SelectedField } from './fetchSelection.js';

/** Takes out of a received value what its fetch did not ask for, at every depth. */
export type Prune = (value: unknown) => void;

/** @param fields what was asked of the value, or of the objects in it where it is a list */
export function pruner(fields: readonly SelectedField[], fragments: FetchSelection['fragments']): Prune {
  const asked = new Map<string, SelectedField[]>();
  for (const field of fields) {
    const key = keyOf(field.node);
    const below = field.node.selectionSet ? fieldsIn(field.node.selectionSet, fragments) : [];
    asked.set(key, [...(asked.get(key) ?? []), ...below]);
  }
  const inner = new Map<string, Prune | undefined>(
    [...asked].map(([key, below]) => [key, below.length > 0 ? pruner(below, fragments) : undefined]),
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
