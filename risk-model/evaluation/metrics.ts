/**
 * Probabilities are clamped to this distance from 0 and 1, so that one wrong certainty does not outweigh all
 * else.
 */
const MOST_SURE = 1e-9;
const BANDS = 20;
const NEWTON_STEPS = 50;
/** Newton's method stops when the slope changes by less. */
const SETTLED = 1e-7;
const SMALLEST_STEP = 2 ** -20;
/** Two likelihoods whose relative difference is smaller are equal up to rounding. */
const ROUNDING = 1e-12;
/** Log-odds that lie closer together are equal up to rounding. No regression on them is possible. */
const LEAST_SPREAD = 1e-9;

/**
 * A measure of quality. It is null if it is not defined for these children, such as an AUC without clients.
 */
export type Measurement = number | null;

/**
 * The area under the ROC curve: how often a client has a higher probability than another child. Ties count
 * half (Mann & Whitney 1947).
 */
export function auc({ probability, event, weight }: Predictions, order: Uint32Array): Measurement {
  let [below, pairs, clients] = [0, 0, 0];
  for (let i = 0; i < order.length;) {
    let [tiedClients, tiedOthers] = [0, 0];
    const value = probability[order[i]!]!;
    for (; i < order.length && probability[order[i]!] === value; i++) {
      const child = order[i]!;
      if (event[child] === 1) tiedClients += weight[child]!;
      else tiedOthers += weight[child]!;
    }
    pairs += tiedClients * (below + tiedOthers / 2);
    below += tiedOthers;
    clients += tiedClients;
  }
  return quotient(pairs, clients * below);
}

/**
 * Average precision: over all clients, the mean share of clients among the children with at least the same
 * probability.
 */
export function prAuc({ probability, event, weight }: Predictions, order: Uint32Array): Measurement {
  let [found, taken, sum] = [0, 0, 0];
  for (let i = order.length - 1; i >= 0;) {
    const value = probability[order[i]!]!;
    let tied = 0;
    for (; i >= 0 && probability[order[i]!] === value; i--) {
      const child = order[i]!;
      taken += weight[child]!;
      if (event[child] === 1) tied += weight[child]!;
    }
    found += tied;
    if (taken > 0) sum += (tied * found) / taken;
  }
  return quotient(sum, found);
}

export function logLoss({ probability, event, weight }: Predictions): Measurement {
  return meanOf(weight, (child) => {
    const within = Math.min(Math.max(probability[child]!, MOST_SURE), 1 - MOST_SURE);
    return -Math.log(event[child] === 1 ? within : 1 - within);
  });
}

export function brier({ probability, event, weight }: Predictions): Measurement {
  return meanOf(weight, (child) => (probability[child]! - event[child]!) ** 2);
}

/**
 * Expected calibration error: the mean distance between predicted and observed shares, in bands of equally
 * many children.
 * @param came by child: 1 or 0, or the true probability if it is known
 */
export function calibrationError(
  { probability, weight }: Predictions,
  order: Uint32Array,
  came: ArrayLike<number>,
): Measurement {
  const whole = weight.reduce((sum, value) => sum + value, 0);
  let [error, band, reached, predicted, happened] = [0, 1, 0, 0, 0];
  for (const child of order) {
    reached += weight[child]!;
    predicted += weight[child]! * probability[child]!;
    happened += weight[child]! * came[child]!;
    if (reached < (band * whole) / BANDS) continue;
    error += Math.abs(predicted - happened);
    [predicted, happened] = [0, 0];
    while (reached >= (band * whole) / BANDS && band <= BANDS) band++;
  }
  return quotient(error, whole);
}

/**
 * The slope of a logistic regression of the outcome on the predicted log-odds. It is below 1 if they are too
 * extreme (Cox 1958). Newton's method with step halving finds it. It is not defined if all children became
 * clients or none did, if all log-odds are equal, or if they separate clients from others, because no maximum
 * of the likelihood exists then (Albert & Anderson 1984).
 */
