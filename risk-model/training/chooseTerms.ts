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
  /** The part of each step that is taken. */
  readonly rate: number;
  /** What the best of many steps has to gain beyond what the best of so many without effect would gain. */
  readonly surprise: number;
  /** Steps of years and ages before the first factor. */
  readonly warmUp: number;
  /** How many steps of factors are taken between steps of years and ages. */
  readonly perYears: number;
}

/** Gains of all pairs, by number. */
export type PairScreen = (derivatives: Derivatives, least: number) => Promise<Float64Array>;

/**
 * Chooses factors, pairs and triples, and where they are cut: always the step that gains most is taken, as long as it gains so much
 * that chance would hardly make any of its rivals gain it. First single factors are looked at, then pairs of those that were taken,
 * then all pairs, then a third one to each pair that was taken.
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

  // What age does alone is told by the age attained in each year.
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
  // One that is far below what it has to gain will not gain it after others are taken.
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

/** By factor, a cut that was made of it: where it counts together with others, or else alone. */
function firstCuts(taken: readonly Term[]): Map<number, readonly number[]> {
  const cutOf = new Map<number, readonly number[]>();
  for (const { factors, cuts } of taken.toSorted((a, b) => b.factors.length - a.factors.length))
    factors.forEach((factor, i) => cutOf.has(factor) || cutOf.set(factor, cuts[i]!.slice(0, 1)));
  return cutOf;
}

/** A candidate, and what the best of its rivals would gain by chance. */
interface Rival {
  readonly candidate: Candidate;
  readonly chance: number;
}

function rivals(candidates: readonly Candidate[], among = candidates.length): Rival[] {
  return candidates.map((candidate) => ({ candidate, chance: chance(among) }));
}

/** What the largest of so many likelihood ratios comes to without any effect (Foster & George 1994). */
function chance(candidates: number): number {
  return 2 * Math.log(Math.max(1, candidates));
}

/**
 * Takes steps, the one that gains most first, until none gains enough. Gains hardly ever grow, so those that were found before a step are
 * looked at again only where they seem to be the largest (lazy greedy: Minoux 1978).
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

/** By child, what terms add. */
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
