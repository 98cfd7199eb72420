import type { DisclosureParameters } from '../../../policies/engine/disclosure/parameters.js';
import { Turns } from '../../../schema/turns.js';
import type { CellKey, CellNoise } from './cellNoise.js';
import type { Dimension, OpenDimension } from './groupQuestion.js';
import { perturbCount, smallestCount } from './protectCount.js';
import type { Units } from './units.js';

/** An open dimension with the categories that it got. */
export interface ClosedDimension {
  readonly dimension: Dimension;
  /** The value that each category stands for; the category behind them is everything else. */
  readonly values: readonly number[];
}

/**
 * Makes categories of the commonest values. Like everything else that shows, which values those are is decided by perturbed
 * counts: "listed from 8 on" would tell of seven people whom an asker knows, and an eighth, whether the eighth is like them.
 * @param members bit set over unit keys
 */
export async function closeDimension(
  { values, most }: OpenDimension,
  members: Uint32Array,
  units: Units,
  parameters: DisclosureParameters,
  noise: CellNoise,
): Promise<ClosedDimension> {
  const turns = new Turns();
  const sets = new Map<number, { count: number; recordKeySum: number }>();
  const { keys, recordKeys } = units;
  await turns.through(keys.length, (from, to) => {
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
  await turns.through(keys.length, (from, to) => {
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
      // Noise is looked up only where it could lift the count so far.
      .filter(([, { count }]) => count + parameters.noise.maximum >= smallest)
      .map(([value, set]) => ({ value, perturbed: perturbCount(set, parameters, noise) }))
      .filter(({ perturbed }) => perturbed >= smallest)
      .sort((a, b) => b.perturbed - a.perturbed || a.value - b.value)
      .slice(0, most)
      .map(({ value }) => value)
  );
}
