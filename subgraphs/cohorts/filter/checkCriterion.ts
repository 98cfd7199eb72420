import { PolkuError } from '../../../schema/polkuError.js';
import type { Access } from '../../registry/enforcement/access.js';
import { badInput, type Leaf } from '../../registry/groups/groupFilter.js';
import type { CohortSource } from '../cohortSource.js';
import type { CohortsStore } from '../cohortsStore.js';

/**
 * Checks that codes are in the registry's code list: a typing error would be answered like a group of nobody.
 * @throws PolkuError BAD_USER_INPUT
 */
export function checkCodes(
  { criterion, arguments: given }: Leaf,
  { registry, criteria }: CohortSource,
  { codes }: CohortsStore,
): void {
  for (const [name, { list }] of Object.entries(criteria[criterion]!.arguments)) {
    if (list === undefined) continue;
    const known = new Set(codes(registry, list));
    const unknown = ((given[name] ?? []) as readonly string[]).find((code) => !known.has(code));
    if (unknown !== undefined)
      throw badInput(
        `There is no "${unknown}" in the list "${list}" of ${registry}; ${criterion}.${name} takes its codes.`,
      );
  }
}

/**
 * Refuses a criterion that tests what its owner does not release to groups. The owner's registry asks the same again.
 * @throws PolkuError PURPOSE_NOT_PERMITTED
 */
export function checkReleases(
  { criterion, arguments: given }: Leaf,
  { registry, criteria }: CohortSource,
  { decision }: Access,
): void {
  const withheld = criteria[criterion]!.tests(given).find(
    (coordinate) => decision.take('Cohort', coordinate).length === 0,
  );
  if (withheld === undefined) return;
  throw new PolkuError(
    'PURPOSE_NOT_PERMITTED',
    `The owner of ${registry} does not release ${withheld} to groups for "${decision.purpose}", and ${criterion} tests it.`,
    { coordinate: withheld, registry, purpose: decision.purpose, revision: decision.revision },
  );
}
