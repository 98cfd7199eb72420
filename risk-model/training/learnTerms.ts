import type { BinnedFactors } from './binnedFeatures.js';
import { FitContext, PairCandidate, SingleFactorCandidate } from './candidates.js';
import { logOddsOf, type PairScreen, selectTerms } from './selectTerms.js';
import { fitTerms, type LearntTerms } from './fitTerms.js';
import { HazardFit } from './hazardFit.js';
import { pruneCuts, pruneTerms } from './pruneTerms.js';
import type { ChildYears } from './riskTable.js';
import { pairCount } from './screenPairs.js';
import type { TreeLimits } from './smallTree.js';
import { assignCells, type AssignedTerm, joinCuts, mainEffectTerms, type Term } from './term.js';
import type { TrainingPool } from './trainingPool.js';

/** Chosen on validation families, like the other settings here (docs/decisions/risk-model.md). */
const SELECTION = {
  limits: { leaves: 3, curvature: 4, gain: 6 },
  rate: 0.15,
  margin: 5,
  warmUp: 10,
  perYears: 5,
};
/**
 * Complexity penalties of terms of one, two and three factors: what a term must add to twice the
 * log-likelihood when all others are adjusted. With more candidates, chance alone adds more (Foster & George
 * 1994).
 */
const TERM_PENALTIES = [15, 25, 15] as const;
/** The penalty of a main effect, which probably exists (Akaike 1974). */
const MAIN_EFFECT_PENALTY = 2;
/** The penalty of a cut, which was the best of some 64. */
const CUT_PENALTY = 12;
const ROUNDS = 3;
const SWAPS = 2;

/**
 * Learns from some children which terms matter, and their values. Each round selects terms, fits them
 * jointly, eliminates weak ones and swaps factors for better ones. At the end it tries triplet candidates.
 * @param weights by child, how often it counts
 * @param age the number of the factor of age
 * @param progress called with the number of terms selected so far
 */
export async function learnTerms(
  pool: TrainingPool,
  weights: Uint8Array,
  age: number,
  progress: (chosen: number) => void,
): Promise<LearntTerms> {
  const { factors, childYears } = pool;
  const screen: PairScreen = (derivatives, least) =>
    pool.screen(derivatives, least, pairCount(factors.fine.cuts.length));

  let learnt: LearntTerms | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const chosen = await selectTerms(factors, childYears, weights, age, SELECTION, screen, progress, learnt);
    learnt = fitAndPrune(chosen);
    for (let swap = 0; swap < SWAPS; swap++)
      learnt = fitAndPrune(swapFactors(factors, childYears, weights, age, SELECTION.limits, learnt));
  }
  const { terms } = learnt!;
  let before: LearntTerms;
  learnt = fitAndPrune([...terms, ...tripletCandidates(terms)]);
  // After an interaction is eliminated, the penalties of its main effects are larger, so the fit is repeated.
  do {
    before = learnt;
    learnt = fitAndPrune(before.terms);
  } while (learnt.terms.length < before.terms.length);
  return learnt;

  function fitAndPrune(terms: readonly Term[]): LearntTerms {
    const all = fit(joinCuts([...terms, ...mainEffectTerms(terms, age)]));
    const left = pruneTerms(
      all.fitted,
      all.terms.map((term, i) => penaltyOf(term, all.cells[i]!)),
    );
    const pruned = left.length === all.terms.length ? all : fit(left.map((term) => all.terms[term]!));
    const cut = pruneCuts(pruned, CUT_PENALTY);
    return cutCount(cut) === cutCount(pruned.terms) ? pruned : fit(cut);
  }

  function fit(terms: readonly Term[]): LearntTerms {
    const cells = assignCells(factors, terms);
    return { terms, cells, fitted: fitTerms(childYears, weights, cells) };
  }
}

function penaltyOf({ factors }: Term, { mainEffect }: AssignedTerm): number {
  return mainEffect.includes(1) ? MAIN_EFFECT_PENALTY : TERM_PENALTIES[factors.length - 1]!;
}

function cutCount(terms: readonly Term[]): number {
  return terms.flatMap(({ cuts }) => cuts.flat()).length;
}

/**
 * Triplet candidates: the factors of two pairs that share one factor. Two such pairs may be the projections
 * of an interaction of three factors.
 */
export function tripletCandidates(terms: readonly Term[]): Term[] {
  const pairs = terms.filter(({ factors }) => factors.length === 2);
  return pairs.flatMap((one, i) =>
    pairs
      .slice(0, i)
      .map((other) => joined(one, other))
      .filter(({ factors }) => factors.length === 3),
  );
}

/** The factors of both terms. For a shared factor it uses the cuts of the other term. */
function joined(one: Term, other: Term): Term {
  const cutOf = new Map<number, readonly number[]>();
  for (const { factors, cuts } of [one, other]) factors.forEach((factor, i) => cutOf.set(factor, cuts[i]!));
  const factors = [...cutOf.keys()].toSorted((a, b) => a - b);
  return { factors, cuts: factors.map((factor) => cutOf.get(factor)!) };
}

/** How much more a replacement must gain. Among equivalent factors, the one found first stays. */
const BETTER = 1;

/**
 * For each term of one or two factors, tests whether another factor in place of one of them would gain more.
 * Many time windows and sums look alike, and the one selected first is not always the one that matters.
 */
function swapFactors(
  factors: BinnedFactors,
  childYears: ChildYears,
  weights: Uint8Array,
  age: number,
  limits: TreeLimits,
  { terms, cells, fitted }: LearntTerms,
): readonly Term[] {
  const fit = new HazardFit(childYears, weights);
  const context = new FitContext(factors, fit, limits);
  const all = [...factors.fine.cuts.keys()];
  const known = new Set(terms.map(({ factors: of }) => String(of)));
  return terms.map((term, i) => {
    // Main effects follow from their interactions.
    if (term.factors.length > 2 || cells[i]!.mainEffect.includes(1)) return term;
    const others = cells.filter((_, other) => other !== i);
    const values = { ...fitted, terms: fitted.terms.filter((_, other) => other !== i) };
    fit.startFrom(logOddsOf(others, values, factors.children), fitted.years, fitted.ages);
    const [first, second] = term.factors as [number, number?];
    const candidates =
      second === undefined
        ? all.filter((factor) => factor !== age).map((factor) => new SingleFactorCandidate(context, factor))
        : all.flatMap((factor) => {
            if (factor === first || factor === second) return [];
            const pairs = [[first, factor] as const, [factor, second] as const];
            return pairs.map(([a, b]) => new PairCandidate(context, a < b ? [a, b] : [b, a]));
          });
    const own =
      second === undefined
        ? new SingleFactorCandidate(context, first)
        : new PairCandidate(context, [first, second]);
    let [best, most]: [SingleFactorCandidate | PairCandidate, number] = [own, own.find() + BETTER];
    for (const candidate of candidates) {
      if (known.has(String(candidate.factors))) continue;
      const gain = candidate.find();
      if (gain > most) [best, most] = [candidate, gain];
    }
    if (best instanceof PairCandidate) {
      const finer = new PairCandidate(context, best.factors, factors.fine);
      if (finer.find() > best.find() + BETTER) best = finer;
    }
    if (best === own) return term;
    known.delete(String(term.factors));
    known.add(String(best.factors));
    best.find();
    const { factors: of, cuts } = best.apply(0);
    return { factors: of, cuts };
  });
}
