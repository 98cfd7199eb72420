import { LRUCache } from 'lru-cache';

/** What of an operation says how much memory it takes while it is kept. */
export interface Sized {
  /** Fields and fragments that it selects, counted where fragments are spread. */
  readonly selections: number;
}

const OPERATIONS_KEPT = 1_000;
/**
 * Of all operations that are kept. One takes about 50 KB, and 5 KB more for each of these, with its plan, its programs and
 * those of the subgraphs in the process; so all together take 150 MB at most.
 */
const SELECTIONS_KEPT = 20_000;

/** Prepared operations by their key: those that were asked last, as many as memory bears. */
export function createOperationCache<Operation extends Sized>(): LRUCache<string, Operation> {
  return new LRUCache({
    max: OPERATIONS_KEPT,
    maxSize: SELECTIONS_KEPT,
    sizeCalculation: ({ selections }) => selections,
  });
}
