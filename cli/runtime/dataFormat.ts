import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../lib/durableFile.js';
import { PolkuError } from '../../lib/errors.js';

/** The version of the data directory's layout that this Polku reads and writes. */
export const DATA_FORMAT = 1;

/** A data directory without format.json is older than that file, and has the first format. */
const FIRST_FORMAT = 1;

export const DATA_FORMAT_FILE = 'format.json';

/**
 * Checks that this Polku can use a data directory. A directory that does not exist has no format yet.
 * @throws PolkuError DATA_NEWER, DATA_OLDER, DATA_FORMAT_INVALID, DATA_INCOMPLETE
 */
export async function checkDataFormat(data: string): Promise<void> {
  const version = (await readDataFormat(data)) ?? FIRST_FORMAT;
  if (version > DATA_FORMAT)
    throw new PolkuError(
      'DATA_NEWER',
      `The data directory ${data} has format ${version}, and this Polku knows formats up to ${DATA_FORMAT}. Use the newer Polku that wrote it.`,
    );
  if (version < DATA_FORMAT)
    throw new PolkuError(
      'DATA_OLDER',
      `The data directory ${data} has format ${version}, and this Polku uses format ${DATA_FORMAT}. Stop its server and run: polku migrate --data ${data}`,
    );
}

/** Records the format of a data directory that is about to be created. An existing one is left as it is. */
export async function startDataFolder(data: string): Promise<void> {
  await mkdir(data, { recursive: true });
  if ((await readdir(data)).length === 0) await writeDataFormat(data);
}

/**
 * Marks a directory as one that is being restored. No command uses it until `writeDataFormat` replaces the
 * mark.
 */
export async function markAsRestoring(data: string): Promise<void> {
  await writeDurably(join(data, DATA_FORMAT_FILE), `${JSON.stringify({ restoring: true })}\n`);
}

export async function writeDataFormat(data: string): Promise<void> {
  await writeDurably(join(data, DATA_FORMAT_FILE), `${JSON.stringify({ version: DATA_FORMAT })}\n`);
}

/**
 * @returns undefined if the directory has no format.json
 * @throws PolkuError DATA_FORMAT_INVALID, DATA_INCOMPLETE
 */
export async function readDataFormat(data: string): Promise<number | undefined> {
  const file = join(data, DATA_FORMAT_FILE);
  let text;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
  const { version, restoring } = contentOf(text);
  if (Number.isInteger(version)) return version as number;
  if (restoring === true)
    throw new PolkuError(
      'DATA_INCOMPLETE',
      `A restore into ${data} has not ended. If it was killed, run it again; it removes what the killed one left.`,
    );
  throw new PolkuError('DATA_FORMAT_INVALID', `${file} must hold {"version": N}, with a whole number N.`);
}

function contentOf(text: string): { readonly version?: unknown; readonly restoring?: unknown } {
  try {
    return Object(JSON.parse(text)) as object;
  } catch {
    return {};
  }
}
