import type { CohortSource } from './cohorts/cohortSource.js';
import { cohortsModule } from './cohorts/subgraph.js';
import { directoryModule } from './directory/subgraph.js';
import { educationCriteria } from './education/criteria.js';
import { educationModule } from './education/subgraph.js';
import { educationRegistry } from './education/tables.js';
import { healthCriteria } from './health/criteria.js';
import { healthModule } from './health/subgraph.js';
import { healthRegistry } from './health/tables.js';
import { linkageModule } from './linkage/subgraph.js';
import { pathsModule } from './paths/subgraph.js';
import type { SectorSource } from './paths/stepType.js';
import { populationCriteria } from './population/criteria.js';
import { populationModule } from './population/subgraph.js';
import { populationRegistry } from './population/tables.js';
import type { RegistryDefinition } from './registry/columns/tableDefinition.js';
import type { SubgraphModule } from './registry/subgraph/subgraphModule.js';
import { socialCriteria } from './social/criteria.js';
import { socialModule } from './social/subgraph.js';
import { socialRegistry } from './social/tables.js';

/** The departmental registries, in the order of extraction: the population register says who is known. */
export const registries: readonly {
  readonly definition: RegistryDefinition;
  readonly module: SubgraphModule;
}[] = [
  { definition: populationRegistry, module: populationModule },
  { definition: healthRegistry, module: healthModule },
  { definition: socialRegistry, module: socialModule },
  { definition: educationRegistry, module: educationModule },
];

/** The registries that hand contacts to service paths, and keep care relationships. */
const sectors: readonly SectorSource[] = [
  { registry: 'health', contactType: 'HealthContact' },
  { registry: 'social', contactType: 'SocialContact' },
  { registry: 'education', contactType: 'EducationContact' },
];

/** The registries that groups are formed by. */
export const groupSources: readonly CohortSource[] = [
  { registry: 'population', criteria: populationCriteria, contacts: false },
  { registry: 'health', criteria: healthCriteria, contacts: true },
  { registry: 'social', criteria: socialCriteria, contacts: true },
  { registry: 'education', criteria: educationCriteria, contacts: true },
];

/** Subgraphs that own no register data, by name. Their lists of feeds follow from the registries above. */
export const derivedModules: Readonly<Record<string, SubgraphModule>> = {
  paths: pathsModule(sectors),
  directory: directoryModule(
    registries.map(({ definition }) => definition.name),
    sectors.map(({ registry }) => registry),
  ),
  cohorts: cohortsModule(groupSources),
  linkage: linkageModule,
};
