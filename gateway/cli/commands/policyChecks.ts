import { Command } from 'commander';
import { join } from 'node:path';
import { PolkuError } from '../../../schema/polkuError.js';
import {
  compareOperations,
  formatImpact,
  type OperationChange,
  operationStates,
} from '../../../policies/engine/compare/operationImpact.js';
import { diffPolicies } from '../../../policies/engine/compare/diffPolicies.js';
import { loadPolicyTests } from '../../../policies/engine/parse/loadPolicyFolder.js';
import { formatProblems } from '../../../policies/engine/report/formatProblems.js';
import { formatPolicyTests } from '../../../policies/engine/test/formatPolicyTests.js';
import { runPolicyTests } from '../../../policies/engine/test/runPolicyTests.js';
import { policiesFolder, policiesOption } from '../options.js';
import { loadOperations } from '../runtime/loadOperations.js';
import { loadPolicy } from '../runtime/loadPolicy.js';
import { committedApi, operationReader } from '../runtime/readOperation.js';

/** Exit codes of `policy diff` and `policy impact`, for CI to ask a second pair of eyes where something changes. */
const WIDENS = 3;
const NARROWS = 4;

/** What owners check before they put a policy in force. */
export function checkCommands(): Command[] {
  return [testCommand(), diffCommand(), impactCommand()];
}

function testCommand(): Command {
  return new Command('test')
    .description(
      'Runs the tests beside the policies (<registry>.test.yaml): who asks, for what, and what they should be given. Tells which grants and prohibitions no test rests on. Exit code 1 where a test fails.',
    )
    .argument('[registry]', 'only the tests of this registry')
    .addOption(policiesOption())
    .action(async (registry: string | undefined, { policies }: { policies: string }) => {
      const policy = await loadPolicy(policies);
      const files = await loadPolicyTests(policies);
      const isWanted = (file: string) => registry === undefined || file.startsWith(`${registry}.test.`);
      if (!files.some(({ file }) => isWanted(file))) throw noTests(registry, policies);
      // All are run: a case of another registry may rest on a grant of this one.
      const all = runPolicyTests(policy, files, operationReader(await committedApi()));
      const problems = all.problems.filter(({ file }) => isWanted(file));
      const results = all.report.results.filter(({ place }) => isWanted(place.file));
      const coverage = all.report.coverage.filter(
        ({ id }) => registry === undefined || id.startsWith(`${registry}/`),
      );
      if (problems.length > 0) console.log(formatProblems(problems, policies));
      console.log(formatPolicyTests({ results, coverage }));
      if (problems.length > 0 || results.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
    });
}

function noTests(registry: string | undefined, policies: string): PolkuError {
  const missing = registry === undefined ? 'no file <registry>.test.yaml' : 'no tests of that registry';
  return new PolkuError('USAGE', `There are ${missing} in ${policies}.`);
}

function diffCommand(): Command {
  return new Command('diff')
    .description(
      'Tells in sentences what each role and purpose gains and loses from one folder of policies to another.',
    )
    .argument('<before>', 'folder of the policies as they are')
    .argument('<after>', 'folder of the policies as they would be')
    .addHelpText(
      'after',
      `\nExit code: 0 nothing changes; ${WIDENS} somebody is given more; ${NARROWS} somebody is given less, and nobody more.`,
    )
    .action(async (before: string, after: string) => {
      const { sentences, widens, narrows } = diffPolicies(await loadPolicy(before), await loadPolicy(after));
      console.log(
        sentences.length > 0 ? sentences.join('\n') : 'No role or purpose gains or loses anything.',
      );
      process.exitCode = widens ? WIDENS : narrows ? NARROWS : 0;
    });
}

function impactCommand(): Command {
  return new Command('impact')
    .description(
      'Tells which stored operations of the apps (policies/operations/<app>/*.graphql) policies answer, which a change would break, and which it would answer with less: without a sector, under a mask or a condition.',
    )
    .addOption(policiesOption())
    .option('--from <folder>', 'policies as they are; left out: those of --policies')
    .option('--to <folder>', 'policies as they would be; left out: those of --policies')
    .option('--operations <folder>', 'a folder for each app', join(policiesFolder, 'operations'))
    .addHelpText(
      'after',
      `\nExit code: 0 none loses anything; 1 one breaks; ${NARROWS} none breaks, and one is answered with less.\n\nExample:\n  polku policy impact --to drafts/policies`,
    )
    .action(async (options: { policies: string; from?: string; to?: string; operations: string }) => {
      const { policies, from = policies, to = policies } = options;
      const operations = await loadOperations(options.operations);
      const read = operationReader(await committedApi());
      const [before, after] = [await loadPolicy(from), await loadPolicy(to)].map((policy) =>
        operationStates(policy, operations, read),
      );
      const impacts = compareOperations(before!, after!);
      console.log(formatImpact(impacts));
      const has = (kind: OperationChange) => impacts.some(({ change }) => change === kind);
      process.exitCode = has('broken') ? 1 : has('less') ? NARROWS : 0;
    });
}
