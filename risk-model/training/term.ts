import { binCount, binsOfCell, UNKNOWN_BIN } from '../model/modelContent.js';
import { type BinnedFactors, coarser } from './binnedFeatures.js';

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

function termCells({ children, fine }: BinnedFactors, { factors, cuts }: Term): TermCells {
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

/**
 * What each factor of a term of several does alone, cut as it is there: an effect that two have together stands beside those of
 * each (the principle of marginality: Nelder 1977).
 * @param age the number of the factor of age, which alone is told by the age attained
 */
export function circumstanceTerms(terms: readonly Term[], age: number): Term[] {
  return terms
    .filter(({ factors }) => factors.length > 1)
    .flatMap(({ factors, cuts }) => factors.map((factor, i) => ({ factors: [factor], cuts: [cuts[i]!] })))
    .filter(({ factors }) => factors[0] !== age);
}

/** A term over the children of training, beside other terms. */
export interface TermAmongOthers extends TermCells {
  /** By cell: 1 where all of it counts in a term of several factors, too. 0 in those. */
  readonly circumstance: Uint8Array;
}

/** Lays terms over the children of training, which tells what of them are circumstances of others. */
export function layTerms(binned: BinnedFactors, terms: readonly Term[]): TermAmongOthers[] {
  const laid = terms.map((term) => termCells(binned, term));
  const counting = new Map<number, { readonly cuts: readonly number[]; readonly counted: Uint8Array }[]>();
  terms.forEach(({ factors, cuts }, term) => {
    if (factors.length === 1) return;
    factors.forEach((factor, i) => {
      const counted = { cuts: cuts[i]!, counted: countedBins(cuts, i, laid[term]!.free) };
      counting.set(factor, [...(counting.get(factor) ?? []), counted]);
    });
  });
  return terms.map(({ factors, cuts: [cuts] }, term) => {
    const { free, alone } = laid[term]!;
    const others = alone ? (counting.get(factors[0]!) ?? []) : [];
    const circumstance = free.map((isFree, bin) =>
      others.some(({ cuts: of, counted }) => liesIn(cuts!, bin, of, counted)) ? isFree : 0,
    );
    return { ...laid[term]!, circumstance };
  });
}

/** By bin of one of a term's factors: 1 where the term may add something. */
function countedBins(cuts: Term['cuts'], factor: number, free: Uint8Array): Uint8Array {
  const counted = new Uint8Array(binCount(cuts[factor]!));
  free.forEach((isFree, cell) => (counted[binsOfCell(cuts, cell)[factor]!]! |= isFree));
  return counted;
}

/** Whether all values of a bin, by some cuts, are counted by others. */
function liesIn(cuts: readonly number[], bin: number, of: readonly number[], counted: Uint8Array): boolean {
  if (bin === UNKNOWN_BIN) return false;
  const [begin, end] = [cuts[bin - 2] ?? Number.NEGATIVE_INFINITY, cuts[bin - 1] ?? Number.POSITIVE_INFINITY];
  const first = 1 + of.filter((cut) => cut <= begin).length;
  const last = 1 + of.filter((cut) => cut < end).length;
  return counted.subarray(first, last + 1).every((is) => is === 1);
}
