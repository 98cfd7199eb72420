import { didYouMean } from '../../../lib/didYouMean.js';
import { defaultDisclosure, isPossibleNoise } from '../disclosureParameters.js';
import type { Parsed } from '../parse/parsePolicy.js';
import type { DisclosureEntry, GrantEntry, ProhibitionEntry, RegistryFile } from '../parse/policyFiles.js';
import type { Classification, DisclosureRule, Prohibition, RegistryPolicy } from '../policyModel.js';
import { checkMask, compileGrant, type PolicyEntry, isMaskName, unknownMask } from './compileGrant.js';
import { type CompileContext, compilePurposeNames } from './compileNames.js';
import { matchPattern } from './pattern.js';

/** undefined if the graph has no such registry. That is no error if the registry is left out on purpose. */
export function compileRegistry(
  parsed: Parsed<RegistryFile>,
  context: CompileContext,
): RegistryPolicy | undefined {
  const { source, content } = parsed;
  const name = content.registry;
  if (context.graph.leftOut.subgraphs.has(name)) return undefined;
  if (!context.graph.subgraphs.has(name)) {
    const fix =
      didYouMean(name, context.graph.subgraphs) ?? `There are: ${[...context.graph.subgraphs].join(', ')}.`;
    context.problems.error(source.place(['registry']), `There is no registry "${name}".`, fix);
    return undefined;
  }
  const fields = compileClassifications(parsed, context);
  const entries = <Content>(key: string, list: readonly (Content | undefined)[] = []) =>
    list.flatMap((item, index): PolicyEntry<Content>[] =>
      item ? [{ content: item, source, path: [key, index], registry: name, fields }] : [],
    );
  const grants = entries<GrantEntry>('grants', content.grants);
  const prohibitions = entries<ProhibitionEntry>('prohibitions', content.prohibitions);
  checkIds([...grants, ...prohibitions], context);
  return {
    name,
    owner: content.owner,
    fields,
    grants: grants.map((grant) => compileGrant(grant, context)),
    prohibitions: prohibitions.map((prohibition) => compileProhibition(prohibition, context)),
    disclosure: entries<DisclosureEntry>('disclosure', content.disclosure).map((entry) =>
      compileDisclosure(entry, context),
    ),
  };
}

/** Explanations and the audit log name entries by id, so each id must be unique. */
function checkIds(
  entries: readonly PolicyEntry<{ readonly id: string }>[],
  { problems }: CompileContext,
): void {
  const lines = new Map<string, number>();
  for (const { content, source, path } of entries) {
    const place = source.place([...path, 'id']);
    const first = lines.get(content.id);
    if (first === undefined) lines.set(content.id, place.line);
    else
      problems.error(
        place,
        `The id "${content.id}" is already used in line ${first}.`,
        'Give it an id of its own.',
      );
  }
}

function compileProhibition(
  { content, source, path, registry }: PolicyEntry<ProhibitionEntry>,
  context: CompileContext,
): Prohibition {
  const { graph, problems } = context;
  const fields = content.fields.flatMap((pattern, index) => {
    const place = source.place([...path, 'fields', index]);
    return matchPattern(pattern, { graph, registry, place, problems }).map(({ field }) => field.coordinate);
  });
  return {
    id: `${registry}/${content.id}`,
    place: source.place([...path, 'id']),
    purposes: compilePurposeNames(content.purposes, source, [...path, 'purposes'], context),
    fields: new Set(fields),
    reason: content.reason,
  };
}

/** Parameters that an entry leaves out have their default. */
function compileDisclosure(
  { content, source, path }: PolicyEntry<DisclosureEntry>,
  context: CompileContext,
): DisclosureRule {
  const { purposes, ...given } = content;
  const parameters = { ...defaultDisclosure, ...given };
  if (!isPossibleNoise(parameters.noise)) {
    const { maximum, variance } = parameters.noise;
    context.problems.error(
      source.place([...path, 'noise', 'variance']),
      `No noise of at most ${maximum} has the variance ${variance}.`,
      `Write at most ${Math.floor((maximum * (maximum + 1)) / 3)}, or a larger maximum.`,
    );
  }
  return {
    purposes: compilePurposeNames(purposes, source, [...path, 'purposes'], context),
    parameters,
  };
}

/** The classification of each field. A field without one is denied, and a warning says so to its owner. */
function compileClassifications(
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
