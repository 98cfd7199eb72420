import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PolkuError } from '../../lib/errors.js';
import { whenFree } from '../../lib/kernelLock.js';
import { Linkage } from '../../linkage/linkage.js';
import type { Scheme } from '../../linkage/localId.js';
import type { Days } from '../../registry-kit/columns/table.js';
import { lockForExtraction } from '../../registry-kit/extraction/extract.js';
import { personFlagsRegistry, withDerivedShields } from '../../registry-kit/person-flags/personFlags.js';
import {
  changeRestrictions,
  COMMAND_PATIENCE_MS,
  EXTRACTION_PATIENCE_MS,
  type RestrictionPlace,
} from '../../registry-kit/restrictions/restrictionFile.js';
import {
  addRestrictions,
  carryRestrictions,
  liftRestrictions,
  type RestrictionKind,
  type Restrictions,
} from '../../registry-kit/restrictions/restrictions.js';
import { openSnapshot, readManifest } from '../../registry-kit/snapshot/openSnapshot.js';
import type { PersonKey } from '../../schema/keys.js';
import { populationRegistry } from '../../subgraphs/population/tables.js';
import { registries } from '../../subgraphs/registries.js';
import type { Secrets } from './secrets.js';

/** People that a data owner marks, or whose mark the owner lifts. */
export interface Marking {
  readonly data: string;
  readonly secrets: Secrets;
  readonly registry: string;
  readonly kind: RestrictionKind;
  /** Identity codes, one per line. */
  readonly codes: string;
  readonly scheme: Scheme;
  readonly by: string;
}

/**
 * Marks the people with the given codes, all of them or none.
 * @returns how many people, and how many of them had the mark before
 * @throws PolkuError MARKS_REJECTED, MARKS_INVALID, MARKS_BUSY, LINKAGE_STORE_CHANGED, SNAPSHOT_MISSING,
 *   LINKAGE_STORE_INVALID, STORAGE_FAILED
 */
export async function markPeople(marking: Marking, days: Days): Promise<{ people: number; again: number }> {
  const { kind, codes, scheme } = marking;
  const linkage = await openLinkage(marking);
  const people = linkLines(codes, scheme, linkage);
  let again = 0;
  await change(marking, linkage, (marks, author) => {
    again = [...people].filter((person) => marks.people[kind].has(person)).length;
    return addRestrictions(marks, kind, people, days, author);
  });
  return { people: people.size, again };
}

/**
 * Lifts the marks of the people with the given codes, of all of them or of none.
 * @returns how many people
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
    return liftRestrictions(marks, kind, people, (person) => linkage.currentPerson(person), author);
  });
  return people.size;
}

async function openLinkage({ data, secrets }: Marking): Promise<Linkage> {
  const dir = join(data, 'linkage');
  if (existsSync(dir)) return Linkage.open({ dir, secret: await secrets.linkage() });
  throw new PolkuError(
    'SNAPSHOT_MISSING',
    `Nobody is known in ${data}. Give another folder with --data, or first run: polku extract population`,
  );
}

type Change = (marks: Restrictions, author: { readonly time: string; readonly by: string }) => Restrictions;

async function change(
  { data, registry, kind, by }: Marking,
  { store }: Linkage,
  make: Change,
): Promise<void> {
  const author = { time: new Date().toISOString(), by };
  const place = { data, registry, store };
  if (kind !== 'non-disclosure') return changeRestrictions(place, (marks) => make(marks, author));
  const settled = await changeShielding(place, (marks) => make(marks, author));
  if (settled) return;
  // A newer population snapshot, with other families, is being published. Wait for it or for its failure, and
  // try again.
  const unlock = await whenFree(() => lockForExtraction(data), COMMAND_PATIENCE_MS);
  try {
    await changeShielding(place, (marks) => marks);
  } finally {
    await unlock();
  }
}

/**
 * Changes marks and computes again who is protected by them, from the families of the current population
 * snapshot.
 * @returns false if the overlays belong to another snapshot. They appear before it, so that snapshot is about
 *   to be current.
 */
async function changeShielding(
  place: RestrictionPlace,
  make: (marks: Restrictions) => Restrictions,
): Promise<boolean> {
  const { data } = place;
  const { memberships } = populationRegistry.tables;
  let settled = false;
  await changeRestrictions(place, async (marks) => {
    const changed = make(marks);
    const overlays = await readManifest(data, personFlagsRegistry);
    const population = await openSnapshot(data, { ...populationRegistry, tables: { memberships } });
    settled = overlays.snapshotId === population.manifest.snapshotId;
    return withDerivedShields(changed, population.tables.memberships);
  });
  return settled;
}

/** Why a line is rejected, in words for the person who wrote it. */
const REASONS = {
  'missing-code': 'there is no code',
  'invalid-code': 'this is not a code of the scheme: its form, date or check character is wrong',
  'unknown-person': 'nobody here has this code',
  'unknown-family': 'nobody here has this code',
  'not-marked': 'this person has no such mark',
} as const;
export type LineFault = keyof typeof REASONS;

/** How many errors are listed one by one. */
const MOST_LISTED = 50;

/**
 * The persons whose codes are in a text, one per line. Empty lines are skipped.
 * @param check returns why the line of a known person is rejected, if it is
 * @throws PolkuError MARKS_REJECTED with the number of each rejected line and the reason, but never the code
 */
export function linkLines(
  text: string,
  scheme: Scheme,
  linkage: Pick<Linkage, 'findPerson'>,
  check: (person: PersonKey) => LineFault | undefined = () => undefined,
): ReadonlySet<PersonKey> {
  const people = new Set<PersonKey>();
  const faults: { line: number; reason: LineFault }[] = [];
  let lines = 0;
  for (const [index, code] of text.split('\n').entries()) {
    if (code.trim() === '') continue;
    lines += 1;
    const found = linkage.findPerson(scheme, code);
    const fault = typeof found === 'number' ? check(found) : found;
    if (fault) faults.push({ line: index + 1, reason: fault });
    else people.add(found as PersonKey);
  }
  if (lines === 0)
    throw new PolkuError('USAGE', 'Expected codes on standard input, one a line; there are none.');
  if (faults.length > 0) throw rejected(lines, faults);
  return people;
}

function rejected(lines: number, faults: readonly { line: number; reason: LineFault }[]): PolkuError {
  const listed = faults.slice(0, MOST_LISTED).map(({ line, reason }) => `  line ${line}: ${REASONS[reason]}`);
  const more = faults.length > MOST_LISTED ? [`  and ${faults.length - MOST_LISTED} more`] : [];
  return new PolkuError(
    'MARKS_REJECTED',
    [`${faults.length} of ${lines} lines cannot be taken, so nothing was changed:`, ...listed, ...more].join(
      '\n',
    ),
    { lines: faults },
  );
}

/**
 * Moves the marks of every registry to the keys that people have now. It runs when linkage has saved its
 * keys, so that no mark is lost when two codes turn out to be one person's.
 */
export function carryAllMarks(data: string): (linkage: Linkage) => Promise<void> {
  return async (linkage) => {
    const author = { time: new Date().toISOString(), by: 'extract' };
    for (const { definition } of registries)
      await changeRestrictions(
        { data, registry: definition.name, store: linkage.store },
        (marks) => carryRestrictions(marks, (person) => linkage.currentPerson(person), author),
        EXTRACTION_PATIENCE_MS,
      );
  };
}
