import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PolkuError } from '../lib/errors.js';
import { readDeclaredRegistry } from '../registry-kit/declared/declareRegistry.js';
import type { RiskSource } from '../registry-kit/features/feature.js';
import { joinedRegistries } from '../registry-kit/joinedRegistries.js';
import type { DepartmentRegistry, SubgraphModule } from '../registry-kit/subgraph/departmentRegistry.js';
import type { CohortSource } from './cohorts/cohortsStore.js';
import { cohortsModule } from './cohorts/subgraph.js';
import * as departments from './departments.js';
import { directoryModule } from './directory/subgraph.js';
import { linkageModule } from './linkage/subgraph.js';
import { pathsModule } from './paths/subgraph.js';
import { riskModule } from './risk/subgraph.js';

const { population, ...others } = departments;

/** The files of a folder that replace those of a registry of Polku. */
const MAPPED_BY = ['mapping.yaml', 'codes.yaml'];

const shipped: readonly DepartmentRegistry[] = [population, ...Object.values(others)];

/** Subgraphs of Polku without register data. */
const DERIVED = ['paths', 'directory', 'cohorts', 'risk', 'linkage', 'governance'];

/** The registries that this city declares in folders of its own. */
export const declared: readonly DepartmentRegistry[] = await readDeclared();

/** The names of registries of Polku that this city leaves out. */
export const leftOut: ReadonlySet<string> = checkLeftOut(joinedRegistries().leftOut);

/**
 * The departmental registries in the order of extraction. The population register is first: it decides who is
 * known.
 */
export const registries: readonly DepartmentRegistry[] = [
  ...shipped.filter(({ definition }) => !leftOut.has(definition.name)),
  ...declared,
];

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

/** @throws PolkuError REGISTRY_INVALID if a folder declares no registry, or one of another name */
async function readDeclared(): Promise<readonly DepartmentRegistry[]> {
  const known = shipped.map(({ definition }) => definition.name);
  for (const [name, folder] of joinedRegistries().folders)
    if (known.includes(name) && !MAPPED_BY.some((file) => existsSync(join(folder, file))))
      throw new PolkuError(
        'REGISTRY_INVALID',
        `registries.${name}.folder: ${folder} has neither ${MAPPED_BY.join(' nor ')}, which replace those of Polku's registry "${name}".`,
      );
  const folders = [...joinedRegistries().folders].filter(([name]) => !known.includes(name));
  return Promise.all(
    folders.map(async ([name, folder]) => {
      const registry = await readDeclaredRegistry(folder);
      if (registry.definition.name !== name || DERIVED.includes(name))
        throw new PolkuError(
          'REGISTRY_INVALID',
          DERIVED.includes(name)
            ? `A subgraph of Polku has the name "${name}". Give the registry in ${folder} another one.`
            : `${folder} declares the registry "${registry.definition.name}", and the configuration calls it "${name}".`,
        );
      return registry;
    }),
  );
}

/** @throws PolkuError USAGE if a name is not of a registry that can be left out */
function checkLeftOut(names: readonly string[]): ReadonlySet<string> {
  const known = Object.values(others).map(({ definition }) => definition.name);
  const unknown = names.find((name) => !known.includes(name));
  const expected = `Expected some of ${known.join(', ')}.`;
  if (unknown !== undefined)
    throw new PolkuError(
      'USAGE',
      unknown === 'population'
        ? `registries.population.joined: The population register says who is known, so it cannot be left out. ${expected}`
        : `registries.${unknown}.joined: Polku has no registry "${unknown}". ${expected}`,
    );
  if (declared.length === 0 && known.every((name) => names.includes(name)))
    throw new PolkuError(
      'USAGE',
      `The configuration leaves no registry to join to the population register. ${expected}`,
    );
  return new Set(names);
}
