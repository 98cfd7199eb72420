import type { BinnedFactors } from './binnedFactors.js';
import { OneFactor, TwoFactors, Workbench } from './candidates.js';
import type { ChildYears } from './childYears.js';
import { logOddsOf } from './chooseTerms.js';
import type { LearntTerms } from './fitTerms.js';
import { HazardFit } from './hazardFit.js';
import type { TreeLimits } from './smallTree.js';
import type { Term } from './term.js';

/** What another factor has to gain more: of those that tell the same, the one that was found first is kept. */
const BETTER = 1;

/**
 * Looks, for each term of one or two factors, whether another factor would do better in the place of one of them: of many windows and
 * sums that look alike the one that was taken first is not always the one that matters.
 */
export function swapFactors(
  factors: BinnedFactors,
  childYears: ChildYears,
  weights: Uint8Array,
  age: number,
  limits: TreeLimits,
  { terms, cells, fitted }: LearntTerms,
): readonly Term[] {
  const fit = new HazardFit(childYears, weights);
  const bench = new Workbench(factors, fit, limits);
  const all = [...factors.fine.cuts.keys()];
  const known = new Set(terms.map(({ factors: of }) => String(of)));
  return terms.map((term, i) => {
    // What circumstances do alone goes by their terms of several.
    if (term.factors.length > 2 || cells[i]!.circumstance.includes(1)) return term;
    const others = cells.filter((_, other) => other !== i);
    const values = { ...fitted, terms: fitted.terms.filter((_, other) => other !== i) };
    fit.startFrom(logOddsOf(others, values, factors.children), fitted.years, fitted.ages);
    const [first, second] = term.factors as [number, number?];
    const candidates =
      second === undefined
        ? all.filter((factor) => factor !== age).map((factor) => new OneFactor(bench, factor))
        : all.flatMap((factor) => {
            if (factor === first || factor === second) return [];
            const pairs = [[first, factor] as const, [factor, second] as const];
            return pairs.map(([a, b]) => new TwoFactors(bench, a < b ? [a, b] : [b, a]));
          });
    const own = second === undefined ? new OneFactor(bench, first) : new TwoFactors(bench, [first, second]);
    let [best, most]: [OneFactor | TwoFactors, number] = [own, own.find() + BETTER];
    for (const candidate of candidates) {
      if (known.has(String(candidate.factors))) continue;
      const gain = candidate.find();
      if (gain > most) [best, most] = [candidate, gain];
    }
    if (best instanceof TwoFactors) {
      const finer = new TwoFactors(bench, best.factors, factors.fine);
      if (finer.find() > best.find() + BETTER) best = finer;
    }
    if (best === own) return term;
    known.delete(String(term.factors));
    known.add(String(best.factors));
    best.find();
    const { factors: of, cuts } = best.take(0);
    return { factors: of, cuts };
  });
}
