import { formatDay, parseDay, today } from '../../lib/calendar.js';
import { NO_DAY } from '../../registry-kit/columns/table.js';
import type { RegistryDefinition, TableDefinition } from '../../registry-kit/columns/tableDefinition.js';
import type { PersonFlags } from '../../registry-kit/person-flags/flagConditions.js';
import {
  type PersonFlagSource,
  personFlagsRegistry,
  personFacts,
  registeredNonDisclosures,
  withDerivedShields,
  shields,
} from '../../registry-kit/person-flags/personFlags.js';
import {
  restrictionKinds,
  type Restrictions,
  noRestrictions,
} from '../../registry-kit/restrictions/restrictions.js';
import type { Manifest } from '../../registry-kit/snapshot/manifest.js';
import type { Snapshot } from '../../registry-kit/snapshot/openSnapshot.js';
import { FIRST_STORE } from '../../schema/keys.js';
import { registries } from '../../subgraphs/registries.js';
import { tableOf, type TestRow } from '../spec/tableOf.js';

/** The rows of every registry, by registry and table; marks are there too, under their kind. */
export type World = Readonly<Record<string, Readonly<Record<string, readonly TestRow[]>>>>;

/** A world as subgraphs read it. */
export interface OpenWorld {
  readonly snapshots: ReadonlyMap<string, Snapshot>;
  readonly overlays: PersonFlags;
  readonly marks: ReadonlyMap<string, Restrictions>;
}

const counted = { rows: 0, rejected: 0, sha256: '' };

/** One manifest for all worlds, because the number of rows in a register is public. */
const manifest: Manifest = {
  registry: 'any',
  schemaVersion: 1,
  snapshotId: 'any',
  createdAt: '2016-12-31T00:00:00Z',
  synthetic: true,
  recipe: '',
  linkage: '',
  linkageStore: FIRST_STORE,
  sourceFingerprint: '',
  tables: { persons: counted, contacts: counted },
  rejects: {},
  rejectedRows: 0,
};

/** Makes tables of rows, and person flags of the population register as extraction does. */
export function openWorld(world: World): OpenWorld {
  const snapshots = new Map(
    registries.map(({ definition }) => [definition.name, snapshotOf(definition, world)]),
  );
  const population = snapshots.get('population')!.tables as unknown as PersonFlagSource;
  const marks = new Map(
    registries.map(({ definition }) => [
      definition.name,
      withDerivedShields(marksOf(world[definition.name] ?? {}), population.memberships),
    ]),
  );
  return { snapshots, overlays: overlaysOf(population), marks };
}

/** Marks of a registry, as rows with a person, a start and possibly an end, under the name of their kind. */
export function marksOf(rows: World[string]): Restrictions {
  const people = restrictionKinds.map((kind) => [
    kind,
    new Map(
      (rows[kind] ?? []).map(({ person, start, end }) => [
        person,
        { start: parseDay(String(start))!, end: end === undefined ? NO_DAY : parseDay(String(end))! },
      ]),
    ),
  ]);
  return { ...noRestrictions, people: Object.fromEntries(people) as Restrictions['people'] };
}

function snapshotOf({ name, tables }: RegistryDefinition, world: World): Snapshot {
  const filled = Object.entries<TableDefinition>(tables).map(([table, definition]) => [
    table,
    tableOf(definition, world[name]?.[table] ?? []),
  ]);
  return { manifest, tables: Object.fromEntries(filled) as Snapshot['tables'] };
}

export function overlaysOf(population: PersonFlagSource): PersonFlags {
  const { persons, shields: shieldTable } = personFlagsRegistry.tables;
  const { district } = population.residences.columns;
  const registered = [
    ...shields(population.memberships, registeredNonDisclosures(population.nonDisclosures)),
  ];
  return {
    persons: tableOf(
      persons,
      [...personFacts(population, new Set(registered.map(({ subject }) => subject)), today())].map(
        (facts): TestRow => {
          const text = facts.district === undefined ? undefined : district.texts[facts.district];
          return {
            person: facts.subject,
            adultFrom: formatDay(facts.adultFrom),
            birthYear: facts.birthYear,
            ...(text !== undefined && { district: text }),
          };
        },
      ),
    ),
    shields: tableOf(
      shieldTable,
      registered.map(({ subject, start, end }): TestRow => ({
        person: subject,
        start: formatDay(start),
        ...(end !== NO_DAY && { end: formatDay(end) }),
      })),
    ),
  };
}
