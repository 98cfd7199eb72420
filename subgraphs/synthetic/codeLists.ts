import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../schema/packageRoot.js';

export type Department = 'population' | 'health' | 'social' | 'education';

/** A code list: the codes in file order. */
export type Codes = readonly string[];

/** The codes of one list of `subgraphs/<department>/codes.yaml`. */
export function codesOf(department: Department, list: string): Codes {
  return Object.keys(listOf(department, list));
}

/** District code -> area code. */
export function areaByDistrict(): ReadonlyMap<string, string> {
  const areas = Object.entries(listOf('population', 'districts')).map(([code, entry]): [string, string] => {
    if (typeof entry['area'] !== 'string') throw new Error(`District ${code} names no area.`);
    return [code, entry['area']];
  });
  return new Map(areas);
}

/** Throws unless the generator's own tables and the code list speak of the same codes. */
export function requireCodes(department: Department, list: string, used: readonly string[]): void {
  const known = new Set(codesOf(department, list));
  const missing = used.filter((code) => !known.has(code));
  if (missing.length > 0) throw new Error(`${department}/codes.yaml has no ${list} ${missing.join(', ')}.`);
}

function listOf(department: Department, list: string): Record<string, Record<string, unknown>> {
  const path = join(packageRoot(), 'subgraphs', department, 'codes.yaml');
  const lists = parse(readFileSync(path, 'utf8')) as Record<string, Record<string, Record<string, unknown>>>;
  const codes = lists[list];
  if (codes === undefined) throw new Error(`${path} has no list called ${list}.`);
  return codes;
}
