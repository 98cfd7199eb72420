import { binCount, UNKNOWN_BIN } from '../model/bins.js';
import type { BinnedFactors } from './binnedFactors.js';
import { coarser } from './coarser.js';

/** Factors, by number, that count together, and where each is cut; the cuts are some of its fine ones. */
export interface Term {
  /** One to three, ascending. */
  readonly factors: readonly number[];
  readonly cuts: readonly (readonly number[])[];
}

/** A term over the children of training. */
export interface TermCells {
  /** By child, the cell: of several factors, the bins of later ones run faster. */
  readonly cells: Uint16Array;
  /**
   * By cell: 1 where the term may add something. A single factor adds nothing in its usual bin, and factors together add
   * something only where none of them is usual or unknown: so what a term adds is what it adds to those of fewer factors.
   */
  readonly free: Uint8Array;
  /** Whether it is of one factor. */
  readonly alone: boolean;
}

export function termCells({ children, fine }: BinnedFactors, { factors, cuts }: Term): TermCells {
  const cells = new Uint16Array(new SharedArrayBuffer(2 * children));
  const alone = factors.length === 1;
  let free = Uint8Array.of(1);
  factors.forEach((factor, i) => {
    const bins = binCount(cuts[i]!);
    const toBin = coarser(fine.cuts[factor]!, cuts[i]!);
    const counts = new Uint32Array(bins);
    for (let child = 0; child < children; child++) {
      const bin = toBin[fine.bins[factor * children + child]!]!;
      counts[bin]!++;
      cells[child] = cells[child]! * bins + bin;
    }
    counts[UNKNOWN_BIN] = 0;
    const usual = counts.indexOf(Math.max(...counts));
    const counted = (bin: number) => bin !== usual && (alone || bin !== UNKNOWN_BIN);
    free = Uint8Array.from({ length: free.length * bins }, (_, cell) =>
      counted(cell % bins) ? free[Math.floor(cell / bins)]! : 0,
    );
  });
  return { cells, free, alone };
}

/** Each set of factors once, with all cuts that were made of them, in the order in which they first come. */
export function joinCuts(terms: readonly Term[]): Term[] {
  const joined = new Map<string, Term>();
  for (const { factors, cuts } of terms) {
    const before = joined.get(String(factors));
    const all = cuts.map((own, i) =>
      [...new Set([...(before?.cuts[i] ?? []), ...own])].toSorted((a, b) => a - b),
    );
    joined.set(String(factors), { factors, cuts: all });
  }
  return [...joined.values()];
}
