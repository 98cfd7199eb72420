import { AGE_BINS } from './childYears.js';
import { Cholesky } from './cholesky.js';
import type { FittedTerms } from './fitTerms.js';
import { HORIZON_YEARS } from '../../registry/factors/horizon.js';

/**
 * Which terms remain when those are left out, one after the other, that cost least: each time all others are taken to make up for it, by the
 * information of the fit (Wald's statistic).
 * @param worth by term, what it has to add to twice the log-likelihood
 */
export function pruneTerms(fit: FittedTerms, worth: readonly number[]): readonly number[] {
  const size = HORIZON_YEARS + AGE_BINS + fit.parameters.length;
  const covariance = new Cholesky(fit.information, size).inverse();
  const values = new Float64Array(size);
  const parametersOf: number[][] = fit.terms.map(() => []);
  fit.parameters.forEach(({ term, cell }, i) => {
    const at = HORIZON_YEARS + AGE_BINS + i;
    values[at] = fit.terms[term]![cell]!;
    parametersOf[term]!.push(at);
  });
  const left = new Set(fit.terms.keys());
  for (;;) {
    let [worst, least] = [-1, 0];
    let worstEffect: Float64Array | undefined;
    for (const term of left) {
      const own = parametersOf[term]!;
      const [statistic, effect] = wald(covariance, values, own, size);
      const excess = statistic - worth[term]!;
      if (excess < least) [worst, least, worstEffect] = [term, excess, effect];
    }
    if (worst < 0) return [...left];
    left.delete(worst);
    leaveOut(covariance, values, parametersOf[worst]!, worstEffect!, size);
  }
}

/** Wald's statistic of some parameters, and the inverse of their covariance times their values. */
function wald(
  covariance: Float64Array,
  values: Float64Array,
  own: readonly number[],
  size: number,
): [statistic: number, effect: Float64Array] {
  if (own.length === 0) return [0, new Float64Array()];
  const effect = new Cholesky(block(covariance, own, size), own.length).solve(
    Float64Array.from(own, (at) => values[at]!),
  );
  return [own.reduce((sum, at, i) => sum + values[at]! * effect[i]!, 0), effect];
}

/** What all others become where some parameters are 0: the conditional mean and covariance of a normal distribution. */
function leaveOut(
  covariance: Float64Array,
  values: Float64Array,
  own: readonly number[],
  effect: Float64Array,
  size: number,
): void {
  if (own.length === 0) return;
  const factor = new Cholesky(block(covariance, own, size), own.length);
  const columns = Array.from({ length: size }, (_, at) =>
    Float64Array.from(own, (parameter) => covariance[at * size + parameter]!),
  );
  for (let at = 0; at < size; at++) {
    values[at]! -= columns[at]!.reduce((sum, value, i) => sum + value * effect[i]!, 0);
    const solved = factor.solve(columns[at]!);
    for (let other = 0; other < size; other++) {
      let sum = 0;
      for (let i = 0; i < own.length; i++) sum += solved[i]! * columns[other]![i]!;
      covariance[at * size + other]! -= sum;
    }
  }
}

function block(matrix: Float64Array, own: readonly number[], size: number): Float64Array {
  return Float64Array.from({ length: own.length ** 2 }, (_, i) => {
    const [row, column] = [own[Math.floor(i / own.length)]!, own[i % own.length]!];
    return matrix[row * size + column]!;
  });
}
