import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Day, formatDay, parseDay } from '../../lib/calendar.js';
import { writeDurably } from '../../lib/durableFile.js';
import { PolkuError } from '../../lib/errors.js';
import { lockByKernel, storageFailure, whenFree } from '../../lib/kernelLock.js';
import { FIRST_STORE, type PersonKey } from '../../schema/keys.js';
import { type Days, NO_DAY } from '../columns/table.js';
import { type RestrictionTrace, readTraces, writeTraces } from './restrictionTrace.js';
import {
  type RestrictionChange,
  type RestrictionKind,
  restrictionKinds,
  type Restrictions,
  noRestrictions,
} from './restrictions.js';

/**
 * The first line of a file: its name, its format, and SHA-256 of the rest. Without the hash, damage could
 * lift a restriction unnoticed. Format 1 named no linkage store and did not count its changes.
 */
const HEADER = /^polku-marks ([12]) ([0-9a-f]{64})\n/;
const FORMAT = 2;

/**
 * How long a command waits for the lock, and how long an extraction waits. The extraction waits longer: its
 * work took minutes.
 */
export const COMMAND_PATIENCE_MS = 30_000;
export const EXTRACTION_PATIENCE_MS = 300_000;

/** One file for each registry: keys and days, readable by their owner only. */
export function restrictionFolder(data: string): string {
  return join(data, 'marks');
}

export function restrictionPath(data: string, registry: string): string {
  return join(restrictionFolder(data), `${registry}.json`);
}

/** Names the file of a registry and the linkage store of its keys. */
export interface RestrictionPlace {
  readonly data: string;
  readonly registry: string;
  /** The linkage store whose keys are in use; see `Linkage.store`. */
  readonly store: string;
}

/**
 * Reads what was recorded by hand in a registry. Without any change there is no file.
 * @param store undefined where no key is looked up in the result
 * @throws PolkuError MARKS_INVALID, also where the file is gone or older than its last change;
 * LINKAGE_STORE_CHANGED
 */
export async function readRestrictions(
  data: string,
  registry: string,
  store?: string,
): Promise<Restrictions> {
  return (await readStored(data, registry, store))?.restrictions ?? noRestrictions;
}

/**
 * Changes the file of a registry. A lock lets one change after the other, and each change is written whole or
 * not at all.
 * @param change returns the new content; nothing is written if it returns the same object
 * @throws PolkuError MARKS_INVALID, LINKAGE_STORE_CHANGED, MARKS_BUSY, STORAGE_FAILED, and what `change`
 * throws; then nothing has changed
 */
export async function changeRestrictions(
  { data, registry, store }: RestrictionPlace,
  change: (restrictions: Restrictions) => Restrictions | Promise<Restrictions>,
  patienceMs = COMMAND_PATIENCE_MS,
): Promise<void> {
  const unlock = await lockRestrictions(data, registry, patienceMs);
  try {
    const stored = await readStored(data, registry, store);
    const restrictions = stored?.restrictions ?? noRestrictions;
    const changed = await change(restrictions);
    if (changed === restrictions) return;
    await writeRestrictions(data, registry, {
      restrictions: changed,
      store,
      sequence: (stored?.sequence ?? 0) + 1,
    });
  } finally {
    await unlock();
  }
}

/**
 * Writes missing traces: in a folder that was created later, or on a machine that the file was copied to.
 * @throws PolkuError as `changeRestrictions`
 */
export async function traceRestrictions({ data, registry, store }: RestrictionPlace): Promise<void> {
  if (!(await readStored(data, registry, store))) return;
  const unlock = await lockRestrictions(data, registry, COMMAND_PATIENCE_MS);
  try {
    const stored = await readStored(data, registry, store);
    if (stored) await writeTraces(data, registry, stored);
  } catch (cause) {
    throw storageFailure(cause, data);
  } finally {
    await unlock();
  }
}

