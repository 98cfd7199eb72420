import type { RegistryFile } from '../parse/policyFiles.js';
import type { Parsed } from '../parse/parsePolicy.js';
import type { Classification } from '../policyModel.js';
import { checkMask, isMaskName, unknownMask } from './checkMask.js';
import type { CompileContext } from './compileContext.js';
import { matchPattern } from './pattern.js';

/** What each field of a registry is. A field that is not classified is denied, and its owner is told. */
export function compileClassifications(
  { source, content }: Parsed<RegistryFile>,
  { graph, problems }: CompileContext,
): ReadonlyMap<string, Classification> {
  const registry = content.registry;
  const classified = new Map<string, Classification & { named: boolean }>();
  const faulty = new Set<string>();
  for (const [pattern, entry] of Object.entries(content.fields)) {
    const place = source.keyPlace(['fields', pattern]);
    if (!entry) {
      for (const { field } of matchPattern(pattern, { graph, registry, place, problems }))
        faulty.add(field.coordinate);
      continue;
    }
    const { category, special = false, quasi, label } = entry;
    const quasiPlace = source.place(['fields', pattern, 'quasi']);
    const masked = quasi === undefined || quasi === 'withhold' || isMaskName(quasi) ? quasi : undefined;
    if (quasi !== masked) unknownMask(quasi!, quasiPlace, problems, ['withhold']);
    for (const { field, named } of matchPattern(pattern, { graph, registry, place, problems })) {
      if (masked !== undefined && masked !== 'withhold')
        checkMask(masked, field, category, quasiPlace, problems);
      const before = classified.get(field.coordinate);
      if (before?.named === named) {
        problems.error(
          place,
          `"${field.coordinate}" is classified twice; first in line ${before.place.line}.`,
          'Keep one of them.',
        );
      }
      if (!before || (named && !before.named)) {
        classified.set(field.coordinate, { category, special, quasi: masked, label, place, named });
      }
    }
  }
  for (const field of graph.fields.values()) {
    if (field.subgraph !== registry || field.kind !== 'governed') continue;
    if (classified.has(field.coordinate) || faulty.has(field.coordinate)) continue;
    problems.warning(
      source.keyPlace(['fields']),
      `"${field.coordinate}" is not classified, and so denied to everybody.`,
      `Add "${field.coordinate}: { category: ... }" under "fields".`,
    );
  }
  return classified;
}
