import { formatDay, parseDay, today } from '../../schema/calendar.js';
import { FIRST_STORE } from '../../schema/keys.js';
import { NO_DAY } from '../../subgraphs/registry/columns/table.js';
import type {
  RegistryDefinition,
  TableDefinition,
} from '../../subgraphs/registry/columns/tableDefinition.js';
import type { Manifest } from '../../subgraphs/registry/snapshot/manifest.js';
import type { Snapshot } from '../../subgraphs/registry/snapshot/openSnapshot.js';
import {
  type OverlaySource,
  personFacts,
  registeredNonDisclosures,
  shields,
} from '../../subgraphs/registry/overlays/deriveOverlays.js';
import { markKinds, type Marks, noMarks } from '../../subgraphs/registry/marks/marks.js';
import type { Overlays } from '../../subgraphs/registry/overlays/overlayConditions.js';
import { overlaysRegistry } from '../../subgraphs/registry/overlays/overlaysRegistry.js';
import { shieldMarked } from '../../subgraphs/registry/overlays/shieldMarked.js';
import { registries } from '../../subgraphs/registries.js';
import { tableOf, type TestRow } from '../spec/tableOf.js';

/** The rows of every registry, by registry and table; marks stand there, too, under their kind. */
export type World = Readonly<Record<string, Readonly<Record<string, readonly TestRow[]>>>>;

/** A world as subgraphs read it. */
export interface OpenWorld {
  readonly snapshots: ReadonlyMap<string, Snapshot>;
  readonly overlays: Overlays;
  readonly marks: ReadonlyMap<string, Marks>;
}

const counted = { rows: 0, rejected: 0, sha256: '' };

/** One manifest for all worlds: how many rows a register has is no secret. */
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

/** Makes tables of rows, and overlays of the population register's as extraction does. */
export function openWorld(world: World): OpenWorld {
  const snapshots = new Map(
    registries.map(({ definition }) => [definition.name, snapshotOf(definition, world)]),
  );
  const population = snapshots.get('population')!.tables as unknown as OverlaySource;
  const marks = new Map(
    registries.map(({ definition }) => [
      definition.name,
      shieldMarked(marksOf(world[definition.name] ?? {}), population.memberships),
    ]),
  );
  return { snapshots, overlays: overlaysOf(population), marks };
}

/** Marks of a registry, as rows with a person, a start and perhaps an end under the name of their kind. */
export function marksOf(rows: World[string]): Marks {
  const people = markKinds.map((kind) => [
    kind,
    new Map(
      (rows[kind] ?? []).map(({ person, start, end }) => [
        person,
        { start: parseDay(String(start))!, end: end === undefined ? NO_DAY : parseDay(String(end))! },
      ]),
    ),
  ]);
  return { ...noMarks, people: Object.fromEntries(people) as Marks['people'] };
}

function snapshotOf({ name, tables }: RegistryDefinition, world: World): Snapshot {
  const filled = Object.entries<TableDefinition>(tables).map(([table, definition]) => [
    table,
    tableOf(definition, world[name]?.[table] ?? []),
  ]);
  return { manifest, tables: Object.fromEntries(filled) as Snapshot['tables'] };
}

export function overlaysOf(population: OverlaySource): Overlays {
  const { persons, shields: shieldTable } = overlaysRegistry.tables;
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