/** The content of a file, and its trace. */
interface StoredRestrictions extends RestrictionTrace {
  readonly restrictions: Restrictions;
}

async function readStored(
  data: string,
  registry: string,
  store: string | undefined,
): Promise<StoredRestrictions | undefined> {
  const path = restrictionPath(data, registry);
  const stored = await readRestrictionFile(path, registry);
  const found = stored ? [stored] : [];
  const traces = await readTraces(data, registry);
  const stores = new Set([...found, ...traces].map((trace) => trace.store));
  if (store !== undefined) stores.add(store);
  if (stores.size > 1) throw storeChanged(path);
  const last = Math.max(0, ...traces.map(({ sequence }) => sequence));
  if (!stored && traces.length > 0) throw missingRestrictions(data, registry);
  if (stored && stored.sequence < last)
    throw invalid(path, `it holds ${stored.sequence} changes, and ${last} were made: it is an older one`);
  return stored;
}

async function readRestrictionFile(path: string, registry: string): Promise<StoredRestrictions | undefined> {
  let file: string;
  try {
    file = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw invalid(path, 'it cannot be read', cause);
  }
  const [, , checksum] = HEADER.exec(file) ?? [];
  if (checksum === undefined) throw invalid(path, 'it is not a list of marks that this Polku knows');
  const text = file.slice(file.indexOf('\n') + 1);
  if (sha256(text) !== checksum) throw invalid(path, 'it is damaged: its checksum does not fit');
  const content = parseContent(text);
  if (!content) throw invalid(path, 'it is not a list of marks, although its checksum fits');
  if (content.registry !== registry) throw invalid(path, 'it is of another registry');
  const { store = FIRST_STORE, sequence = 0 } = content;
  return { restrictions: decode(content), store, sequence };
}

async function lockRestrictions(
  data: string,
  registry: string,
  patienceMs: number,
): Promise<() => Promise<void>> {
  const busy = () =>
    new PolkuError('MARKS_BUSY', `The marks of ${registry} are being changed by another command. Try again.`);
  try {
    await mkdir(restrictionFolder(data), { recursive: true, mode: 0o700 });
    return await whenFree(() => lockByKernel(data, `marks-${registry}`, busy), patienceMs);
  } catch (cause) {
    throw storageFailure(cause, restrictionFolder(data));
  }
}

/** Writes the file before the traces. A trace of a change that was not written would look like a loss. */
async function writeRestrictions(data: string, registry: string, stored: StoredRestrictions): Promise<void> {
  const text = `${JSON.stringify(encode(registry, stored))}\n`;
  try {
    await writeDurably(restrictionPath(data, registry), `polku-marks ${FORMAT} ${sha256(text)}\n${text}`);
    await writeTraces(data, registry, stored);
  } catch (cause) {
    throw storageFailure(cause, restrictionFolder(data));
  }
}

/** An entry of the file: a person's key, the first day, and the last day if there is one. */
type Row = readonly [person: PersonKey, start: string, end: string | null];

interface Content extends Partial<RestrictionTrace> {
  readonly registry: string;
  readonly people: Readonly<Record<RestrictionKind, readonly Row[]>>;
  readonly shields: readonly Row[];
  readonly changes: readonly RestrictionChange[];
}

function encode(registry: string, { restrictions, store, sequence }: StoredRestrictions): Content {
  const { people, shields, changes } = restrictions;
  const row = (person: PersonKey, { start, end }: Days): Row => [
    person,
    formatDay(start),
    end === NO_DAY ? null : formatDay(end),
  ];
  // Sorted by key, so that the order does not show when entries were added.
  const inOrder = (rows: readonly Row[]) => rows.toSorted(([one], [other]) => one - other);
  return {
    registry,
    store,
    sequence,
    people: Object.fromEntries(
      restrictionKinds.map((kind) => [
        kind,
        inOrder([...people[kind]].map(([person, days]) => row(person, days))),
      ]),
    ) as unknown as Content['people'],
    shields: inOrder([...shields].flatMap(([person, all]) => all.map((days) => row(person, days)))),
    changes,
  };
}

