import { PolkuError } from '../lib/errors.js';
import type { RiskSource } from '../registry-kit/features/feature.js';
import type { DepartmentRegistry, SubgraphModule } from '../registry-kit/subgraph/departmentRegistry.js';
import type { CohortSource } from './cohorts/cohortsStore.js';
import { cohortsModule } from './cohorts/subgraph.js';
import * as departments from './departments.js';
import { directoryModule } from './directory/subgraph.js';
import { linkageModule } from './linkage/subgraph.js';
import { pathsModule } from './paths/subgraph.js';
import { riskModule } from './risk/subgraph.js';

const { population, ...others } = departments;

/** The names of registries that this city leaves out: POLKU_WITHOUT, separated by commas. */
export const leftOut: ReadonlySet<string> = readLeftOut(process.env['POLKU_WITHOUT'] ?? '');

/**
 * The departmental registries in the order of extraction. The population register is first: it decides who is
 * known.
 */
export const registries: readonly DepartmentRegistry[] = [population, ...Object.values(others)].filter(
  ({ definition }) => !leftOut.has(definition.name),
);

/** The registries that give contacts to service paths and have care relationships. */
const sectors = registries.flatMap(({ definition: { name }, contactType }) =>
  contactType === undefined ? [] : [{ registry: name, contactType }],
);

/** The registries that have criteria for groups. */
export const groupSources: readonly CohortSource[] = registries.map(
  ({ definition: { name }, criteria = {}, contactType }) => ({
    registry: name,
    criteria,
    contactType,
  }),
);

/** The registries whose features predict need. */
export const riskSources: readonly RiskSource[] = registries.flatMap(({ definition: { name }, features }) =>
  features ? [{ registry: name, features }] : [],
);

/** Subgraphs without register data, by name. Their lists of feeds are derived from the registries above. */
export const derivedModules: Readonly<Record<string, SubgraphModule>> = {
  paths: pathsModule(sectors),
  directory: directoryModule(
    registries.map(({ definition }) => definition.name),
    sectors.map(({ registry }) => registry),
  ),
  cohorts: cohortsModule(groupSources),
  risk: riskModule(riskSources),
  linkage: linkageModule,
};

/** @throws PolkuError USAGE if a name is not of a registry that can be left out */
function readLeftOut(text: string): ReadonlySet<string> {
  const names = text.split(',').flatMap((name) => name.trim() || []);
  const known = Object.values(others).map(({ definition }) => definition.name);
  const unknown = names.find((name) => !known.includes(name));
  const leavesSome = known.some((name) => !names.includes(name));
  if (unknown === undefined && leavesSome) return new Set(names);
  const population = 'The population register says who is known, so it cannot be left out.';
  const expected = `Expected some of ${known.join(', ')}, separated by commas.`;
  if (unknown === undefined)
    throw new PolkuError(
      'USAGE',
      `POLKU_WITHOUT leaves no registry to join to the population register. ${expected}`,
    );
  throw new PolkuError(
    'USAGE',
    unknown === 'population'
      ? `POLKU_WITHOUT: ${population} ${expected}`
      : `POLKU_WITHOUT names "${unknown}", which is no registry. ${expected}`,
  );
}
