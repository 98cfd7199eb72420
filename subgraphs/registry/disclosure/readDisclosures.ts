import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Disclosure, disclosureFolder } from './disclosureLog.js';

/**
 * What the registries of all processes have disclosed, the oldest day of each first; empty where none keeps a log here. Files
 * that lie in no folder of a writer are of an earlier format. Torn lines are left out.
 */
export async function readDisclosures(data: string): Promise<Disclosure[]> {
  const folder = disclosureFolder(data);
  let names: string[];
  try {
    names = await readdir(folder, { recursive: true });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw cause;
  }
  const disclosures: Disclosure[] = [];
  for (const name of names.filter((file) => file.endsWith('.jsonl')).sort()) {
    for (const line of (await readFile(join(folder, name), 'utf8')).split('\n')) {
      const disclosure = readLine(line);
      if (disclosure) disclosures.push(disclosure);
    }
  }
  return disclosures;
}

function readLine(line: string): Disclosure | undefined {
  try {
    return line === '' ? undefined : (JSON.parse(line) as Disclosure);
  } catch {
    return undefined;
  }
}