/**
 * Returns undefined for a text that `encode` cannot have written. The file may have been edited by hand, and
 * an entry that is not understood would be lifted unnoticed: an invalid day, a person listed twice, a missing
 * kind.
 */
function parseContent(text: string): Content | undefined {
  let content: Partial<Content> | null;
  try {
    content = JSON.parse(text) as Partial<Content> | null;
  } catch {
    return undefined;
  }
  const { registry, store = '', sequence = 0, people, shields, changes } = content ?? {};
  const isContent =
    typeof registry === 'string' &&
    typeof store === 'string' &&
    Number.isSafeInteger(sequence) &&
    isObject(people) &&
    Object.keys(people).sort().join() === restrictionKinds.toSorted().join() &&
    Object.values(people).every(
      (rows) => areRows(rows) && new Set(rows.map(([key]) => key)).size === rows.length,
    ) &&
    areRows(shields) &&
    Array.isArray(changes) &&
    changes.every(isChange);
  return isContent ? (content as Content) : undefined;
}

function areRows(rows: unknown): rows is readonly Row[] {
  return Array.isArray(rows) && rows.every(isRow);
}

function isRow(row: unknown): row is Row {
  if (!Array.isArray(row) || row.length !== 3) return false;
  const [person, start, end] = row as unknown[];
  if (!Number.isSafeInteger(person) || (person as number) < 0) return false;
  const first = dayIn(start);
  const last = end === null ? NO_DAY : dayIn(end);
  return first !== undefined && last !== undefined && (last === NO_DAY || first <= last);
}

function isChange(change: unknown): change is RestrictionChange {
  if (!isObject(change)) return false;
  const { time, action, kind, people, by } = change;
  return (
    [time, action, by].every((text) => typeof text === 'string') &&
    restrictionKinds.includes(kind as RestrictionKind) &&
    Number.isSafeInteger(people)
  );
}

function isObject(given: unknown): given is Record<string, unknown> {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

function dayIn(given: unknown): Day | undefined {
  return typeof given === 'string' ? parseDay(given) : undefined;
}

function decode(content: Content): Restrictions {
  const daysOf = ([, start, end]: Row): Days => ({
    start: parseDay(start)!,
    end: end === null ? NO_DAY : parseDay(end)!,
  });
  const people = restrictionKinds.map((kind) => [
    kind,
    new Map(content.people[kind].map((row) => [row[0], daysOf(row)])),
  ]);
  const shields = new Map<PersonKey, Days[]>();
  for (const row of content.shields) shields.set(row[0], [...(shields.get(row[0]) ?? []), daysOf(row)]);
  return { people: Object.fromEntries(people) as Restrictions['people'], shields, changes: content.changes };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The error for a file that existed before and is missing now. */
export function missingRestrictions(data: string, registry: string): PolkuError {
  return invalid(restrictionPath(data, registry), 'it is gone');
}

function invalid(path: string, reason: string, cause?: unknown): PolkuError {
  return new PolkuError(
    'MARKS_INVALID',
    `The marks in ${path} cannot be used: ${reason}. Restore the newest copy from a backup. No server starts without it, ` +
      'because it decides whose data may be shown. A running server continues with the marks that it has read. If no copy is left, ' +
      'read "If marks are lost" in docs/how-to/mark-a-person.md.',
    { path },
    { cause },
  );
}

function storeChanged(path: string): PolkuError {
  return new PolkuError(
    'LINKAGE_STORE_CHANGED',
    `The marks in ${path} belong to another linkage store than the one in use, in which their keys name other people. Put back the ` +
      'linkage store of the marks, or read "Rotation" in docs/decisions/linkage.md.',
    { path },
  );
}
