import { registryOfFeature } from '../../registry-kit/features/feature.js';
import type { CalibrationBand } from '../../risk-model/model/modelContent.js';
import type { RiskModel } from '../../risk-model/model/riskModel.js';
import {
  checkAnswered,
  childFactors,
  type RiskModelInForce,
  unanswered,
} from '../../risk-model/model/riskStore.js';
import type { Feed } from '../../schema/feed.js';

/** What a caller sees about one child. Log-odds are whole millionths. */
export interface Assessment {
  readonly probability: number;
  readonly interval: readonly [from: number, until: number];
  readonly percentile: number;
  readonly base: number;
  /** The sum of `base` and all contributions, as shown. */
  readonly score: number;
  readonly contributions: readonly Contribution[];
  /** How many of the model's shown factors are unknown for this child. */
  readonly missing: number;
  readonly calibration: CalibrationBand;
}

export type AssessmentResult =
  | { readonly status: NoAssessmentReason | 'NOT_APPLICABLE' }
  | { readonly status: 'ASSESSED'; readonly assessment: Assessment };

/**
 * Assesses one child from the registries' feeds, or returns why it does not. It first checks whether a model
 * serves and which registries withhold, because neither depends on the child.
 *
 * If a factor is hidden, the caller sees whole percents, and figures derived from those. A finer probability
 * would reveal the totals that are rounded to steps (see `TOTAL_STEP`).
 *
 * @param horizonYears 1 to 5
 * @throws PolkuError SUBGRAPH_UNAVAILABLE if a registry failed
 */
export function assess(
  inForce: RiskModelInForce,
  feeds: readonly (readonly [registry: string, Feed])[],
  horizonYears: number,
): AssessmentResult {
  const serving = servingModel(inForce, feeds);
  if (typeof serving === 'string') return { status: serving };
  checkAnswered(feeds);
  const child = childFactors(feeds);
  if (!child) return { status: 'NOT_APPLICABLE' };
  const { model, scoreInShadow } = serving;
  const values = Float64Array.from(model.factors, (factor) => {
    const value = child.values.get(factor);
    if (value === undefined) throw unanswered(registryOfFeature(factor));
    return value;
  });
  const score = model.assess(values, child.exposure);
  scoreInShadow?.(child, score);
  const { contributions, hidesSome } = visibleContributions(model, score.contributions, child.shown);
  const rounded = hidesSome ? wholePercent : (value: number) => value;
  const probability = rounded(score.probability(horizonYears));
  const [from, until] = score.interval(horizonYears);
  return {
    status: 'ASSESSED',
    assessment: {
      probability,
      interval: [rounded(from), rounded(until)],
      percentile: score.percentile(horizonYears, probability),
      base: score.base,
      score: contributions.reduce((sum, { logOdds }) => sum + logOdds, score.base),
      contributions,
      missing: model.factors.filter((factor, at) => child.shown.has(factor) && Number.isNaN(values[at]))
        .length,
      calibration: score.band(horizonYears, probability),
    },
  };
}

function wholePercent(value: number): number {
  return Math.round(value * 100) / 100;
}

/** What some terms add to a score. Log-odds are whole millionths. */
export interface Contribution {
  /** The registries of these factors, sorted. */
  readonly registries: readonly string[];
  /** The factors of a term if the caller may see them all. Empty: a total of several terms. */
  readonly factors: readonly string[];
  readonly logOdds: number;
}

interface VisibleContributions {
  /** First single terms, largest first; then totals. */
  readonly contributions: readonly Contribution[];
  /** Whether some terms are only part of totals. */
  readonly hidesSome: boolean;
}

/**
 * Totals are rounded to steps of this many millionths of log-odds, a twentieth of one. An exact sum would
 * reveal its values to a reader who knows the model: nearly always only one combination fits.
 */
const TOTAL_STEP = 50_000;

/** Totals of fewer hidden terms are merged with others. */
const TERMS_IN_TOTAL = 3;

/**
 * Splits a score into what the caller may see. A term is listed if all its factors are shown, and omitted if
 * it adds 0. All other terms are summed by their registries. The list of totals depends on the model and on
 * what is shown, never on a child's values.
 */
export function visibleContributions(
  model: RiskModel,
  contributions: Int32Array,
  shown: ReadonlySet<string>,
): VisibleContributions {
  const single: Contribution[] = [];
  const hidden = new Map<string, Total>();
  model.terms.forEach(({ factors }, term) => {
    const logOdds = contributions[term]!;
    const registries = [...new Set(factors.map(registryOfFeature))].sort();
    if (factors.every((factor) => shown.has(factor))) {
      if (logOdds !== 0) single.push({ registries, factors, logOdds });
      return;
    }
    const name = registries.join(' ');
    const total = hidden.get(name) ?? { registries, terms: 0, logOdds: 0 };
    hidden.set(name, { registries, terms: total.terms + 1, logOdds: total.logOdds + logOdds });
  });
  single.sort((a, b) => Math.abs(b.logOdds) - Math.abs(a.logOdds) || compareText(nameOf(a), nameOf(b)));
  const totals = mergeSmall([...hidden.values()]).map(({ registries, logOdds }): Contribution => ({
    registries,
    factors: [],
    // Adding 0 turns -0 into 0.
    logOdds: Math.round(logOdds / TOTAL_STEP) * TOTAL_STEP + 0,
  }));
  return { contributions: [...single, ...totals], hidesSome: totals.length > 0 };
}

interface Total {
  readonly registries: readonly string[];
  readonly terms: number;
  readonly logOdds: number;
}

/** Merges totals of few terms, smallest first, until each total has enough terms or only one is left. */
function mergeSmall(totals: readonly Total[]): readonly Total[] {
  const left = totals.toSorted((a, b) => a.terms - b.terms || compareText(nameOf(a), nameOf(b)));
  while (left.length > 1 && left[0]!.terms < TERMS_IN_TOTAL) {
    const [a, b] = left.splice(0, 2) as [Total, Total];
    const registries = [...new Set([...a.registries, ...b.registries])].sort();
    left.push({ registries, terms: a.terms + b.terms, logOdds: a.logOdds + b.logOdds });
    left.sort((one, other) => one.terms - other.terms || compareText(nameOf(one), nameOf(other)));
  }
  return left.sort((a, b) => compareText(nameOf(a), nameOf(b)));
}

function nameOf({
  registries,
  factors = [],
}: {
  registries: readonly string[];
  factors?: readonly string[];
}): string {
  return [...factors, ...registries].join(' ');
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Why there is no assessment for any child. */
type NoAssessmentReason = 'NO_MODEL' | 'SWITCHED_OFF' | 'WITHHELD';

type Serving = Extract<RiskModelInForce, { readonly state: 'serving' }>;

/** Returns the model that may assess these feeds, or why none may. Neither depends on a child. */
export function servingModel(
  inForce: RiskModelInForce,
  feeds: readonly (readonly [registry: string, Feed])[],
): Serving | NoAssessmentReason {
  if (inForce.state === 'no-model') return 'NO_MODEL';
  if (inForce.state === 'switched-off') return 'SWITCHED_OFF';
  return feeds.some(([, { state }]) => state === 'withheld') ? 'WITHHELD' : inForce;
}

/** The share of all children that became clients, by bands of one horizon. */
export function baseRateOf(bands: readonly CalibrationBand[]): number {
  const children = bands.reduce((sum, band) => sum + band.children, 0);
  return bands.reduce((sum, band) => sum + band.children * band.observed, 0) / children;
}
