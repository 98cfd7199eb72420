import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Linkage } from '../../linkage/linkage.js';
import { hetu } from '../../linkage/localId.js';

/** The identity code of each person in a city's population register, by key. */
export async function codesByKey(exports: string, linkage: Linkage): Promise<ReadonlyMap<number, string>> {
  const codes = new Map<number, string>();
  for (const line of (await readFile(join(exports, 'population', 'henkilot.csv'), 'utf8')).split('\n')) {
    const code = line.slice(0, line.indexOf(','));
    const key = linkage.findPerson(hetu, code);
    if (typeof key === 'number') codes.set(key, code);
  }
  return codes;
}
