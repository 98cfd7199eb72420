import { createHash } from 'node:crypto';
import { today } from '../../../lib/calendar.js';
import { didYouMean } from '../../../lib/didYouMean.js';
import { groupBy } from '../../../lib/groupBy.js';
import { Policy } from '../decide/policy.js';
import { type Parsed, parsePolicy } from '../parse/parsePolicy.js';
import type { RegistryFile, RolesFile } from '../parse/policyFiles.js';
import type { GraphField, PolicyGraph } from '../parse/policyGraph.js';
import {
  collectProblems,
  hasErrors,
  type PolicySource,
  type Problem,
  type Problems,
} from '../parse/problems.js';
import type { PolicyModel, Purpose, Role, Use } from '../policyModel.js';
import { type CompileContext, compilePurposes } from './compileNames.js';
import { compilePermits } from './compilePermits.js';
import { compileRegistry } from './compileRegistry.js';

export interface Compilation {
  /** undefined if there is an error. */
  readonly policy: Policy | undefined;
  /** Sorted by file, line and column. */
  readonly problems: readonly Problem[];
}

/**
 * Checks the policies against the graph and expands them.
 * @param now decides which grants have ended; only warnings depend on it
 */
export function compilePolicy(
  sources: readonly PolicySource[],
  graph: PolicyGraph,
  now: Date = new Date(),
): Compilation {
  const { result, problems } = collectProblems((found) => compile(sources, graph, now, found));
  return { policy: hasErrors(problems) || !result ? undefined : new Policy(result), problems };
}

/** undefined if not even a part of the policies can be compiled. */
function compile(
  sources: readonly PolicySource[],
  graph: PolicyGraph,
  now: Date,
  problems: Problems,
): PolicyModel | undefined {
  const parsed = parsePolicy(sources, problems);
  const purposes = parsed.purposes && compilePurposes(parsed.purposes, problems);
  const roles = parsed.roles && compileRoles(parsed.roles, purposes, problems);
  const madeOf = fieldSources(graph);
  const derived = derivedTypes(graph, madeOf);
  const context = { graph, derived, purposes, roles, day: today(now), problems };
  const registries = parsed.registries.flatMap((file) => compileRegistry(file, context) ?? []);
  const permits = parsed.permits && compilePermits(parsed.permits, context);
  for (const [name, files] of groupBy(parsed.registries, ({ content }) => content.registry)) {
    checkFileName(name, files, context);
    for (const { source } of files.slice(1)) {
      problems.error(
        source.place(['registry']),
        `The registry "${name}" has a policy in ${files[0]!.source.file} already.`,
        'Keep one file for a registry.',
      );
    }
  }
  const written = new Set(sources.map(({ file }) => file));
  const ruled = new Set(registries.map(({ name }) => name));
  for (const name of graph.subgraphs) {
    const file = `${name}.yaml`;
    if (ruled.has(name) || written.has(file)) continue;
    problems.warning(
      { file, line: 1, column: 1 },
      `${name} has no policy, so all of it is denied.`,
      `Write ${file}.`,
    );
  }
  if (!purposes || !roles) return undefined;
  return {
    revision: revisionOf(sources),
    graph,
    derived,
    sources: madeOf,
    purposes,
    roles,
    recipients: new Map(Object.entries(parsed.recipients?.content.recipients ?? {})),
    permits: permits ?? new Map(),
    registries: new Map(registries.map((registry) => [registry.name, registry])),
  };
}

/** The file name decides which owner must sign a file, so no file may hold another registry's policy. */
function checkFileName(
  registry: string,
  [first, ...others]: readonly Parsed<RegistryFile>[],
  { graph, problems }: CompileContext,
): void {
  if (!first || others.length > 0 || !graph.subgraphs.has(registry)) return;
  if (first.source.file.replace(/\.ya?ml$/, '') === registry) return;
  problems.error(
    first.source.place(['registry']),
    `${first.source.file} holds the policy of "${registry}".`,
    `Name the file ${registry}.yaml.`,
  );
}

/** SHA-256 over names and texts, sorted by name: 12 hexadecimal digits. */
function revisionOf(sources: readonly PolicySource[]): string {
  const ordered = sources.toSorted((a, b) => (a.file < b.file ? -1 : 1));
  const text = JSON.stringify(ordered.map((source) => [source.file, source.text]));
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** @param purposes undefined if they could not be read; then they are not checked */
function compileRoles(
  { source, content }: Parsed<RolesFile>,
  purposes: ReadonlyMap<string, Purpose> | undefined,
  problems: Problems,
): ReadonlyMap<string, Role> {
  const entries = Object.entries(content.roles);
  for (const [id, role] of purposes ? entries : []) {
    role.purposes.forEach((name, index) => {
      const purpose = purposes!.get(name);
      const place = source.place(['roles', id, 'purposes', index]);
      if (!purpose) {
        problems.error(place, `There is no purpose "${name}".`, didYouMean(name, purposes!.keys()));
      } else if (purpose.forbidden) {
        problems.error(place, `"${name}" is forbidden (${purpose.basis.join(', ')}).`, 'Take it away.');
      }
    });
    const allowed = role.purposes.map((name) => purposes!.get(name));
    const primary = allowed.find((purpose) => purpose?.use === 'primary');
    const secondary = allowed.find((purpose) => purpose?.use === 'secondary');
    if (primary && secondary) {
      problems.error(
        source.keyPlace(['roles', id]),
        `"${id}" holds a primary purpose ("${primary.id}") and a secondary one ("${secondary.id}").`,
        'Make two roles: one role must not both serve single people and study everybody.',
      );
    }
  }
  return new Map(
    entries.map(([id, { label, purposes: names }]) => [id, { id, label, purposes: new Set(names) }]),
  );
}

/**
 * Derived types (types with feeds), and how each uses its inputs. If an input is used in two ways, the
 * stricter one applies, because decisions are made by type. The fields that an input is made of are inputs
 * too. They need not be shown again, but their owners must release them to this type. Otherwise a path step
 * could carry data that its owner never released.
 */
function derivedTypes(
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

/** The fields that each field is made of, over any chain of lineages, feeds and required fields. */
function fieldSources(graph: PolicyGraph): ReadonlyMap<string, readonly string[]> {
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
