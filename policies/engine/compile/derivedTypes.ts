import type { GraphField, PolicyGraph } from '../parse/policyGraph.js';
import type { Use } from '../policyModel.js';

/**
 * Derived types, those that feeds flow into, and what each makes of its inputs. Of two uses of one input the stricter
 * counts, for `take` is asked by type. What an input is itself made of is an input too: it is not shown again, but its
 * owners, too, must release it to this type, or a path step would carry data where its owner never let it go.
 */
export function derivedTypes(
  graph: PolicyGraph,
  sources: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, ReadonlyMap<string, Use>> {
  const derived = new Map<string, Map<string, Use>>();
  for (const [type, fields] of graph.types) {
    if (!fields.some((field) => field.kind === 'feed')) continue;
    const uses = new Map<string, Use>();
    const lineages = fields.flatMap((field) => field.lineage ?? []);
    const inputs = lineages.flatMap((lineage) => Object.values(lineage).flat() as string[]);
    for (const input of inputs)
      for (const computed of [input, ...(sources.get(input) ?? [])]) uses.set(computed, 'computes');
    for (const { exposes, optional } of lineages)
      for (const input of [...exposes, ...optional]) uses.set(input, 'exposes');
    derived.set(type, uses);
  }
  return derived;
}

/** What each field is made of, over any chain of lineages, feeds and required fields. */
export function fieldSources(graph: PolicyGraph): ReadonlyMap<string, readonly string[]> {
  const sources = new Map<string, readonly string[]>();
  for (const { coordinate, kind } of graph.fields.values()) {
    if (kind === 'feed') continue;
    const found = new Set<string>();
    const waiting = [coordinate];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const part of partsOf(graph.fields.get(at))) {
        if (found.has(part)) continue;
        found.add(part);
        waiting.push(part);
      }
    }
    found.delete(coordinate);
    const own = [...found].filter((part) => graph.fields.get(part)?.kind === 'governed');
    if (own.length > 0) sources.set(coordinate, own.sort());
  }
  return sources;
}

function partsOf(field: GraphField | undefined): readonly string[] {
  return field ? [...field.requires, ...(Object.values(field.lineage ?? {}).flat() as string[])] : [];
}
