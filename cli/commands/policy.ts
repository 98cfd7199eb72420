import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { PolkuError } from '../../lib/errors.js';
import { diffPolicies } from '../../policies/engine/compare/diffPolicies.js';
import {
  compareOperations,
  formatImpact,
  type OperationChange,
  operationStates,
} from '../../policies/engine/compare/operationImpact.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import { loadPolicyTests } from '../../policies/engine/parse/loadPolicyFolder.js';
import { formatProblems } from '../../policies/engine/parse/problems.js';
import { explain } from '../../policies/engine/report/explain.js';
import { matrix, type MatrixFormat, matrixFormats } from '../../policies/engine/report/matrix.js';
import { formatPolicyTests, runPolicyTests } from '../../policies/engine/test/runPolicyTests.js';
import { policiesFolder, policiesOption } from '../options.js';
import { committedApi, loadOperations, operationReader } from '../runtime/loadOperations.js';
import { compileFolder, loadPolicy } from '../runtime/openPolicy.js';
import { revisionCommands } from './policyRevisions.js';

const ABOUT = `What data owners do with policies: check them, and see what they mean. docs/policies.md tells how one is written.`;

export function policyCommand(): Command {
  const policy = new Command('policy')
    .description(ABOUT)
    .addCommand(lintCommand())
    .addCommand(matrixCommand())
    .addCommand(explainCommand());
  for (const command of [...checkCommands(), ...revisionCommands()]) policy.addCommand(command);
  return policy;
}

function lintCommand(): Command {
  return new Command('lint')
    .description('Checks the policies and tells every fault: file:line:column, and what to write instead.')
    .addOption(policiesOption())
    .action(async ({ policies }: { policies: string }) => {
      const { policy, problems } = await compileFolder(policies);
      if (problems.length > 0) console.log(formatProblems(problems, policies));
      if (!policy) process.exitCode = 1;
      else
        console.log(
          `${policies} compiles: revision ${policy.revision}${problems.length > 0 ? ', with warnings' : ''}.`,
        );
    });
}

function matrixCommand(): Command {
  return new Command('matrix')
    .description(
      'Shows every field against every purpose: who may see what, masked how, under which conditions.',
    )
    .addOption(policiesOption())
    .addOption(new Option('--format <format>', 'how to show it').choices(matrixFormats).default('text'))
    .option('--role <role>', 'only what this role may see')
    .option('--out <file>', 'write it to a file')
    .addHelpText('after', '\nExample:\n  polku policy matrix --format html --out matrix.html')
    .action(async (options: { policies: string; format: MatrixFormat; role?: string; out?: string }) => {
      const policy = await loadPolicy(options.policies);
      if (options.role !== undefined) checkRole(policy, options.role);
      const text = matrix(policy, options.format, options.role === undefined ? {} : { role: options.role });
      if (options.out === undefined) console.log(text);
      else await writeFile(options.out, text);
    });
}

interface ExplainOptions {
  readonly role: string[];
  readonly purpose: string;
  readonly recipient?: string;
  readonly permit?: string;
  readonly policies: string;
}

function explainCommand(): Command {
  return new Command('explain')
    .description(
      'Tells why a field is shown or refused: which rule of which line decides, and who could release it.',
    )
    .argument('<coordinate>', 'Type.field, such as HealthContact.diagnosis')
    .requiredOption('--role <role>', 'a role; may be given again', (role: string, earlier: string[] = []) => [
      ...earlier,
      role,
    ])
    .requiredOption('--purpose <purpose>', 'the purpose of use')
    .option('--recipient <recipient>', "the caller's organisation")
    .option('--permit <number>', "the caller's research permit")
    .addOption(policiesOption())
    .addHelpText(
      'after',
      '\nExample:\n  polku policy explain HealthContact.diagnosis --role clinician --purpose care',
    )
    .action(async (coordinate: string, options: ExplainOptions) => {
      const policy = await loadPolicy(options.policies);
      for (const role of options.role) checkRole(policy, role);
      if (!policy.purposes.has(options.purpose)) {
        throw new PolkuError(
          'USAGE',
          `There is no purpose "${options.purpose}". There are: ${[...policy.purposes.keys()].join(', ')}.`,
        );
      }
      if (!policy.coordinates().some((known) => known.coordinate === coordinate)) {
        throw new PolkuError(
          'USAGE',
          `There is no field "${coordinate}". Write Type.field; "polku policy matrix" lists all.`,
        );
      }
      const { role: roles, purpose, recipient, permit } = options;
      console.log(
        explain(policy, {
          coordinate,
          roles,
          purpose,
          ...(recipient !== undefined && { recipient }),
          ...(permit !== undefined && { permit }),
        }),
      );
    });
}

function checkRole(policy: Policy, role: string): void {
  if (policy.roles.has(role)) return;
  throw new PolkuError(
    'USAGE',
    `There is no role "${role}". There are: ${[...policy.roles.keys()].join(', ')}.`,
  );
}

/** Exit codes of `policy diff` and `policy impact`, for CI to ask a second pair of eyes where something changes. */
const WIDENS = 3;
const NARROWS = 4;

/** What owners check before they put a policy in force. */
function checkCommands(): Command[] {
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
