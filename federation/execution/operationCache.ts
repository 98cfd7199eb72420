import { LRUCache } from 'lru-cache';

/** The size of an operation, which determines its memory in the cache. */
export interface Sized {
  /** Number of fields and fragments that it selects, counted where fragments are spread. */
  readonly selections: number;
}

const MAX_OPERATIONS = 1_000;
/**
 * Maximum of all cached operations together. One takes about 50 KB, and 5 KB more for each selection. That
 * includes its plan, its compiled plan, and the compiled documents of subgraphs in the process. So all
 * together take 150 MB at most.
 */
const MAX_SELECTIONS = 20_000;

/** Creates a cache of prepared operations that drops the least recently used. */
export function createOperationCache<Operation extends Sized>(): LRUCache<string, Operation> {
  return new LRUCache({
    max: MAX_OPERATIONS,
    maxSize: MAX_SELECTIONS,
    sizeCalculation: ({ selections }) => selections,
  });
}
