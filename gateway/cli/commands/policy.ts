import { Command, Option } from 'commander';
import { writeFile } from 'node:fs/promises';
import type { Policy } from '../../../policies/engine/decide/policy.js';
import { explain } from '../../../policies/engine/report/explain.js';
import { formatProblems } from '../../../policies/engine/report/formatProblems.js';
import { matrix, type MatrixFormat, matrixFormats } from '../../../policies/engine/report/matrix.js';
import { PolkuError } from '../../../schema/polkuError.js';
import { policiesOption } from '../options.js';
import { compileFolder, loadPolicy } from '../runtime/loadPolicy.js';
import { checkCommands } from './policyChecks.js';
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
