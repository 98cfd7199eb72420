import { registryOf } from '../../registry-kit/features/feature.js';
import type { CalibrationBand } from '../../risk-model/model/modelContent.js';
import type { RiskModel } from '../../risk-model/model/riskModel.js';
import {
  checkAnswered,
  childFactors,
  type RiskModelInForce,
  unanswered,
} from '../../risk-model/model/riskStore.js';
import type { Feed } from '../../schema/feed.js';

/** What a caller is told of one child. Log-odds are whole millionths. */
export interface Assessment {
  readonly probability: number;
  readonly interval: readonly [from: number, until: number];
  readonly percentile: number;
  readonly base: number;
  /** `base` and all contributions, as they are told. */
  readonly score: number;
  readonly contributions: readonly Contribution[];
  /** How many of the model's factors that are shown are unknown of this child. */
  readonly missing: number;
  readonly calibration: CalibrationBand;
}

export type Outcome =
  | { readonly status: Silence | 'NOT_APPLICABLE' }
  | { readonly status: 'ASSESSED'; readonly assessment: Assessment };

/**
 * Assesses one child by what the registries told, or says why not. Whether there is a model and which registries withhold comes first: neither
 * depends on the child.
 *
 * Where a factor is hidden the caller is told whole percents, and what follows from them: a finer probability would give
 * the total away that is told in steps (contributions.ts).
 *
 * @param horizonYears 1 to 5
 * @throws PolkuError SUBGRAPH_UNAVAILABLE where a registry failed
 */
export function assess(
  inForce: RiskModelInForce,
  feeds: readonly (readonly [registry: string, Feed])[],
  horizonYears: number,
): Outcome {
  const asked = modelToAsk(inForce, feeds);
  if (typeof asked === 'string') return { status: asked };
  checkAnswered(feeds);
  const child = childFactors(feeds);
  if (!child) return { status: 'NOT_APPLICABLE' };
  const { model, beside } = asked;
  const values = Float64Array.from(model.factors, (factor) => {
    const value = child.values.get(factor);
    if (value === undefined) throw unanswered(registryOf(factor));
    return value;
  });
  const score = model.assess(values, child.exposure);
  beside?.(child, score);
  const { contributions, hidesSome } = tellContributions(model, score.contributions, child.shown);
  const tell = hidesSome ? wholePercent : (value: number) => value;
  const probability = tell(score.probability(horizonYears));
  const [from, until] = score.interval(horizonYears);
  return {
    status: 'ASSESSED',
    assessment: {
      probability,
      interval: [tell(from), tell(until)],
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
  /** The registries whose factors these are, sorted. */
  readonly registries: readonly string[];
  /** The factors of a term, where the caller may see them all; none: a total of terms that are not told apart. */
  readonly factors: readonly string[];
  readonly logOdds: number;
}

interface ToldContributions {
  /** Those told one by one, the weightiest first; then totals. */
  readonly contributions: readonly Contribution[];
  /** Whether some are told as totals only. */
  readonly hidesSome: boolean;
}

/**
 * Totals are told in steps of so many millionths of log-odds, a twentieth of one. An exact sum would tell, to whoever knows the
 * model, which values it was made of: nearly always only one combination fits.
 */
const TOTAL_STEP = 50_000;

/** Fewer hidden terms than this are not summed alone. */
const TERMS_IN_TOTAL = 3;

/**
 * What a caller is told of how a score came about. A term is told by itself where all its factors are shown, and is left out where
 * it adds nothing; all others are summed by the registries that they are of. Which totals there are follows from the model and
 * from what is shown, never from a child's values.
 */
export function tellContributions(
  model: RiskModel,
  contributions: Int32Array,
  shown: ReadonlySet<string>,
): ToldContributions {
  const told: Contribution[] = [];
  const hidden = new Map<string, Total>();
  model.terms.forEach(({ factors }, term) => {
    const logOdds = contributions[term]!;
    const registries = [...new Set(factors.map(registryOf))].sort();
    if (factors.every((factor) => shown.has(factor))) {
      if (logOdds !== 0) told.push({ registries, factors, logOdds });
      return;
    }
    const name = registries.join(' ');
    const total = hidden.get(name) ?? { registries, terms: 0, logOdds: 0 };
    hidden.set(name, { registries, terms: total.terms + 1, logOdds: total.logOdds + logOdds });
  });
  told.sort((a, b) => Math.abs(b.logOdds) - Math.abs(a.logOdds) || compareText(nameOf(a), nameOf(b)));
  const totals = mergeSmall([...hidden.values()]).map(({ registries, logOdds }): Contribution => ({
    registries,
    factors: [],
    // Adding 0 makes -0 a 0.
    logOdds: Math.round(logOdds / TOTAL_STEP) * TOTAL_STEP + 0,
  }));
  return { contributions: [...told, ...totals], hidesSome: totals.length > 0 };
}

interface Total {
  readonly registries: readonly string[];
  readonly terms: number;
  readonly logOdds: number;
}

/** Totals of few terms are put together, the smallest first, until none of them is of few or one is left. */
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

/** Why nothing is foretold, whoever is asked about. */
type Silence = 'NO_MODEL' | 'SWITCHED_OFF' | 'WITHHELD';

type Serving = Extract<RiskModelInForce, { readonly state: 'serving' }>;

/** The model that may be asked about what these feeds tell, or why none may: neither depends on a child. */
export function modelToAsk(
  inForce: RiskModelInForce,
  feeds: readonly (readonly [registry: string, Feed])[],
): Serving | Silence {
  if (inForce.state === 'no-model') return 'NO_MODEL';
  if (inForce.state === 'switched-off') return 'SWITCHED_OFF';
  return feeds.some(([, { state }]) => state === 'withheld') ? 'WITHHELD' : inForce;
}
