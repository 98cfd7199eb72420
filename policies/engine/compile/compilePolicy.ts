import { createHash } from 'node:crypto';
import { today } from '../../../schema/calendar.js';
import { Policy } from '../decide/policy.js';
import { groupBy } from '../parse/groupBy.js';
import { type Parsed, parsePolicy } from '../parse/parsePolicy.js';
import type { RegistryFile } from '../parse/policyFiles.js';
import type { PolicyGraph } from '../parse/policyGraph.js';
import type { PolicySource } from '../parse/policySource.js';
import { collectProblems, hasErrors, type Problem, type Problems } from '../parse/problems.js';
import type { PolicyModel } from '../policyModel.js';
import type { CompileContext } from './compileContext.js';
import { compilePurposes } from './compilePurposes.js';
import { compileRegistry } from './compileRegistry.js';
import { compileRoles } from './compileRoles.js';
import { compilePermits } from './compilePermits.js';
import { derivedTypes, fieldSources } from './derivedTypes.js';

export interface Compilation {
  /** undefined where there is an error. */
  readonly policy: Policy | undefined;
  /** All of them, by file, line and column. */
  readonly problems: readonly Problem[];
}

/**
 * Checks the policies against the graph and spells them out.
 * @param now tells which grants have ended; only warnings depend on it
 */
export function compilePolicy(
  sources: readonly PolicySource[],
  graph: PolicyGraph,
  now: Date = new Date(),
): Compilation {
  const { result, problems } = collectProblems((found) => compile(sources, graph, now, found));
  return { policy: hasErrors(problems) || !result ? undefined : new Policy(result), problems };
}

/** undefined where not even a part can be looked at. */
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
    permits: permits ?? new Map(),
    registries: new Map(registries.map((registry) => [registry.name, registry])),
  };
}

/** Whose people must sign a file follows from its name, so that nobody can rule over another's registry. */
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

/** SHA-256 over names and texts, in the order of names: 12 hexadecimal digits. */
function revisionOf(sources: readonly PolicySource[]): string {
  const ordered = sources.toSorted((a, b) => (a.file < b.file ? -1 : 1));
  const text = JSON.stringify(ordered.map((source) => [source.file, source.text]));
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
