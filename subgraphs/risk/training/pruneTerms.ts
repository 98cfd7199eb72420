import { binCount, binsOfCell } from '../model/bins.js';
import { AGE_BINS } from './childYears.js';
import { type Contrast, Estimate } from './estimate.js';
import type { FittedTerms, LearntTerms } from './fitTerms.js';
import { HORIZON_YEARS } from '../../registry/factors/horizon.js';
import type { Term } from './term.js';

/**
 * Which terms remain when those go that add too little.
 * @param worth by term, what it has to add to twice the log-likelihood
 */
export function pruneTerms(fitted: FittedTerms, worth: readonly number[]): readonly number[] {
  const parameters = parametersOf(fitted);
  const gone = new Estimate(fitted).leaveOut(
    parameters.map((of, term) => ({
      contrasts: [...of.values()].map((parameter): Contrast => [parameter, undefined]),
      worth: worth[term]!,
    })),
  );
  return [...parameters.keys()].filter((term) => !gone.has(term));
}

/**
 * The terms with those cuts that tell enough apart: every factor keeps one at least.
 * @param worth what a cut has to add to twice the log-likelihood
 */
export function pruneCuts({ terms, fitted }: LearntTerms, worth: number): readonly Term[] {
  const parameters = parametersOf(fitted);
  const all = terms.flatMap(({ cuts }, term) =>
    cuts.flatMap((own, factor) =>
      own.map((_, cut) => ({
        term,
        factor,
        cut,
        contrasts: across(cuts, factor, cut, parameters[term]!),
        worth,
      })),
    ),
  );
  const isOf = (term: number, factor: number) => (index: number) =>
    all[index]!.term === term && all[index]!.factor === factor;
  const gone = new Estimate(fitted).leaveOut(all, (index, before) => {
    const { term, factor } = all[index]!;
    return [...before].filter(isOf(term, factor)).length + 1 < terms[term]!.cuts[factor]!.length;
  });
  return terms.map(({ factors, cuts }, term) => ({
    factors,
    cuts: cuts.map((own, factor) => {
      const without = new Set([...gone].filter(isOf(term, factor)).map((index) => all[index]!.cut));
      return own.filter((_, cut) => !without.has(cut));
    }),
  }));
}

/** By term, the number of the parameter of each cell that has one. */
function parametersOf({ terms, parameters }: FittedTerms): readonly ReadonlyMap<number, number>[] {
  const numbers = terms.map(() => new Map<number, number>());
  parameters.forEach(({ term, cell }, i) => numbers[term]!.set(cell, HORIZON_YEARS + AGE_BINS + i));
  return numbers;
}

/** How the cells on either side of a cut differ. */
function across(
  cuts: Term['cuts'],
  factor: number,
  cut: number,
  parameters: ReadonlyMap<number, number>,
): Contrast[] {
  const bins = cuts.map(binCount);
  const faster = bins.slice(factor + 1).reduce((product, of) => product * of, 1);
  const cells = bins.reduce((product, of) => product * of, 1);
  return Array.from({ length: cells }, (_, cell) => cell)
    .filter((cell) => binsOfCell(cuts, cell)[factor] === cut + 1)
    .map((cell): Contrast => [parameters.get(cell), parameters.get(cell + faster)])
    .filter(([before, after]) => before !== undefined || after !== undefined);
}
