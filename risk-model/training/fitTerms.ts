import { HORIZON_YEARS } from '../../registry-kit/features/feature.js';
import { Cholesky } from './cholesky.js';
import { slopeOfClient } from './hazardFit.js';
import { AGE_BINS, type ChildYears } from './riskTable.js';
import type { AssignedTerm, Term } from './term.js';

const STEPS = 12;
/** The fit ends when no log-odds change by more. */
const SETTLED = 1e-5;
/** The longest Newton step: far away, the likelihood is no parabola. */
const LONGEST_STEP = 2;
/** The ridge on differences between neighbouring ages, which differ little. */
const AGE_RIDGE = 30;
/**
 * The ridges that pull each value towards 0, as if this much information without effect had been observed.
 * Single factors have small effects, interactions may have large ones. As normal priors on the log-odds,
 * their standard deviations are 0.26 and 0.7.
 */
const ALONE_RIDGE = 15;
const TOGETHER_RIDGE = 2;
/**
 * The ridge that pulls main effects towards their mean, because each probably adds about as much as the
 * others (Rutter 1979). The standard deviation is 0.16.
 */
const MAIN_EFFECT_RIDGE = 40;
/** A cell needs this many children to have a value. */
export const FEWEST_IN_CELL = 25;

/** Log-odds, not yet in millionths. */
export interface FittedTerms {
  readonly years: Float64Array;
  readonly ages: Float64Array;
  /** By term, then by cell. */
  readonly terms: readonly Float64Array[];
  /** The term and the cell of each parameter. In `information`, years and ages come first. */
  readonly parameters: readonly { readonly term: number; readonly cell: number }[];
  readonly information: Float64Array;
}

/** Terms and their values, fitted jointly. */
export interface LearntTerms {
  readonly terms: readonly Term[];
  readonly cells: readonly AssignedTerm[];
  readonly fitted: FittedTerms;
}

/**
 * Fits the values of given terms jointly, by Newton's method on the likelihood with a ridge.
 * @param weights by child, how often it counts
 */
export function fitTerms(
  childYears: ChildYears,
  weights: Uint8Array,
  terms: readonly AssignedTerm[],
): FittedTerms {
  const { children, start, cell, share, event } = childYears;
  const parameters: { term: number; cell: number }[] = [];
  const FIRST = HORIZON_YEARS + AGE_BINS;
  const numberOf = terms.map(({ cells, free }, term) => {
    const counts = new Uint32Array(free.length);
    for (let child = 0; child < children; child++) if (weights[child]! > 0) counts[cells[child]!]!++;
    return Int32Array.from(free, (isFree, at) =>
      isFree === 1 && counts[at]! >= FEWEST_IN_CELL ? FIRST + parameters.push({ term, cell: at }) - 1 : -1,
    );
  });
  const mainEffects = parameters.flatMap(({ term, cell }, i) =>
    terms[term]!.mainEffect[cell] === 1 ? [FIRST + i] : [],
  );
  const ridges = parameters.map(({ term, cell }) => {
    const { alone, mainEffect } = terms[term]!;
    return mainEffect[cell] === 1 ? MAIN_EFFECT_RIDGE : alone ? ALONE_RIDGE : TOGETHER_RIDGE;
  });
  // By child, its parameters one after the other.
  const fitted = Uint32Array.from(weights.keys()).filter((child) => weights[child]! > 0);
  const first = new Uint32Array(fitted.length + 1);
  const own: number[] = [];
  fitted.forEach((child, i) => {
    terms.forEach(({ cells }, term) => {
      const parameter = numberOf[term]![cells[child]!]!;
      if (parameter >= 0) own.push(parameter);
    });
    first[i + 1] = own.length;
  });
  const active = Uint16Array.from(own);

  const size = FIRST + parameters.length;
  const values = new Float64Array(size);
  values.fill(startingLogOdds(childYears, weights), 0, HORIZON_YEARS);
  const information = new Float64Array(size * size);
  const gradient = new Float64Array(size);
  for (let step = 0; step < STEPS; step++) {
    information.fill(0);
    gradient.fill(0);
    for (let i = 0; i < fitted.length; i++) {
      const child = fitted[i]!;
      const [from, until, weight, end] = [first[i]!, first[i + 1]!, weights[child]!, start[child + 1]!];
      let logOdds = 0;
      for (let k = from; k < until; k++) logOdds += values[active[k]!]!;
      let [slope, curvature] = [0, 0];
      for (let at = start[child]!; at < end; at++) {
        const year = Math.floor(cell[at]! / AGE_BINS);
        const age = HORIZON_YEARS + (cell[at]! % AGE_BINS);
        const none = 1 / (1 + Math.exp(logOdds + values[year]! + values[age]!));
        const s = share[at]! * (1 - none);
        const h = weight * s * none;
        const g = weight * (at + 1 === end && event[child] === 1 ? slopeOfClient(none, share[at]!) : -s);
        slope += g;
        curvature += h;
        gradient[year]! += g;
        gradient[age]! += g;
        information[year * size + year]! += h;
        information[age * size + year]! += h;
        information[age * size + age]! += h;
        for (let k = from; k < until; k++) {
          const row = active[k]! * size;
          information[row + year]! += h;
          information[row + age]! += h;
        }
      }
      for (let k = from; k < until; k++) {
        const parameter = active[k]!;
        gradient[parameter]! += slope;
        // A child's parameters are in ascending order.
        for (let other = from; other <= k; other++)
          information[parameter * size + active[other]!]! += curvature;
      }
    }
    penalise(information, gradient, values, ridges);
    freeMean(information, gradient, values, mainEffects);
    for (let row = 0; row < size; row++)
      for (let column = 0; column < row; column++)
        information[column * size + row] = information[row * size + column]!;
    const change = new Cholesky(information, size).solve(gradient);
    const longest = change.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const part = Math.min(1, LONGEST_STEP / longest);
    for (let i = 0; i < size; i++) values[i]! += part * change[i]!;
    if (longest < SETTLED) break;
  }
  return {
    years: values.slice(0, HORIZON_YEARS),
    ages: values.slice(HORIZON_YEARS, FIRST),
    terms: numberOf.map((numbers) =>
      Float64Array.from(numbers, (number) => (number < 0 ? 0 : values[number]!)),
    ),
    parameters,
    information,
  };
}

