import { chooseTerms, type PairScreen } from './chooseTerms.js';
import { circumstanceTerms, layTerms, type TermAmongOthers } from './circumstances.js';
import { fitTerms, type LearntTerms } from './fitTerms.js';
import { pruneCuts, pruneTerms } from './pruneTerms.js';
import { pairCount } from './screenPairs.js';
import { swapFactors } from './swapFactors.js';
import { joinCuts, type Term } from './term.js';
import { threesOfPairs } from './threesOfPairs.js';
import type { TrainingPool } from './trainingPool.js';

/** Chosen on validation families, as all of these (docs/decisions/risk-model.md). */
const CHOICE = {
  limits: { leaves: 3, curvature: 4, gain: 6 },
  rate: 0.15,
  surprise: 5,
  warmUp: 10,
  perYears: 5,
};
/**
 * What a term of one, two or three factors has to add to twice the log-likelihood, all others making up for it. The more rivals it was chosen
 * from, the more chance alone would add (Foster & George 1994).
 */
const WORTH = [15, 25, 15] as const;
/** The same for what a circumstance does alone: it likely does something (Akaike 1974). */
const WORTH_OF_CIRCUMSTANCE = 2;
/** The same for a cut, which was the best of some 64. */
const WORTH_OF_CUT = 12;
const ROUNDS = 3;
const SWAPS = 2;

/**
 * Learns from some children which terms matter and what they add: terms are chosen, fitted all together and pruned, and their factors
 * swapped for better ones, in rounds; at last threes of pairs are tried.
 * @param weights by child, how often it counts
 * @param age the number of the factor of age
 * @param progress told how many terms were chosen so far
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
    const chosen = await chooseTerms(factors, childYears, weights, age, CHOICE, screen, progress, learnt);
    learnt = fitAndPrune(chosen);
    for (let swap = 0; swap < SWAPS; swap++)
      learnt = fitAndPrune(swapFactors(factors, childYears, weights, age, CHOICE.limits, learnt));
  }
  const { terms } = learnt!;
  let before: LearntTerms;
  learnt = fitAndPrune([...terms, ...threesOfPairs(terms)]);
  // Where a term of several has gone, what its factors do alone is held to be more.
  do {
    before = learnt;
    learnt = fitAndPrune(before.terms);
  } while (learnt.terms.length < before.terms.length);
  return learnt;

  function fitAndPrune(terms: readonly Term[]): LearntTerms {
    const all = fit(joinCuts([...terms, ...circumstanceTerms(terms, age)]));
    const left = pruneTerms(
      all.fitted,
      all.terms.map((term, i) => worthOf(term, all.cells[i]!)),
    );
    const pruned = left.length === all.terms.length ? all : fit(left.map((term) => all.terms[term]!));
    const cut = pruneCuts(pruned, WORTH_OF_CUT);
    return cutCount(cut) === cutCount(pruned.terms) ? pruned : fit(cut);
  }

  function fit(terms: readonly Term[]): LearntTerms {
    const cells = layTerms(factors, terms);
    return { terms, cells, fitted: fitTerms(childYears, weights, cells) };
  }
}

function worthOf({ factors }: Term, { circumstance }: TermAmongOthers): number {
  return circumstance.includes(1) ? WORTH_OF_CIRCUMSTANCE : WORTH[factors.length - 1]!;
}

function cutCount(terms: readonly Term[]): number {
  return terms.flatMap(({ cuts }) => cuts.flat()).length;
}
