import type { FetchNode } from '../planning/queryPlan.js';
import { addedFields, keyOf } from './fetchSelection.js';

/** Which fetches of a plan add to which keys of the data. */
export class TouchedKeys {
  /** By path and key; `undefined` stands for several fetches. */
  readonly #fetches = new Map<string, FetchNode | undefined>();

  constructor(fetches: readonly FetchNode[]) {
    for (const fetch of fetches) {
      const keys = new Set(addedFields(fetch).map(({ node }) => keyOf(node)));
      for (const { key } of fetch.renamings) keys.add(key);
      for (const { path } of fetch.places) {
        let at = '';
        for (const step of path) {
          if (isTypeStep(step)) continue;
          this.#note(at, step, fetch);
          at += `.${step}`;
        }
        for (const key of keys) this.#note(at, key, fetch);
      }
    }
  }

  /** Whether another fetch merges below a key of this fetch, or returns the same key. */
  isTouched(fetch: FetchNode, key: string): boolean {
    return fetch.places.some(({ path }) => this.#fetches.get(`${placeOf(path)} ${key}`) !== fetch);
  }

  #note(place: string, key: string, fetch: FetchNode): void {
    const at = `${place} ${key}`;
    const isOther = this.#fetches.has(at) && this.#fetches.get(at) !== fetch;
    this.#fetches.set(at, isOther ? undefined : fetch);
  }
}

/** A path as text, without its type conditions: objects of all types are at one place. */
function placeOf(path: readonly string[]): string {
  let place = '';
  for (const step of path) if (!isTypeStep(step)) place += `.${step}`;
  return place;
}

function isTypeStep(step: string): boolean {
  return step.startsWith('|');
}
