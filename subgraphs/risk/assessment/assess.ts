import type { Feed } from '../../../schema/feed.js';
import { registryOf } from '../../registry/factors/factor.js';
import type { CalibrationBand } from '../model/modelContent.js';
import { modelToAsk, type Silence } from '../modelToAsk.js';
import type { RiskModelInForce } from '../riskStore.js';
import { checkAnswered, unanswered } from '../unanswered.js';
import { type Contribution, tellContributions } from './contributions.js';
import { childFactors } from './registryFactors.js';

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
