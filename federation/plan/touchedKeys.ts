import type { FetchNode } from '../planning/queryPlan.js';
import { addedFields, keyOf } from './fetchSelection.js';

/** Which fetches of a plan add to which keys of the data. */
export class TouchedKeys {
  /** By path and key; `undefined` stands for several fetches. */
  readonly #fetches = new Map<string, FetchNode | undefined>();
  readonly #keys = new Map<FetchNode, ReadonlySet<string>>();

  constructor(fetches: readonly FetchNode[]) {
    for (const fetch of fetches) {
      const keys = new Set(addedFields(fetch).map(({ node }) => keyOf(node)));
      for (const { key } of fetch.renamings) keys.add(key);
      this.#keys.set(fetch, keys);
      for (const { path } of fetch.places) {
        const steps = stepsOf(path);
        for (let length = 0; length < steps.length; length++)
          this.#note(steps.slice(0, length), steps[length]!, fetch);
        for (const key of keys) this.#note(steps, key, fetch);
      }
    }
  }

  /** Returns the keys that a fetch adds to its objects. */
  keysOf(fetch: FetchNode): ReadonlySet<string> {
    return this.#keys.get(fetch)!;
  }

  /** Whether another fetch merges below a key of this fetch, or returns the same key. */
  isTouched(fetch: FetchNode, key: string): boolean {
    return fetch.places.some(({ path }) => this.#fetches.get(placeKey(stepsOf(path), key)) !== fetch);
  }

  #note(path: readonly string[], key: string, fetch: FetchNode): void {
    const at = placeKey(path, key);
    const isOther = this.#fetches.has(at) && this.#fetches.get(at) !== fetch;
    this.#fetches.set(at, isOther ? undefined : fetch);
  }
}

/** A path without its type conditions: objects of all types are at one place. */
function stepsOf(path: readonly string[]): readonly string[] {
  return path.filter((step) => !step.startsWith('|'));
}

function placeKey(path: readonly string[], key: string): string {
  return `${path.join('.')} ${key}`;
}