/** Adds the penalty: a ridge on every value, and for ages also one on the differences between neighbours. */
function penalise(
  information: Float64Array,
  gradient: Float64Array,
  values: Float64Array,
  ridges: readonly number[],
): void {
  const size = values.length;
  const add = (at: number, strength: number, value: number) => {
    information[at * size + at]! += strength;
    gradient[at]! -= strength * value;
  };
  // Years and ages share a level. A tiny ridge determines it.
  for (let at = HORIZON_YEARS; at < HORIZON_YEARS + AGE_BINS; at++) add(at, 1, values[at]!);
  for (let at = HORIZON_YEARS + 2; at < HORIZON_YEARS + AGE_BINS; at++) {
    add(at, AGE_RIDGE, values[at]! - values[at - 1]!);
    add(at - 1, AGE_RIDGE, values[at - 1]! - values[at]!);
    information[at * size + at - 1]! -= AGE_RIDGE;
  }
  for (let at = 0; at < HORIZON_YEARS; at++) add(at, 1e-6, 0);
  for (let at = HORIZON_YEARS + AGE_BINS; at < size; at++)
    add(at, ridges[at - HORIZON_YEARS - AGE_BINS]!, values[at]!);
}

/**
 * Adjusts the ridge of main effects: each is pulled towards their mean, and only the mean is pulled towards
 * 0, like a single factor's value.
 */
function freeMean(
  information: Float64Array,
  gradient: Float64Array,
  values: Float64Array,
  mainEffects: readonly number[],
): void {
  const count = mainEffects.length;
  const each = (MAIN_EFFECT_RIDGE - ALONE_RIDGE / count) / count;
  const sum = mainEffects.reduce((total, at) => total + values[at]!, 0);
  for (const at of mainEffects) {
    gradient[at]! += each * sum;
    for (const other of mainEffects) if (other <= at) information[at * values.length + other]! -= each;
  }
}

function startingLogOdds({ start, share, event }: ChildYears, weights: Uint8Array): number {
  let [clients, years] = [0, 0];
  weights.forEach((weight, child) => {
    clients += weight * event[child]!;
    for (let at = start[child]!; at < start[child + 1]!; at++) years += weight * share[at]!;
  });
  // Adds half a client, and half a year without one, so that a small table has a rate too.
  return Math.log((clients + 0.5) / (Math.max(0, years - clients) + 0.5));
}
