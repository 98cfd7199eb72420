import { binCount, binsOfCell, UNKNOWN_BIN } from '../model/modelContent.js';
import { type BinnedFactors, coarser } from './binnedFeatures.js';

/**
 * A single factor or an interaction, with the cuts of each factor. Factors are numbers; cuts are some of the
 * fine cuts.
 */
export interface Term {
  /** One to three, ascending. */
  readonly factors: readonly number[];
  readonly cuts: readonly (readonly number[])[];
}

/** A term over the training children. */
export interface TermCells {
  /** By child, its cell. With several factors, the bins of later factors vary fastest. */
  readonly cells: Uint16Array;
  /**
   * By cell: 1 if it may have a value. A single factor has none in its most frequent bin. An interaction has
   * one only if no factor is in its most frequent bin or unknown. The value of an interaction is therefore
   * what it adds to its main effects.
   */
  readonly free: Uint8Array;
  /** Whether the term has one factor. */
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

/** Each set of factors once, with all its cuts, in the order of first appearance. */
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
 * The main effects of interactions: each factor by itself, with the same cuts. A model with an interaction
 * also contains its main effects (the principle of marginality: Nelder 1977).
 * @param age the number of the factor of age, whose main effect is the attained age
 */
export function mainEffectTerms(terms: readonly Term[], age: number): Term[] {
  return terms
    .filter(({ factors }) => factors.length > 1)
    .flatMap(({ factors, cuts }) => factors.map((factor, i) => ({ factors: [factor], cuts: [cuts[i]!] })))
    .filter(({ factors }) => factors[0] !== age);
}

/** A term over the training children, in a model with other terms. */
export interface AssignedTerm extends TermCells {
  /** By cell: 1 if the whole cell also has a value in an interaction. Always 0 for interactions. */
  readonly mainEffect: Uint8Array;
}

/** Assigns the training children to the cells of terms, and finds the main effects among the terms. */
export function assignCells(binned: BinnedFactors, terms: readonly Term[]): AssignedTerm[] {
  const assigned = terms.map((term) => termCells(binned, term));
  const counting = new Map<number, { readonly cuts: readonly number[]; readonly counted: Uint8Array }[]>();
  terms.forEach(({ factors, cuts }, term) => {
    if (factors.length === 1) return;
    factors.forEach((factor, i) => {
      const counted = { cuts: cuts[i]!, counted: countedBins(cuts, i, assigned[term]!.free) };
      counting.set(factor, [...(counting.get(factor) ?? []), counted]);
    });
  });
  return terms.map(({ factors, cuts: [cuts] }, term) => {
    const { free, alone } = assigned[term]!;
    const others = alone ? (counting.get(factors[0]!) ?? []) : [];
    const mainEffect = free.map((isFree, bin) =>
      others.some(({ cuts: of, counted }) => liesIn(cuts!, bin, of, counted)) ? isFree : 0,
    );
    return { ...assigned[term]!, mainEffect };
  });
}

/** By bin of one of a term's factors: 1 if the term may have a value there. */
function countedBins(cuts: Term['cuts'], factor: number, free: Uint8Array): Uint8Array {
  const counted = new Uint8Array(binCount(cuts[factor]!));
  free.forEach((isFree, cell) => (counted[binsOfCell(cuts, cell)[factor]!]! |= isFree));
  return counted;
}

/** Whether a term with other cuts has a value for all values of a bin. */
function liesIn(cuts: readonly number[], bin: number, of: readonly number[], counted: Uint8Array): boolean {
  if (bin === UNKNOWN_BIN) return false;
  const [begin, end] = [cuts[bin - 2] ?? Number.NEGATIVE_INFINITY, cuts[bin - 1] ?? Number.POSITIVE_INFINITY];
  const first = 1 + of.filter((cut) => cut <= begin).length;
  const last = 1 + of.filter((cut) => cut < end).length;
  return counted.subarray(first, last + 1).every((is) => is === 1);
}
