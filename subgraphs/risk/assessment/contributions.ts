import { registryOf } from '../../registry/factors/factor.js';
import type { RiskModel } from '../model/riskModel.js';

/** What some terms add to a score. Log-odds are whole millionths. */
export interface Contribution {
  /** The registries whose factors these are, sorted. */
  readonly registries: readonly string[];
  /** The factors of a term, where the caller may see them all; none: a total of terms that are not told apart. */
  readonly factors: readonly string[];
  readonly logOdds: number;
}

export interface ToldContributions {
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
