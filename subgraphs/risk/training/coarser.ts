import { binCount, UNKNOWN_BIN } from '../model/bins.js';

/** By fine bin, the bin that it is in where only some of its cuts are made. */
export function coarser(fine: readonly number[], cuts: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: binCount(fine) }, (_, bin) =>
    // A bin from the second on begins at the cut before it.
    bin <= UNKNOWN_BIN + 1 ? bin : UNKNOWN_BIN + 1 + cuts.filter((cut) => cut <= fine[bin - 2]!).length,
  );
}
