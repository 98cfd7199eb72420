import { didYouMean, listed } from '../parse/didYouMean.js';
import type { Policy } from '../decide/policy.js';
import { type Parsed, parseFile } from '../parse/parsePolicy.js';
import { fileSchemas, type PolicyTestFile } from '../parse/policyFiles.js';
import type { PolicySource } from '../parse/policySource.js';
import { collectProblems, type Problem } from '../parse/problems.js';
import { type CaseContext, checkCase } from './checkCase.js';
import type { PolicyTestReport, PolicyTestResult, ReadOperation } from './policyTest.js';
import { type HoldingCase, ruleCoverage } from './ruleCoverage.js';
import { runCase } from './runCase.js';

/** What a case fails by that names something that is not there. */
const NOT_RUN = 'Not run: the faults of its form and its names come first.';

/**
 * Asks a policy what its owners expect of it.
 * @returns problems where a file or a case is not as it should be; such a case fails, and such a file is not run
 */
export function runPolicyTests(
  policy: Policy,
  files: readonly PolicySource[],
  readOperation: ReadOperation,
  now: Date = new Date(),
): { readonly problems: readonly Problem[]; readonly report: PolicyTestReport } {
  const { result, problems } = collectProblems((found) => {
    const holding: HoldingCase[] = [];
    const results = files.flatMap((file) => {
      const parsed = parseFile(file, fileSchemas.policyTest, found);
      return parsed ? runFile(parsed, { policy, readOperation, now, problems: found }, holding) : [];
    });
    return { results, coverage: ruleCoverage(policy, holding) };
  });
  return { problems, report: result ?? { results: [], coverage: [] } };
}

function runFile(
  { source, content }: Parsed<PolicyTestFile>,
  context: CaseContext,
  holding: HoldingCase[],
): PolicyTestResult[] {
  if (context.policy.model.graph.leftOut.subgraphs.has(content.registry)) return [];
  checkRegistry({ source, content }, context);
  const lines = new Map<string, number>();
  return content.cases.map((test, index) => {
    const place = source.place(['cases', index, 'name']);
    const first = lines.get(test.name);
    if (first === undefined) lines.set(test.name, place.line);
    else
      context.problems.error(
        place,
        `The name "${test.name}" is taken by line ${first}.`,
        'Say what differs.',
      );
    const checked = checkCase(test, source, ['cases', index], context);
    const result = { place, registry: content.registry, name: test.name };
    if (!checked) return { ...result, failures: [NOT_RUN] };
    const outcome = runCase(checked, context.policy);
    if (outcome.failures.length === 0) holding.push({ checked, outcome });
    return { ...result, failures: outcome.failures };
  });
}

/** The tests of a registry are found by the name of their file, so it must be the registry's. */
function checkRegistry(
  { source, content: { registry } }: Parsed<PolicyTestFile>,
  { policy, problems }: CaseContext,
): void {
  const place = source.place(['registry']);
  const { subgraphs } = policy.model.graph;
  if (!subgraphs.has(registry)) {
    const fix = didYouMean(registry, subgraphs) ?? `There are: ${listed(subgraphs)}.`;
    problems.error(place, `There is no registry "${registry}".`, fix);
  } else if (source.file.replace(/\.test\.ya?ml$/, '') !== registry) {
    const message = `${source.file} holds tests of "${registry}".`;
    problems.error(place, message, `Name the file ${registry}.test.yaml.`);
  }
}
