import type { BinnedFactors } from './binnedFeatures.js';
import {
  type Candidate,
  type Cross,
  crossOf,
  OneFactor,
  ThreeFactors,
  TwoFactors,
  Workbench,
} from './candidates.js';
import type { FittedTerms, LearntTerms } from './fitTerms.js';
import { HazardFit } from './hazardFit.js';
import type { ChildYears } from './riskTable.js';
import { type Derivatives, pairOf } from './screenPairs.js';
import type { TreeLimits } from './smallTree.js';
import { joinCuts, type Term, type TermCells } from './term.js';

export interface ChoiceSettings {
  readonly limits: TreeLimits;
  /** The learning rate: the part of each step that is applied. */
  readonly rate: number;
  /** What a step must gain in addition to the complexity penalty of its candidates. */
  readonly surprise: number;
  /** Steps of years and ages before the first factor. */
  readonly warmUp: number;
  /** The number of factor steps between steps of years and ages. */
  readonly perYears: number;
}

/** Gains of all pairs, by number. */
export type PairScreen = (derivatives: Derivatives, least: number) => Promise<Float64Array>;

/**
 * Greedy forward selection of factors, pairs and triplets, and of their cuts. It always takes the step with
 * the largest gain, as long as the gain exceeds the complexity penalty: what the best of as many candidates
 * without effect would gain by chance. It considers single factors first, then pairs of selected factors,
 * then all pairs, then a third factor for each selected pair.
 */
export async function chooseTerms(
  factors: BinnedFactors,
  childYears: ChildYears,
  weights: Uint8Array,
  age: number,
  settings: ChoiceSettings,
  screen: PairScreen,
  progress: (chosen: number) => void,
  before: LearntTerms | undefined,
): Promise<readonly Term[]> {
  const { limits, rate, surprise, warmUp, perYears } = settings;
  const fit = new HazardFit(childYears, weights);
  const bench = new Workbench(factors, fit, limits);
  const taken: Term[] = [];
  const chosen = new Set<string>();
  const crosses: Cross[] = [];
  if (before === undefined) for (let i = 0; i < warmUp; i++) fit.stepYearsAndAges(rate, limits);
  else {
    fit.startFrom(
      logOddsOf(before.cells, before.fitted, factors.children),
      before.fitted.years,
      before.fitted.ages,
    );
    taken.push(...before.terms);
    for (const term of before.terms) {
      chosen.add(String(term.factors));
      for (const factor of term.factors) chosen.add(String([factor]));
      if (term.factors.length === 2) crosses.push(crossOf(bench, term));
    }
  }

  const take = (candidate: Candidate) => {
    const term = candidate.take(rate);
    taken.push(term);
    if (!chosen.has(String(term.factors))) {
      chosen.add(String(term.factors));
      progress(chosen.size);
      if ('quarters' in term) crosses.push(term as Cross);
    }
    if (taken.length % perYears === 0) fit.stepYearsAndAges(rate, limits);
  };

  // The main effect of age comes from the age attained in each year.
  const all = [...factors.fine.cuts.keys()];
  const ones = rivals(all.flatMap((factor) => (factor === age ? [] : [new OneFactor(bench, factor)])));
  climb(ones, surprise, take);

  const takenFactors = all.filter((factor) => factor === age || chosen.has(String([factor])));
  const twosOfTaken = rivals(
    takenFactors.flatMap((second, i) =>
      takenFactors.slice(0, i).map((first) => new TwoFactors(bench, [first, second])),
    ),
  );
  climb([...twosOfTaken, ...ones], surprise, take);

  const gains = await screen(fit, limits.curvature);
  // A pair whose gain is far too small will not gain enough after others are selected.
  const promising = [...gains.keys()].filter((pair) => gains[pair]! > chance(gains.length));
  const twos = promising.map((pair) => new TwoFactors(bench, pairOf(pair)));
  climb([...rivals(twos, gains.length), ...twosOfTaken, ...ones], surprise, take);

  const threes = new Map<string, ThreeFactors>();
  const cutOf = firstCuts(taken);
  const cutFactors = all.filter((factor) => cutOf.has(factor));
  for (const second of cutFactors) {
    for (const first of cutFactors) {
      if (first >= second) continue;
      const known = crosses.find(({ factors: of }) => of[0] === first && of[1] === second);
      const cross =
        known ?? crossOf(bench, { factors: [first, second], cuts: [cutOf.get(first)!, cutOf.get(second)!] });
      for (const third of cutFactors) {
        if (third <= second && known === undefined) continue;
        if (third === first || third === second) continue;
        const three = new ThreeFactors(bench, cross, third);
        const key = String(three.factors);
        if (known !== undefined || !threes.has(key)) threes.set(key, three);
      }
    }
  }
  climb([...rivals([...threes.values()]), ...twosOfTaken, ...ones], surprise, take);
  return joinCuts(taken);
}

/** By factor, one of its cuts: from an interaction if there is one, else from the single factor. */
function firstCuts(taken: readonly Term[]): Map<number, readonly number[]> {
  const cutOf = new Map<number, readonly number[]>();
  for (const { factors, cuts } of taken.toSorted((a, b) => b.factors.length - a.factors.length))
    factors.forEach((factor, i) => cutOf.has(factor) || cutOf.set(factor, cuts[i]!.slice(0, 1)));
  return cutOf;
}

/** A candidate with its complexity penalty. */
interface Rival {
  readonly candidate: Candidate;
  readonly chance: number;
}

function rivals(candidates: readonly Candidate[], among = candidates.length): Rival[] {
  return candidates.map((candidate) => ({ candidate, chance: chance(among) }));
}

/**
 * The risk inflation criterion (RIC): the expected largest of so many likelihood ratios without any effect
 * (Foster & George 1994).
 */
function chance(candidates: number): number {
  return 2 * Math.log(Math.max(1, candidates));
}

/**
 * Takes steps, largest gain first, until no gain is large enough. A gain hardly ever grows after other steps,
 * so a candidate is evaluated again only if its last known gain is the largest (lazy greedy: Minoux 1978).
 */
function climb(candidates: readonly Rival[], surprise: number, take: (candidate: Candidate) => void): void {
  const excess = ({ candidate, chance }: Rival) => candidate.find() - chance - surprise;
  for (let steps = -1; steps !== 0;) {
    const excesses = Float64Array.from(candidates, excess);
    steps = 0;
    for (let top = largest(excesses); excesses[top]! > 0; top = largest(excesses)) {
      excesses[top] = excess(candidates[top]!);
      if (!(excesses[top]! > 0) || top !== largest(excesses)) continue;
      take(candidates[top]!.candidate);
      steps++;
    }
  }
}

function largest(numbers: Float64Array): number {
  let at = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i]! > numbers[at]!) at = i;
  return at;
}

/** By child, the sum of the terms' values. */
export function logOddsOf(
  cells: readonly TermCells[],
  { terms }: Pick<FittedTerms, 'terms'>,
  children: number,
): Float64Array {
  const sum = new Float64Array(children);
  cells.forEach(({ cells: of }, term) => {
    const values = terms[term]!;
    for (let child = 0; child < sum.length; child++) sum[child]! += values[of[child]!]!;
  });
  return sum;
}
