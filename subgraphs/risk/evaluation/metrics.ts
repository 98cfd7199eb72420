import type { Foretold } from './foretold.js';

/** Nothing is taken to be foretold more surely than this, or one wrong certainty would outweigh all else. */
const MOST_SURE = 1e-9;
const BANDS = 20;
const NEWTON_STEPS = 25;
/** A slope that changes by less is found. */
const SETTLED = 1e-7;

/** Area under the ROC curve: how often a client had a higher probability than another child; ties count half (Mann & Whitney 1947). */
export function auc({ probability, became, weight }: Foretold, order: Uint32Array): number {
  let [below, pairs, clients] = [0, 0, 0];
  for (let i = 0; i < order.length;) {
    let [tiedClients, tiedOthers] = [0, 0];
    const value = probability[order[i]!]!;
    for (; i < order.length && probability[order[i]!] === value; i++) {
      const child = order[i]!;
      if (became[child] === 1) tiedClients += weight[child]!;
      else tiedOthers += weight[child]!;
    }
    pairs += tiedClients * (below + tiedOthers / 2);
    below += tiedOthers;
    clients += tiedClients;
  }
  return pairs / (clients * below);
}

/** Average precision: the mean share of clients among those at least as likely, over all clients. */
export function prAuc({ probability, became, weight }: Foretold, order: Uint32Array): number {
  let [found, taken, sum] = [0, 0, 0];
  for (let i = order.length - 1; i >= 0;) {
    const value = probability[order[i]!]!;
    let tied = 0;
    for (; i >= 0 && probability[order[i]!] === value; i--) {
      const child = order[i]!;
      taken += weight[child]!;
      if (became[child] === 1) tied += weight[child]!;
    }
    found += tied;
    if (taken > 0) sum += (tied * found) / taken;
  }
  return sum / found;
}

export function logLoss({ probability, became, weight }: Foretold): number {
  return meanOf(weight, (child) => {
    const within = Math.min(Math.max(probability[child]!, MOST_SURE), 1 - MOST_SURE);
    return -Math.log(became[child] === 1 ? within : 1 - within);
  });
}

export function brier({ probability, became, weight }: Foretold): number {
  return meanOf(weight, (child) => (probability[child]! - became[child]!) ** 2);
}

/**
 * Expected calibration error: in bands of as many children each, how far the mean probability is from what came, on average.
 * @param came by child: 1 or 0, or where it is known the true probability
 */
export function calibrationError(
  { probability, weight }: Foretold,
  order: Uint32Array,
  came: ArrayLike<number>,
): number {
  const whole = weight.reduce((sum, value) => sum + value, 0);
  let [error, band, reached, foretold, happened] = [0, 1, 0, 0, 0];
  for (const child of order) {
    reached += weight[child]!;
    foretold += weight[child]! * probability[child]!;
    happened += weight[child]! * came[child]!;
    if (reached < (band * whole) / BANDS) continue;
    error += Math.abs(foretold - happened);
    [foretold, happened] = [0, 0];
    while (reached >= (band * whole) / BANDS && band <= BANDS) band++;
  }
  return error / whole;
}

/** The slope of a logistic regression of what came on the log-odds foretold: below 1 where they are too extreme (Cox 1958). */
export function calibrationSlope({ probability, became, weight }: Foretold): number {
  const logOdds = probability.map((value) => {
    const within = Math.min(Math.max(value, MOST_SURE), 1 - MOST_SURE);
    return Math.log(within / (1 - within));
  });
  let [intercept, slope] = [0, 1];
  for (let step = 0; step < NEWTON_STEPS; step++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
    for (let child = 0; child < logOdds.length; child++) {
      if (weight[child] === 0) continue;
      const x = logOdds[child]!;
      const fitted = 1 / (1 + Math.exp(-(intercept + slope * x)));
      const [gradient, curvature] = [
        weight[child]! * (became[child]! - fitted),
        weight[child]! * fitted * (1 - fitted),
      ];
      g0 += gradient;
      g1 += gradient * x;
      h00 += curvature;
      h01 += curvature * x;
      h11 += curvature * x * x;
    }
    const determinant = h00 * h11 - h01 * h01;
    if (!(determinant > 0)) break;
    const change = (h00 * g1 - h01 * g0) / determinant;
    intercept += (h11 * g0 - h01 * g1) / determinant;
    slope += change;
    if (Math.abs(change) < SETTLED) break;
  }
  return slope;
}

/** Of those with at least this probability: how many there are, and what of them and of all came. */
export interface AtThreshold {
  readonly threshold: number;
  /** Children at or above it. */
  readonly flagged: number;
  /** Of clients, the share that is flagged; of others, the share that is; of the flagged, the share that became clients. */
  readonly truePositiveRate: number;
  readonly falsePositiveRate: number;
  readonly precision: number;
  /** What acting on it is worth, in clients found a child, where a needless act costs as the threshold implies (Vickers & Elkin 2006). */
  readonly netBenefit: number;
  /** The same where all were acted on. */
  readonly netBenefitOfAll: number;
}

export function atThreshold({ probability, became, weight }: Foretold, threshold: number): AtThreshold {
  let [found, needless, clients, others] = [0, 0, 0, 0];
  for (let child = 0; child < probability.length; child++) {
    const flagged = probability[child]! >= threshold;
    if (became[child] === 1) {
      clients += weight[child]!;
      if (flagged) found += weight[child]!;
    } else {
      others += weight[child]!;
      if (flagged) needless += weight[child]!;
    }
  }
  const [all, cost] = [clients + others, threshold / (1 - threshold)];
  return {
    threshold,
    flagged: found + needless,
    truePositiveRate: share(found, clients),
    falsePositiveRate: share(needless, others),
    precision: share(found, found + needless),
    netBenefit: share(found - cost * needless, all),
    netBenefitOfAll: share(clients - cost * others, all),
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

export function meanOf(weight: Uint8Array, value: (child: number) => number): number {
  let [sum, whole] = [0, 0];
  for (let child = 0; child < weight.length; child++) {
    if (weight[child] === 0) continue;
    sum += weight[child]! * value(child);
    whole += weight[child]!;
  }
  return sum / whole;
}
