import { PolkuError } from '../lib/errors.js';
import type { RiskSource } from '../registry-kit/features/feature.js';
import type { Registry, SubgraphModule } from '../registry-kit/subgraph/registry.js';
import type { CohortSource } from './cohorts/cohortsStore.js';
import { cohortsModule } from './cohorts/subgraph.js';
import * as departments from './departments.js';
import { directoryModule } from './directory/subgraph.js';
import { linkageModule } from './linkage/subgraph.js';
import { pathsModule } from './paths/subgraph.js';
import { riskModule } from './risk/subgraph.js';

const { population, ...others } = departments;

/** The registries that Polku ships and this city does not join, by name: POLKU_WITHOUT, separated by commas. */
export const leftOut: ReadonlySet<string> = readLeftOut(process.env['POLKU_WITHOUT'] ?? '');

/** The departmental registries, in the order of extraction: the population register says who is known. */
export const registries: readonly Registry[] = [population, ...Object.values(others)].filter(
  ({ definition }) => !leftOut.has(definition.name),
);

/** The registries that hand contacts to service paths, and keep care relationships. */
const sectors = registries.flatMap(({ definition: { name }, contactType }) =>
  contactType === undefined ? [] : [{ registry: name, contactType }],
);

/** The registries that groups are formed by. */
export const groupSources: readonly CohortSource[] = registries.map(
  ({ definition: { name }, criteria = {}, contactType }) => ({
    registry: name,
    criteria,
    contacts: contactType !== undefined,
  }),
);

/** The registries that need is foreseen by. */
export const riskSources: readonly RiskSource[] = registries.flatMap(({ definition: { name }, factors }) =>
  factors ? [{ registry: name, factors }] : [],
);

/** Subgraphs that own no register data, by name. Their lists of feeds follow from the registries above. */
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

/** @throws PolkuError USAGE where a name is of no registry that can be left out */
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
