import { type DataObject, type DataPath, isDataObject, own } from '../execution/dataObject.js';

/**
 * The places that a path of a plan leads to. `@` stands for each item of a list, and `|A,B` passes objects of
 * these types only.
 */
export interface DataPlaces {
  /** Returns the objects there, in the order of the data. */
  objects(root: unknown): DataObject[];
  /** Returns their paths, in the same order. Computed only when something has failed. */
  paths(root: unknown): DataPath[];
}

type Walk = (value: unknown, found: DataObject[]) => void;

/** Compiles a path into a chain of functions, one for each step. */
export function dataPlaces(path: DataPath): DataPlaces {
  const walk = compile(path, 0);
  return {
    objects(root) {
      const found: DataObject[] = [];
      walk(root, found);
      return found;
    },
    paths: (root) => pathsTo(root, path),
  };
}

/** Several places as one, in their order. */
export function joinedPlaces(places: readonly DataPlaces[]): DataPlaces {
  const [only, ...others] = places;
  if (others.length === 0) return only!;
  return {
    objects: (root) => places.flatMap((place) => place.objects(root)),
    paths: (root) => places.flatMap((place) => place.paths(root)),
  };
}

function compile(path: DataPath, at: number): Walk {
  if (at === path.length) {
    return (value, found) => {
      if (isDataObject(value)) found.push(value);
    };
  }
  const next = compile(path, at + 1);
  const key = String(path[at]);
  if (key === '@') {
    return (value, found) => {
      if (Array.isArray(value)) for (const item of value) next(item, found);
    };
  }
  if (key.startsWith(TYPES)) {
    const types = typesOf(key);
    return (value, found) => {
      if (isDataObject(value) && types.has(own(value, '__typename'))) next(value, found);
    };
  }
  return (value, found) => {
    if (isDataObject(value)) next(own(value, key), found);
  };
}

const TYPES = '|';

function typesOf(step: string): ReadonlySet<unknown> {
  return new Set(step.slice(TYPES.length).split(','));
}

function pathsTo(root: unknown, path: DataPath): DataPath[] {
  const found: DataPath[] = [];
  const walk = (value: unknown, at: number, walked: DataPath): void => {
    if (at === path.length) {
      if (isDataObject(value)) found.push(walked);
    } else if (path[at] === '@') {
      if (Array.isArray(value)) value.forEach((item, index) => walk(item, at + 1, [...walked, index]));
    } else if (String(path[at]).startsWith(TYPES)) {
      if (isDataObject(value) && typesOf(String(path[at])).has(own(value, '__typename')))
        walk(value, at + 1, walked);
    } else if (isDataObject(value)) {
      const key = String(path[at]);
      walk(own(value, key), at + 1, [...walked, key]);
    }
  };
  walk(root, 0, []);
  return found;
}
