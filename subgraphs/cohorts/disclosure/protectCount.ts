import type { DisclosureParameters } from '../../../policies/engine/disclosure/parameters.js';
import { type CellKey, CellNoise } from './cellNoise.js';
import type { GroupCell } from './groupCell.js';
import type { ProtectedCount } from './groupQuestion.js';

/** What is needed to protect the count of a set. */
export type CellFigures = Omit<GroupCell, 'sketch' | 'smallest'>;

/** The count of a set with its noise. No more than this is ever looked at again, not even to decide whether it is told. */
export function perturbCount(cell: CellKey, parameters: DisclosureParameters, noise: CellNoise): number {
  return cell.count + noise.ofCount(cell, parameters.noise);
}

/**
 * The count of a set as it may be told.
 *
 * Whether it is told is decided by the perturbed numbers, against bounds so much higher that the true ones are surely kept. Were the true
 * count compared, then of a set of seven people that an asker knows, and one whom he does not, the mere fact that it is told would
 * say for certain that the eighth is in it.
 */
export function protectCount(
  cell: CellFigures,
  parameters: DisclosureParameters,
  noise: CellNoise,
): ProtectedCount {
  const count = perturbCount(cell, parameters, noise);
  if (count < smallestCount(parameters)) return null;
  const families = cell.families + noise.ofFamilies(cell);
  const told =
    families >= parameters.families + CellNoise.largestOfFamilies &&
    cell.largestFamily <= parameters.familyShare * count;
  return told ? count : null;
}

/** No perturbed count below this is ever told: one that is not is surely of as many as the minimum. */
export function smallestCount({ minimum, noise }: DisclosureParameters): number {
  return minimum + noise.maximum;
}
