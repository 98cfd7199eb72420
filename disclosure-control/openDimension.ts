import { CooperativeScheduler } from '../lib/cooperativeScheduler.js';
import type { DisclosureParameters } from '../policies/engine/disclosureParameters.js';
import { type CellKey, CellNoise } from './cellNoise.js';
import type { CountingUnits } from './countingUnits.js';
import type { CellSummary, Dimension, OpenDimension, ProtectedCount } from './groupQuestion.js';

/** An open dimension with the categories that it got. */
interface ClosedDimension {
  readonly dimension: Dimension;
  /** The value behind each category; the category after them is all other values. */
  readonly values: readonly number[];
}

/**
 * Turns the most frequent values into categories. Perturbed counts decide which values those are, as they
 * decide everything that is published. With true counts, "listed from 8 on" would reveal an eighth person: a
 * caller who knows the other seven would learn whether the eighth is like them.
 * @param members bit set over unit keys
 */
export async function closeDimension(
  { values, most }: OpenDimension,
  members: Uint32Array,
  units: CountingUnits,
  parameters: DisclosureParameters,
  noise: CellNoise,
): Promise<ClosedDimension> {
  const scheduler = new CooperativeScheduler();
  const sets = new Map<number, { count: number; recordKeySum: number }>();
  const { keys, recordKeys } = units;
  await scheduler.forEachChunk(keys.length, (from, to) => {
    for (let unit = from; unit < to; unit++) {
      const key = keys[unit]!;
      const value = values[key]!;
      if (((members[key >>> 5]! >>> (key & 31)) & 1) === 0 || Number.isNaN(value)) continue;
      const set = sets.get(value);
      if (set) {
        set.count++;
        set.recordKeySum = (set.recordKeySum + recordKeys[unit]!) >>> 0;
      } else sets.set(value, { count: 1, recordKeySum: recordKeys[unit]! });
    }
  });
  const common = commonest(sets, most, parameters, noise);
  const numbers = new Map(common.map((value, number) => [value, number]));
  const size = common.length + 1;
  const codes = new Uint16Array(values.length).fill(size);
  await scheduler.forEachChunk(keys.length, (from, to) => {
    for (let unit = from; unit < to; unit++) {
      const value = values[keys[unit]!]!;
      if (!Number.isNaN(value)) codes[keys[unit]!] = numbers.get(value) ?? common.length;
    }
  });
  return { dimension: { size, codes }, values: common };
}

function commonest(
  sets: ReadonlyMap<number, CellKey>,
  most: number,
  parameters: DisclosureParameters,
  noise: CellNoise,
): readonly number[] {
  const smallest = smallestCount(parameters);
  return (
    [...sets]
      // Noise is computed only if it could lift the count over the threshold.
      .filter(([, { count }]) => count + parameters.noise.maximum >= smallest)
      .map(([value, set]) => ({ value, perturbed: perturbCount(set, parameters, noise) }))
      .filter(({ perturbed }) => perturbed >= smallest)
      .sort((a, b) => b.perturbed - a.perturbed || a.value - b.value)
      .slice(0, most)
      .map(({ value }) => value)
  );
}

/** The figures that protect the count of a set. */
type CellFigures = Omit<CellSummary, 'sketch' | 'smallest'>;

/**
 * The count of a set with its noise. Nothing else of the set is used again, not even to decide whether it is
 * published.
 */
export function perturbCount(cell: CellKey, parameters: DisclosureParameters, noise: CellNoise): number {
  return cell.count + noise.ofCount(cell, parameters.noise);
}

/**
 * Returns the count of a set as it may be published.
 *
 * Perturbed numbers decide whether it is published. The thresholds are raised by the largest noise, so that
 * the true numbers certainly meet the rules. If the true count were compared, a caller could ask about seven
 * people they know and an eighth person. The mere fact that the count is published would prove that the
 * eighth is in the set.
 */
export function protectCount(
  cell: CellFigures,
  parameters: DisclosureParameters,
  noise: CellNoise,
): ProtectedCount {
  const count = perturbCount(cell, parameters, noise);
  if (count < smallestCount(parameters)) return null;
  const families = cell.families + noise.ofFamilies(cell);
  const published =
    families >= parameters.families + CellNoise.largestOfFamilies &&
    cell.largestFamily <= parameters.familyShare * count;
  return published ? count : null;
}

/**
 * No perturbed count below this is ever published. Any count at or above it certainly reaches the minimum.
 */
export function smallestCount({ minimum, noise }: DisclosureParameters): number {
  return minimum + noise.maximum;
}
