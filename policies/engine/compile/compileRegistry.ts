import { didYouMean } from '../parse/didYouMean.js';
import type { DisclosureEntry, GrantEntry, ProhibitionEntry, RegistryFile } from '../parse/policyFiles.js';
import type { Parsed } from '../parse/parsePolicy.js';
import type { Prohibition, Registry } from '../policyModel.js';
import { compileClassifications } from './compileClassifications.js';
import type { CompileContext } from './compileContext.js';
import { compileDisclosure } from './compileDisclosure.js';
import { compileGrant, type Entry } from './compileGrant.js';
import { compilePurposeNames } from './compileNames.js';
import { matchPattern } from './pattern.js';

/** undefined where the graph has no such registry; that is no fault of one that is left out. */
export function compileRegistry(parsed: Parsed<RegistryFile>, context: CompileContext): Registry | undefined {
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
    list.flatMap((item, index): Entry<Content>[] =>
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

/** Explanations and the audit log name entries by id, so one id must mean one entry. */
function checkIds(entries: readonly Entry<{ readonly id: string }>[], { problems }: CompileContext): void {
  const lines = new Map<string, number>();
  for (const { content, source, path } of entries) {
    const place = source.place([...path, 'id']);
    const first = lines.get(content.id);
    if (first === undefined) lines.set(content.id, place.line);
    else
      problems.error(place, `The id "${content.id}" is taken by line ${first}.`, 'Give it an id of its own.');
  }
}

function compileProhibition(
  { content, source, path, registry }: Entry<ProhibitionEntry>,
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
