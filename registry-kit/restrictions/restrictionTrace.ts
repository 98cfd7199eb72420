import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../lib/durableFile.js';
import { PolkuError } from '../../lib/errors.js';
import { personFlagsRegistry } from '../person-flags/personFlags.js';
import { SHIELDING_REGISTRY } from './restrictions.js';

/**
 * What is stored outside a registry's file: the linkage store of its keys, and the number of changes written.
 */
export interface RestrictionTrace {
  readonly store: string;
  readonly sequence: number;
}

const TRACE = /^marks-(.+)\.json$/;

/** Whether a file in a snapshot folder is a trace. Traces stay when snapshots are removed. */
export function isTraceFile(name: string): boolean {
  return TRACE.test(name);
}

function traceFile(registry: string): string {
  return `marks-${registry}.json`;
}

/**
 * The folders that hold a trace, so that a restore without the file, or with an older one, is noticed. The
 * linkage folder is one, because it cannot be created again. The registry's snapshot folder is the other; for
 * the population register it is the person flags, which every department has.
 */
function foldersOf(data: string, registry: string): readonly string[] {
  return [
    join(data, 'linkage'),
    join(data, registry === SHIELDING_REGISTRY ? personFlagsRegistry.name : registry),
  ];
}

/** @throws PolkuError MARKS_INVALID where a trace cannot be read */
export async function readTraces(data: string, registry: string): Promise<readonly RestrictionTrace[]> {
  const traces: RestrictionTrace[] = [];
  for (const folder of foldersOf(data, registry)) {
    const path = join(folder, traceFile(registry));
    try {
      const { store, sequence } = JSON.parse(await readFile(path, 'utf8')) as RestrictionTrace;
      if (typeof store !== 'string' || !Number.isInteger(sequence))
        throw new Error('It is not a trace of marks.');
      traces.push({ store, sequence });
    } catch (cause) {
      if (isMissing(cause)) continue;
      throw new PolkuError(
        'MARKS_INVALID',
        `${path} cannot be read: it records how many times the marks of ${registry} were changed. Restore it from a backup.`,
        { path },
        { cause },
      );
    }
  }
  return traces;
}

/**
 * Writes the trace to each folder that exists. A registry may have no snapshot yet, and a department has no
 * linkage.
 */
export async function writeTraces(
  data: string,
  registry: string,
  { store, sequence }: RestrictionTrace,
): Promise<void> {
  const text = `${JSON.stringify({ registry, store, sequence })}\n`;
  for (const folder of foldersOf(data, registry)) {
    if (!existsSync(folder)) continue;
    const path = join(folder, traceFile(registry));
    if ((await readFile(path, 'utf8').catch(() => undefined)) !== text) await writeDurably(path, text);
  }
}

/** The registries of a data directory that have, or once had, a file of restrictions. */
export async function restrictedRegistries(data: string): Promise<ReadonlySet<string>> {
  const marked = new Set<string>();
  for (const folder of await readdir(data, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    for (const name of await readdir(join(data, folder.name))) {
      const registry = folder.name === 'marks' ? /^([^.].*)\.json$/.exec(name)?.[1] : TRACE.exec(name)?.[1];
      if (registry !== undefined) marked.add(registry);
    }
  }
  return marked;
}

function isMissing(cause: unknown): boolean {
  return (cause as NodeJS.ErrnoException).code === 'ENOENT';
}
