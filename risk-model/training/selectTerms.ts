import type { BinnedFactors } from './binnedFeatures.js';
import {
  type Candidate,
  FitContext,
  type Interaction,
  interactionOf,
  PairCandidate,
  SingleFactorCandidate,
  TripletCandidate,
} from './candidates.js';
import type { FittedTerms, LearntTerms } from './fitTerms.js';
import { HazardFit } from './hazardFit.js';
import type { ChildYears } from './riskTable.js';
import { type Derivatives, pairOf } from './screenPairs.js';
import type { TreeLimits } from './smallTree.js';
import { joinCuts, type Term, type TermCells } from './term.js';

export interface SelectionSettings {
  readonly limits: TreeLimits;
  /** The learning rate: the part of each step that is applied. */
  readonly rate: number;
  /** What a step must gain in addition to the complexity penalty of its candidates. */
  readonly margin: number;
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
export async function selectTerms(
  factors: BinnedFactors,
  childYears: ChildYears,
  weights: Uint8Array,
  age: number,
  settings: SelectionSettings,
  screen: PairScreen,
  progress: (chosen: number) => void,
  before: LearntTerms | undefined,
): Promise<readonly Term[]> {
  const { limits, rate, margin, warmUp, perYears } = settings;
  const fit = new HazardFit(childYears, weights);
  const context = new FitContext(factors, fit, limits);
  const selected: Term[] = [];
  const chosen = new Set<string>();
  const interactions: Interaction[] = [];
  if (before === undefined) for (let i = 0; i < warmUp; i++) fit.stepYearsAndAges(rate, limits);
  else {
    fit.startFrom(
      logOddsOf(before.cells, before.fitted, factors.children),
      before.fitted.years,
      before.fitted.ages,
    );
    selected.push(...before.terms);
    for (const term of before.terms) {
      chosen.add(String(term.factors));
      for (const factor of term.factors) chosen.add(String([factor]));
      if (term.factors.length === 2) interactions.push(interactionOf(context, term));
    }
  }

  const applyStep = (candidate: Candidate) => {
    const term = candidate.apply(rate);
    selected.push(term);
    if (!chosen.has(String(term.factors))) {
      chosen.add(String(term.factors));
      progress(chosen.size);
      if ('quadrants' in term) interactions.push(term as Interaction);
    }
    if (selected.length % perYears === 0) fit.stepYearsAndAges(rate, limits);
  };

  // The main effect of age comes from the age attained in each year.
  const all = [...factors.fine.cuts.keys()];
  const singles = withPenalty(
    all.flatMap((factor) => (factor === age ? [] : [new SingleFactorCandidate(context, factor)])),
  );
  selectForward(singles, margin, applyStep);

  const selectedFactors = all.filter((factor) => factor === age || chosen.has(String([factor])));
  const pairsOfSelected = withPenalty(
    selectedFactors.flatMap((second, i) =>
      selectedFactors.slice(0, i).map((first) => new PairCandidate(context, [first, second])),
    ),
  );
  selectForward([...pairsOfSelected, ...singles], margin, applyStep);

  const gains = await screen(fit, limits.curvature);
  // A pair whose gain is far too small will not gain enough after others are selected.
  const promising = [...gains.keys()].filter((pair) => gains[pair]! > ricPenalty(gains.length));
  const pairs = promising.map((pair) => new PairCandidate(context, pairOf(pair)));
  selectForward([...withPenalty(pairs, gains.length), ...pairsOfSelected, ...singles], margin, applyStep);

  const triplets = new Map<string, TripletCandidate>();
  const cutOf = firstCuts(selected);
  const cutFactors = all.filter((factor) => cutOf.has(factor));
  for (const second of cutFactors) {
    for (const first of cutFactors) {
      if (first >= second) continue;
      const known = interactions.find(({ factors: of }) => of[0] === first && of[1] === second);
      const interaction =
        known ??
        interactionOf(context, { factors: [first, second], cuts: [cutOf.get(first)!, cutOf.get(second)!] });
      for (const third of cutFactors) {
        if (third <= second && known === undefined) continue;
        if (third === first || third === second) continue;
        const triplet = new TripletCandidate(context, interaction, third);
        const key = String(triplet.factors);
        if (known !== undefined || !triplets.has(key)) triplets.set(key, triplet);
      }
    }
  }
  selectForward([...withPenalty([...triplets.values()]), ...pairsOfSelected, ...singles], margin, applyStep);
  return joinCuts(selected);
}

/** By factor, one of its cuts: from an interaction if there is one, else from the single factor. */
function firstCuts(selected: readonly Term[]): Map<number, readonly number[]> {
  const cutOf = new Map<number, readonly number[]>();
  for (const { factors, cuts } of selected.toSorted((a, b) => b.factors.length - a.factors.length))
    factors.forEach((factor, i) => cutOf.has(factor) || cutOf.set(factor, cuts[i]!.slice(0, 1)));
  return cutOf;
}

/** A candidate with its complexity penalty. */
interface PenalisedCandidate {
  readonly candidate: Candidate;
  readonly penalty: number;
}

function withPenalty(candidates: readonly Candidate[], among = candidates.length): PenalisedCandidate[] {
  return candidates.map((candidate) => ({ candidate, penalty: ricPenalty(among) }));
}

/**
 * The risk inflation criterion (RIC): the expected largest of so many likelihood ratios without any effect
 * (Foster & George 1994).
 */
function ricPenalty(candidates: number): number {
  return 2 * Math.log(Math.max(1, candidates));
}

/**
 * Takes steps, largest gain first, until no gain is large enough. A gain hardly ever grows after other steps,
 * so a candidate is evaluated again only if its last known gain is the largest (lazy greedy: Minoux 1978).
 */
function selectForward(
  candidates: readonly PenalisedCandidate[],
  margin: number,
  applyStep: (candidate: Candidate) => void,
): void {
  const excess = ({ candidate, penalty }: PenalisedCandidate) => candidate.find() - penalty - margin;
  for (let steps = -1; steps !== 0;) {
    const excesses = Float64Array.from(candidates, excess);
    steps = 0;
    for (let top = largest(excesses); excesses[top]! > 0; top = largest(excesses)) {
      excesses[top] = excess(candidates[top]!);
      if (!(excesses[top]! > 0) || top !== largest(excesses)) continue;
      applyStep(candidates[top]!.candidate);
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
