import { existsSync } from 'node:fs';
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
import { formatProblems } from '../../policies/engine/parse/problems.js';
import { explain } from '../../policies/engine/report/explain.js';
import { matrix, type MatrixFormat, matrixFormats } from '../../policies/engine/report/matrix.js';
import { formatPolicyTests, runPolicyTests } from '../../policies/engine/test/runPolicyTests.js';
import { joinedRegistries } from '../../registry-kit/joinedRegistries.js';
import { operationsOption, policiesOption } from '../options.js';
import { operationReader } from '../../gateway/operation/readOperation.js';
import { checkOperations, committedApi, loadOperations } from '../runtime/loadOperations.js';
import { leftOut } from '../../subgraphs/registries.js';
import { compileFolder, loadPolicy, loadTests } from '../runtime/openPolicy.js';
import { approveCommand } from './approvePolicy.js';
import { revisionCommands } from './policyRevisions.js';

const ABOUT = `Checks policies and shows what they allow. Data owners write them; docs/policies.md explains how.`;

export function policyCommand(): Command {
  const policy = new Command('policy')
    .description(ABOUT)
    .addCommand(lintCommand())
    .addCommand(matrixCommand())
    .addCommand(explainCommand());
  for (const command of [...checkCommands(), approveCommand(), ...revisionCommands()])
    policy.addCommand(command);
  return policy;
}

function lintCommand(): Command {
  return new Command('lint')
    .description(
      'Checks the policies and the stored operations beside them. Reports every error as file:line:column, with what to write instead.',
    )
    .addOption(policiesOption())
    .action(async ({ policies }: { policies: string }) => {
      const { policy, problems } = await compileFolder(policies);
      if (problems.length > 0) console.log(formatProblems(problems, policies, joinedRegistries().folders));
      const operations = join(policies, 'operations');
      const faults = existsSync(operations)
        ? checkOperations(await loadOperations(operations), await committedApi())
        : [];
      if (faults.length > 0) console.log(formatProblems(faults, operations));
      if (!policy || faults.length > 0) process.exitCode = 1;
      else
        console.log(
          `${policies} compiles: revision ${policy.revision}${problems.length > 0 ? ', with warnings' : ''}.`,
        );
    });
}

function matrixCommand(): Command {
  return new Command('matrix')
    .description(
      'Shows every field for every purpose: who may see it, under which mask and on which conditions.',
    )
    .addOption(policiesOption())
    .addOption(new Option('--format <format>', 'the output format').choices(matrixFormats).default('text'))
    .option('--role <role>', 'show only what this role may see')
    .option('--out <file>', 'write the matrix to this file')
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
      'Explains why a field is shown or denied: which rule in which line decides, and which owner could release the field.',
    )
    .argument('<coordinate>', 'Type.field, such as HealthContact.diagnosis')
    .requiredOption(
      '--role <role>',
      'a role of the caller; repeat the option for several',
      (role: string, earlier: string[] = []) => [...earlier, role],
    )
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

/** Exit codes of `policy diff` and `policy impact`, with which CI can ask for a second review of a change. */
const WIDENS = 3;
const NARROWS = 4;

/** The checks before a policy comes into force. */
function checkCommands(): Command[] {
  return [testCommand(), diffCommand(), impactCommand()];
}

function testCommand(): Command {
  return new Command('test')
    .description(
      'Runs the policy tests (<registry>.test.yaml). A test says who asks, for which purpose, and what should be shown. Also lists the grants and prohibitions that no test covers. Exit code 1 if a test fails.',
    )
    .argument('[registry]', 'run only the tests of this registry')
    .addOption(policiesOption())
    .action(async (registry: string | undefined, { policies }: { policies: string }) => {
      const policy = await loadPolicy(policies);
      const files = await loadTests(policies);
      const isWanted = (file: string) => registry === undefined || file.startsWith(`${registry}.test.`);
      if (!files.some(({ file }) => isWanted(file))) throw noTests(registry, policies);
      // All tests run, because a case of another registry may cover a grant of this one.
      const all = runPolicyTests(policy, files, operationReader(await committedApi()));
      const problems = all.problems.filter(({ file }) => isWanted(file));
      const results = all.report.results.filter(({ place }) => isWanted(place.file));
      const coverage = all.report.coverage.filter(
        ({ id }) => registry === undefined || id.startsWith(`${registry}/`),
      );
      if (problems.length > 0) console.log(formatProblems(problems, policies, joinedRegistries().folders));
      console.log(formatPolicyTests({ results, coverage }));
      const absent = files.flatMap(({ file }) => [...leftOut].filter((name) => file === `${name}.test.yaml`));
      if (absent.length > 0)
        console.log(`Not run: ${absent.join(', ')}. The configuration says that this city does not have it.`);
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
      'Compares two folders of policies: lists in sentences what each role gains and loses for each purpose.',
    )
    .argument('<before>', 'the folder of the present policies')
    .argument('<after>', 'the folder of the changed policies')
    .addHelpText(
      'after',
      `\nExit codes:\n  0  nothing changes\n  ${WIDENS}  somebody may see more\n  ${NARROWS}  somebody may see less, and nobody may see more`,
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
      'Shows how a change of policies affects the stored operations of the apps (policies/operations/<app>/*.graphql): which break, and which are answered with less (without a registry, or under a new mask or condition).',
    )
    .addOption(policiesOption())
    .option('--from <folder>', 'the present policies; default: those of --policies')
    .option('--to <folder>', 'the changed policies; default: those of --policies')
    .addOption(operationsOption())
    .addHelpText(
      'after',
      `\nExit codes:\n  0  no operation loses anything\n  1  an operation breaks\n  ${NARROWS}  none breaks, but one is answered with less\n\nExample:\n  polku policy impact --to drafts/policies`,
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
