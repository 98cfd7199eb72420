import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatDay, parseDay } from '../../../schema/calendar.js';
import type { PersonKey } from '../../../schema/keys.js';
import { PolkuError } from '../../../schema/polkuError.js';
import { writeDurably } from '../../storage/durableFile.js';
import { lockByProcess, whenFree } from '../../storage/processLock.js';
import { storageFailure } from '../../storage/storageFailure.js';
import type { Days } from '../columns/days.js';
import { NO_DAY } from '../columns/table.js';
import { type MarkChange, markKinds, type Marks, noMarks } from './marks.js';

/** The first line of a file: what it is, its format, and SHA-256 of the rest, so that no damage lifts a mark in silence. */
const HEADER = /^polku-marks 1 ([0-9a-f]{64})\n/;

/** How long a command waits for another that changes the marks, and an extraction, whose work took minutes. */
export const COMMAND_PATIENCE_MS = 30_000;
export const EXTRACTION_PATIENCE_MS = 300_000;

/** Where the marks of each registry lie, a file each: keys and days, readable by their owner only. */
export function marksFolder(data: string): string {
  return join(data, 'marks');
}

export function marksPath(data: string, registry: string): string {
  return join(marksFolder(data), `${registry}.json`);
}

/**
 * Reads the marks of a registry; a file that does not exist holds none.
 * @throws PolkuError MARKS_INVALID
 */
export async function readMarks(data: string, registry: string): Promise<Marks> {
  const path = marksPath(data, registry);
  let file: string;
  try {
    file = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return noMarks;
    throw invalid(path, 'it cannot be read', cause);
  }
  const checksum = HEADER.exec(file)?.[1];
  if (checksum === undefined) throw invalid(path, 'it is no list of marks that this Polku knows');
  const text = file.slice(file.indexOf('\n') + 1);
  if (sha256(text) !== checksum) throw invalid(path, 'it is damaged: its checksum does not fit');
  const content = JSON.parse(text) as Content;
  if (content.registry !== registry) throw invalid(path, `it is of the registry ${content.registry}`);
  return decode(content);
}

/**
 * Changes the marks of a registry, one change at a time; afterwards the file is the one before or the new one, whole.
 * @param change gives the marks as they shall be; the same marks are not written
 * @throws PolkuError MARKS_INVALID, MARKS_BUSY, STORAGE_FAILED, and what `change` throws; then nothing has changed
 */
export async function changeMarks(
  data: string,
  registry: string,
  change: (marks: Marks) => Marks | Promise<Marks>,
  patienceMs = COMMAND_PATIENCE_MS,
): Promise<void> {
  const unlock = await lockMarks(data, registry, patienceMs);
  try {
    const marks = await readMarks(data, registry);
    const changed = await change(marks);
    if (changed !== marks) await writeMarks(data, registry, changed);
  } finally {
    await unlock();
  }
}

async function lockMarks(data: string, registry: string, patienceMs: number): Promise<() => Promise<void>> {
  const path = join(marksFolder(data), `.${registry}.lock`);
  const busy = (owner: number | undefined) =>
    new PolkuError(
      'MARKS_BUSY',
      `The marks of ${registry} are being changed${owner === undefined ? '' : ` by process ${owner}`}. Try again; if no ` +
        `command is running, remove ${path}.`,
    );
  try {
    await mkdir(marksFolder(data), { recursive: true, mode: 0o700 });
    return await whenFree(() => lockByProcess(path, busy), patienceMs);
  } catch (cause) {
    throw storageFailure(cause, marksFolder(data));
  }
}

async function writeMarks(data: string, registry: string, marks: Marks): Promise<void> {
  const text = `${JSON.stringify(encode(registry, marks))}\n`;
  try {
    await writeDurably(marksPath(data, registry), `polku-marks 1 ${sha256(text)}\n${text}`);
  } catch (cause) {
    throw storageFailure(cause, marksFolder(data));
  }
}

/** How marks stand in the file: a person's key, the first day, the last day if any. */
type Row = readonly [person: PersonKey, start: string, end: string | null];

interface Content {
  readonly registry: string;
  readonly people: Readonly<Record<string, readonly Row[]>>;
  readonly shields: readonly Row[];
  readonly changes: readonly MarkChange[];
}

function encode(registry: string, { people, shields, changes }: Marks): Content {
  const row = (person: PersonKey, { start, end }: Days): Row => [
    person,
    formatDay(start),
    end === NO_DAY ? null : formatDay(end),
  ];
  // In the order of keys, which tells nothing of when they came.
  const inOrder = (rows: readonly Row[]) => rows.toSorted(([one], [other]) => one - other);
  return {
    registry,
    people: Object.fromEntries(
      markKinds.map((kind) => [kind, inOrder([...people[kind]].map(([person, days]) => row(person, days)))]),
    ),
    shields: inOrder([...shields].flatMap(([person, all]) => all.map((days) => row(person, days)))),
    changes,
  };
}

function decode(content: Content): Marks {
  const daysOf = ([, start, end]: Row): Days => ({
    start: parseDay(start)!,
    end: end === null ? NO_DAY : parseDay(end)!,
  });
  const people = markKinds.map((kind) => [
    kind,
    new Map((content.people[kind] ?? []).map((row) => [row[0], daysOf(row)])),
  ]);
  const shields = new Map<PersonKey, Days[]>();
  for (const row of content.shields) shields.set(row[0], [...(shields.get(row[0]) ?? []), daysOf(row)]);
  return { people: Object.fromEntries(people) as Marks['people'], shields, changes: content.changes };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What is told where a list of marks was there and is gone. */
export function missingMarks(data: string, registry: string): PolkuError {
  return invalid(marksPath(data, registry), 'it is gone');
}

function invalid(path: string, reason: string, cause?: unknown): PolkuError {
  return new PolkuError(
    'MARKS_INVALID',
    `The marks in ${path} cannot be used: ${reason}. Restore the file from a backup. No server starts without it, for nobody ` +
      'could tell whose data may be shown; one that runs goes on with the marks that it has read.',
    { path },
    { cause },
  );
}
