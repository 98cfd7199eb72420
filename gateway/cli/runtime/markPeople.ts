import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PersonKey } from '../../../schema/keys.js';
import { PolkuError } from '../../../schema/polkuError.js';
import { Linkage } from '../../../subgraphs/linkage/linkage.js';
import type { Scheme } from '../../../subgraphs/linkage/scheme.js';
import { populationRegistry } from '../../../subgraphs/population/tables.js';
import type { Days } from '../../../subgraphs/registry/columns/days.js';
import { lockForExtraction } from '../../../subgraphs/registry/extraction/extractionLock.js';
import { addMarks, liftMarks } from '../../../subgraphs/registry/marks/changes.js';
import type { MarkKind, Marks } from '../../../subgraphs/registry/marks/marks.js';
import {
  changeMarks,
  COMMAND_PATIENCE_MS,
  type MarksPlace,
} from '../../../subgraphs/registry/marks/marksFile.js';
import { overlaysRegistry } from '../../../subgraphs/registry/overlays/overlaysRegistry.js';
import { shieldMarked } from '../../../subgraphs/registry/overlays/shieldMarked.js';
import { openSnapshot, readManifest } from '../../../subgraphs/registry/snapshot/openSnapshot.js';
import { whenFree } from '../../../subgraphs/storage/kernelLock.js';
import { linkLines } from './linkLines.js';
import type { Secrets } from './secrets.js';

/** Whom a data owner marks, or whose mark they lift. */
export interface Marking {
  readonly data: string;
  readonly secrets: Secrets;
  readonly registry: string;
  readonly kind: MarkKind;
  /** Codes, one a line. */
  readonly codes: string;
  readonly scheme: Scheme;
  readonly by: string;
}

/**
 * Marks the people whose codes are given, all of them or none.
 * @returns how many they are, and how many of them were marked before
 * @throws PolkuError MARKS_REJECTED, MARKS_INVALID, MARKS_BUSY, LINKAGE_STORE_CHANGED, SNAPSHOT_MISSING, LINKAGE_STORE_INVALID, STORAGE_FAILED
 */
export async function markPeople(marking: Marking, days: Days): Promise<{ people: number; again: number }> {
  const { kind, codes, scheme } = marking;
  const linkage = await openLinkage(marking);
  const people = linkLines(codes, scheme, linkage);
  let again = 0;
  await change(marking, linkage, (marks, author) => {
    again = [...people].filter((person) => marks.people[kind].has(person)).length;
    return addMarks(marks, kind, people, days, author);
  });
  return { people: people.size, again };
}

/**
 * Lifts the marks of the people whose codes are given, of all of them or of none.
 * @returns how many they are
 * @throws PolkuError as `markPeople`
 */
export async function liftPeople(marking: Marking): Promise<number> {
  const { kind, codes, scheme } = marking;
  const linkage = await openLinkage(marking);
  let people: ReadonlySet<PersonKey> = new Set();
  await change(marking, linkage, (marks, author) => {
    people = linkLines(codes, scheme, linkage, (person) =>
      marks.people[kind].has(person) ? undefined : 'not-marked',
    );
    return liftMarks(marks, kind, people, (person) => linkage.currentPerson(person), author);
  });
  return people.size;
}

async function openLinkage({ data, secrets }: Marking): Promise<Linkage> {
  const dir = join(data, 'linkage');
  if (existsSync(dir)) return Linkage.open({ dir, secret: await secrets.linkage() });
  throw new PolkuError(
    'SNAPSHOT_MISSING',
    `Nobody is known in ${data}; name another folder with --data, or run first: polku extract population`,
  );
}

type Change = (marks: Marks, author: { readonly time: string; readonly by: string }) => Marks;

async function change(
  { data, registry, kind, by }: Marking,
  { store }: Linkage,
  make: Change,
): Promise<void> {
  const author = { time: new Date().toISOString(), by };
  const place = { data, registry, store };
  if (kind !== 'non-disclosure') return changeMarks(place, (marks) => make(marks, author));
  const settled = await changeShielding(place, (marks) => make(marks, author));
  if (settled) return;
  // A newer population is about to appear, with other families: when it is there, or is not to come any more, look again.
  const unlock = await whenFree(() => lockForExtraction(data), COMMAND_PATIENCE_MS);
  try {
    await changeShielding(place, (marks) => marks);
  } finally {
    await unlock();
  }
}

/**
 * Changes marks and finds anew whom they shield, by the families of the current population snapshot.
 * @returns false where the overlays are of another snapshot: they appear first, so it is about to become current
 */
async function changeShielding(place: MarksPlace, make: (marks: Marks) => Marks): Promise<boolean> {
  const { data } = place;
  const { memberships } = populationRegistry.tables;
  let settled = false;
  await changeMarks(place, async (marks) => {
    const changed = make(marks);
    const overlays = await readManifest(data, overlaysRegistry);
    const population = await openSnapshot(data, { ...populationRegistry, tables: { memberships } });
    settled = overlays.snapshotId === population.manifest.snapshotId;
    return shieldMarked(changed, population.tables.memberships);
  });
  return settled;
}
