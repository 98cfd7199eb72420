import { chooseTerms, type PairScreen } from './chooseTerms.js';
import { fitTerms, type LearntTerms } from './fitTerms.js';
import { pruneTerms } from './pruneTerms.js';
import { relatedTerms } from './relatedTerms.js';
import { pairCount } from './screenPairs.js';
import { swapFactors } from './swapFactors.js';
import { joinCuts, type Term, termCells } from './term.js';
import type { TrainingPool } from './trainingPool.js';

/** Chosen on validation families, as all of these (docs/decisions/risk-model.md). */
const CHOICE = {
  limits: { leaves: 3, curvature: 4, gain: 6 },
  rate: 0.15,
  surprise: 5,
  warmUp: 10,
  perYears: 5,
};
/** What a term has to add to twice the log-likelihood, all others making up for it. */
const WORTH = 15;
/** The same for a factor alone that counts together with others: it likely does something alone, too (Akaike 1974). */
const WORTH_OF_PART = 2;
const ROUNDS = 3;
const SWAPS = 2;

/**
 * Learns from some children which terms matter and what they add: terms are chosen, fitted all together and pruned, and their factors
 * swapped for better ones, in rounds; at last those are tried that are related to what was found.
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
  return fitAndPrune(joinCuts([...terms, ...relatedTerms(terms, age)]));

  function fitAndPrune(terms: readonly Term[]): LearntTerms {
    const all = fit(terms);
    const left = pruneTerms(all.fitted, worthOf(terms));
    return left.length === terms.length ? all : fit(left.map((term) => terms[term]!));
  }

  function fit(terms: readonly Term[]): LearntTerms {
    const cells = terms.map((term) => termCells(factors, term));
    return { terms, cells, fitted: fitTerms(childYears, weights, cells) };
  }
}

function worthOf(terms: readonly Term[]): number[] {
  const together = new Set(terms.flatMap(({ factors }) => (factors.length > 1 ? factors : [])));
  return terms.map(({ factors: [first, ...others] }) =>
    others.length === 0 && together.has(first!) ? WORTH_OF_PART : WORTH,
  );
}