export function calibrationSlope({ probability, event, weight }: Predictions): Measurement {
  const logOdds = probability.map((value) => {
    const within = Math.min(Math.max(value, MOST_SURE), 1 - MOST_SURE);
    return Math.log(within / (1 - within));
  });
  const range = () => ({ least: Infinity, most: -Infinity });
  const [others, clients] = [range(), range()];
  logOdds.forEach((x, child) => {
    if (weight[child] === 0) return;
    const own = event[child] === 1 ? clients : others;
    [own.least, own.most] = [Math.min(own.least, x), Math.max(own.most, x)];
  });
  const [least, most] = [Math.min(others.least, clients.least), Math.max(others.most, clients.most)];
  const overlap = others.most > clients.least && clients.most > others.least;
  if (!overlap || most - least < LEAST_SPREAD) return null;
  // Centred, so that a narrow range far from 0 loses no digits. The slope stays the same.
  const middle = (least + most) / 2;
  const fit = (intercept: number, slope: number): LogisticFit => {
    let [likelihood, g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0, 0];
    for (let child = 0; child < logOdds.length; child++) {
      const times = weight[child]!;
      if (times === 0) continue;
      const x = logOdds[child]! - middle;
      const odds = intercept + slope * x;
      const fitted = 1 / (1 + Math.exp(-odds));
      likelihood -= times * Math.log1p(Math.exp(event[child] === 1 ? -odds : odds));
      const [gradient, curvature] = [times * (event[child]! - fitted), times * fitted * (1 - fitted)];
      g0 += gradient;
      g1 += gradient * x;
      h00 += curvature;
      h01 += curvature * x;
      h11 += curvature * x * x;
    }
    const determinant = h00 * h11 - h01 * h01;
    const step = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant] as const;
    return { likelihood, intercept, slope, step };
  };
  let best = fit(middle, 1);
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const {
      intercept,
      slope,
      step: [up, steeper],
    } = best;
    if (!Number.isFinite(up) || !Number.isFinite(steeper)) return null;
    if (Math.abs(steeper) < SETTLED) return slope + steeper;
    let [size, next] = [1, fit(intercept + up, slope + steeper)];
    // Also halves if the likelihood is NaN: the step went out of range.
    const enough = best.likelihood * (1 + ROUNDING);
    while (!(next.likelihood >= enough) && size > SMALLEST_STEP) {
      size /= 2;
      next = fit(intercept + size * up, slope + size * steeper);
    }
    if (size <= SMALLEST_STEP) return null;
    best = next;
  }
  return null;
}

/** A point of the logistic regression, and the Newton step from there. */
interface LogisticFit {
  readonly likelihood: number;
  readonly intercept: number;
  readonly slope: number;
  readonly step: readonly [intercept: number, slope: number];
}

/** Rates of the children with at least a probability. */
export interface AtThreshold {
  readonly threshold: number;
  /** Children at or above it. */
  readonly flagged: number;
  /**
   * The flagged share of clients, the flagged share of others, and the share of clients among the flagged.
   */
  readonly truePositiveRate: Measurement;
  readonly falsePositiveRate: Measurement;
  readonly precision: Measurement;
  /**
   * The net benefit of acting on the flag, in clients found per child. The threshold sets the cost of acting
   * on a child without need (Vickers & Elkin 2006).
   */
  readonly netBenefit: Measurement;
  /** The net benefit if all children were flagged. */
  readonly netBenefitOfAll: Measurement;
}

export function atThreshold({ probability, event, weight }: Predictions, threshold: number): AtThreshold {
  let [found, needless, clients, others] = [0, 0, 0, 0];
  for (let child = 0; child < probability.length; child++) {
    const flagged = probability[child]! >= threshold;
    if (event[child] === 1) {
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
    truePositiveRate: quotient(found, clients),
    falsePositiveRate: quotient(needless, others),
    precision: quotient(found, found + needless),
    netBenefit: quotient(found - cost * needless, all),
    netBenefitOfAll: quotient(clients - cost * others, all),
  };
}

/** A share of nothing is not defined. */
function quotient(part: number, whole: number): Measurement {
  return whole === 0 ? null : part / whole;
}

export function meanOf(weight: Uint8Array, value: (child: number) => number): Measurement {
  let [sum, whole] = [0, 0];
  for (let child = 0; child < weight.length; child++) {
    if (weight[child] === 0) continue;
    sum += weight[child]! * value(child);
    whole += weight[child]!;
  }
  return quotient(sum, whole);
}

/** Predictions for children at one horizon, and their outcomes. */
export interface Predictions {
  /** Probabilities, by child. */
  readonly probability: Float64Array;
  /** 1 if the child became a client. */
  readonly event: Uint8Array;
  /** How often each child counts: 1, or in a bootstrap as often as its family was drawn. */
  readonly weight: Uint8Array;
}

/** Children sorted by their probability. One sort serves all draws of families. */
export function orderOf(probability: Float64Array): Uint32Array {
  return Uint32Array.from(probability.keys()).sort((a, b) => probability[a]! - probability[b]!);
}
