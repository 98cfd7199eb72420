import { HORIZON_YEARS } from '../../registry-kit/features/feature.js';
import { AGE_BINS, type ChildYears } from './riskTable.js';
import { growTree, type Histogram, sharedDoubles, stepOf, type TreeLimits } from './smallTree.js';

/**
 * A model while it is fitted, as the odds of each child apart from year and age. Each step multiplies odds,
 * so it needs no exponential per child.
 */
export class HazardFit {
  /**
   * By child: first and (negative) second derivative of the log-likelihood with respect to the child's
   * log-odds.
   */
  readonly gradient: Float64Array;
  readonly curvature: Float64Array;
  /** Log-odds by year, and the values of the bins of attained age. */
  readonly years: Float64Array;
  readonly ages = new Float64Array(AGE_BINS);
  /** Children that the fit uses. */
  readonly fitted: Uint32Array;
  private readonly odds: Float64Array;
  /** By cell of child-years, the odds of year and age. */
  private readonly cellOdds = new Float64Array(HORIZON_YEARS * AGE_BINS);
  private readonly cells: Histogram = histogramOf(HORIZON_YEARS * AGE_BINS);

  /** @param weights by child, how often it counts; the fit ignores children with weight 0 */
  constructor(
    private readonly childYears: ChildYears,
    private readonly weights: Uint8Array,
  ) {
    const { children } = childYears;
    this.gradient = sharedDoubles(children);
    this.curvature = sharedDoubles(children);
    this.odds = new Float64Array(children).fill(1);
    this.fitted = Uint32Array.from(weights.keys()).filter((child) => weights[child]! > 0);
    this.years = new Float64Array(HORIZON_YEARS).fill(this.#meanLogOdds());
    this.#setCellOdds();
    this.#differentiate();
  }

  /**
   * Adds to each child's log-odds the step of its cell.
   * @param cells by child
   * @param steps by cell
   */
  add(cells: Uint8Array | Uint16Array, steps: Float64Array): void {
    const factors = steps.map(Math.exp);
    for (let child = 0; child < cells.length; child++) this.odds[child]! *= factors[cells[child]!]!;
    this.#differentiate();
  }

  /**
   * Restarts from a model.
   * @param logOdds by child, apart from year and age
   */
  startFrom(logOdds: Float64Array, years: Float64Array, ages: Float64Array): void {
    logOdds.forEach((value, child) => (this.odds[child] = Math.exp(value)));
    this.years.set(years);
    this.ages.set(ages);
    this.#setCellOdds();
    this.#differentiate();
  }

  /** One step for years and one for ages. Nothing else differs between the years of a child. */
  stepYearsAndAges(rate: number, limits: TreeLimits): void {
    this.#sumCells();
    for (let year = 0; year < HORIZON_YEARS; year++) {
      let [gradient, curvature] = [0, 0];
      for (let cell = year * AGE_BINS; cell < (year + 1) * AGE_BINS; cell++) {
        gradient += this.cells.gradient[cell]!;
        curvature += this.cells.curvature[cell]!;
      }
      this.years[year]! += rate * stepOf(gradient, curvature);
    }
    this.#setCellOdds();
    this.#sumCells();
    const byAge = histogramOf(AGE_BINS);
    this.cells.gradient.forEach((value, cell) => (byAge.gradient[cell % AGE_BINS]! += value));
    this.cells.curvature.forEach((value, cell) => (byAge.curvature[cell % AGE_BINS]! += value));
    const steps = new Float64Array(AGE_BINS);
    growTree(byAge, AGE_BINS, limits, steps);
    for (let age = 0; age < AGE_BINS; age++) this.ages[age]! += rate * steps[age]!;
    this.#setCellOdds();
    this.#differentiate();
  }

  #meanLogOdds(): number {
    const { start, share, event } = this.childYears;
    let [clients, years] = [0, 0];
    for (const child of this.fitted) {
      const weight = this.weights[child]!;
      clients += weight * event[child]!;
      for (let at = start[child]!; at < start[child + 1]!; at++) years += weight * share[at]!;
    }
    // Adds half a client, and half a year without one, so that a small table has a rate too.
    return Math.log((clients + 0.5) / (Math.max(0, years - clients) + 0.5));
  }

  #setCellOdds(): void {
    for (let cell = 0; cell < this.cellOdds.length; cell++)
      this.cellOdds[cell] = Math.exp(this.years[Math.floor(cell / AGE_BINS)]! + this.ages[cell % AGE_BINS]!);
  }

  #differentiate(): void {
    const { start, cell, share, event } = this.childYears;
    const { gradient, curvature, odds, cellOdds, weights } = this;
    for (const child of this.fitted) {
      const [own, end, weight] = [odds[child]!, start[child + 1]!, weights[child]!];
      const last = event[child] === 1 ? end - 1 : end;
      let [first, second] = [0, 0];
      for (let at = start[child]!; at < last; at++) {
        const chance = own * cellOdds[cell[at]!]!;
        const none = 1 / (1 + chance);
        const slope = share[at]! * chance * none;
        first -= slope;
        second += slope * none;
      }
      if (last < end) {
        const none = 1 / (1 + own * cellOdds[cell[last]!]!);
        first += slopeOfClient(none, share[last]!);
        second += share[last]! * (1 - none) * none;
      }
      gradient[child] = weight * first;
      curvature[child] = weight * second;
    }
  }

  /** Sums the derivatives by cell of child-years. */
  #sumCells(): void {
    const { start, cell, share, event } = this.childYears;
    const { gradient, curvature } = this.cells;
    gradient.fill(0);
    curvature.fill(0);
    for (const child of this.fitted) {
      const [own, end, weight] = [this.odds[child]!, start[child + 1]!, this.weights[child]!];
      for (let at = start[child]!; at < end; at++) {
        const none = 1 / (1 + own * this.cellOdds[cell[at]!]!);
        const client = at + 1 === end && event[child] === 1;
        const slope = share[at]! * (1 - none);
        gradient[cell[at]!]! += weight * (client ? slopeOfClient(none, share[at]!) : -slope);
        curvature[cell[at]!]! += weight * slope * none;
      }
    }
  }
}

/**
 * The derivative of log(1 - none ^ share) with respect to the log-odds of a year. `none` is the probability
 * of no event in the whole year.
 */
export function slopeOfClient(none: number, share: number): number {
  if (share === 1) return none;
  const noneInShare = none ** share;
  return (share * (1 - none) * noneInShare) / (1 - noneInShare);
}

export function histogramOf(bins: number): Histogram {
  return { gradient: new Float64Array(bins), curvature: new Float64Array(bins) };
}
