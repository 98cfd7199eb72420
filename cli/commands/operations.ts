import { Command } from 'commander';
import { Kind, parse } from 'graphql';
import { operationHash } from '../../gateway/operation/storedOperations.js';
import { PolkuError } from '../../lib/errors.js';
import {
  isAnswered,
  operationStates,
  type StoredOperation,
} from '../../policies/engine/compare/operationImpact.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import { formatProblems } from '../../policies/engine/parse/problems.js';
import type { ReadOperation } from '../../policies/engine/test/checkCase.js';
import { configurationOf, KeyOption } from '../configuration/keyOption.js';
import { policiesOption } from '../options.js';
import { operationReader } from '../../gateway/operation/readOperation.js';
import { checkOperations, committedApi, loadOperations } from '../runtime/loadOperations.js';
import { operationsFolder } from '../runtime/openOperations.js';
import { loadPolicy } from '../runtime/openPolicy.js';

const ABOUT = `Shows the stored operations of the apps: a folder for each app, with an app.yaml and a file for each operation. A gateway
whose configuration has gateway.operations serves them by their hash, the SHA-256 of the file.`;

const NOTES = `
A client names an operation by its hash, and sends the variables with it:

  curl https://polku.example.org/graphql -H "Authorization: Bearer $TOKEN" -H "Purpose-Of-Use: child-protection" \\
    -H "Content-Type: application/json" -d '{"documentId": "sha256:...", "variables": {"first": 10}}'

Exit codes:
  0  policy answers every operation for the purpose of its app
  1  policy refuses one`;

export function operationsCommand(): Command {
  return new Command('operations').description(ABOUT).addCommand(
    new Command('list')
      .description(
        'Lists every stored operation with its hash, and the purposes for which policy answers it.',
      )
      .addOption(
        new KeyOption(
          '--operations <folder>',
          'the stored operations, with a folder for each app',
          'gateway.operations.folder',
        ).default(undefined, "Polku's own"),
      )
      .addOption(policiesOption())
      .addHelpText('after', NOTES)
      .action(async ({ policies }: { policies: string }, command: Command) => {
        const folder = operationsFolder(configurationOf(command));
        const operations = await loadOperations(folder);
        const api = await committedApi();
        const problems = checkOperations(operations, api);
        if (problems.length > 0)
          throw new PolkuError(
            'POLICY_INVALID',
            `The stored operations have faults:\n${formatProblems(problems, folder)}`,
          );
        const policy = await loadPolicy(policies);
        const read = operationReader(api);
        for (const operation of operations) {
          const { answered, refused } = purposesOf(operation, policy, read);
          console.log(describe(operation, answered, refused));
          if (!answered.includes(operation.purpose)) process.exitCode = 1;
        }
      }),
  );
}

/** The purposes that the roles of an app serve, by whether policy answers its operation for them. */
function purposesOf(
  operation: StoredOperation,
  policy: Policy,
  read: ReadOperation,
): { readonly answered: readonly string[]; readonly refused: readonly string[] } {
  const served = operation.roles.flatMap((role) => [...(policy.roles.get(role)?.purposes ?? [])]);
  const purposes = [...new Set([operation.purpose, ...served])];
  const states = operationStates(
    policy,
    purposes.map((purpose) => ({ ...operation, purpose, roles: servingRoles(operation, purpose, policy) })),
    read,
  );
  const answered = purposes.filter((_, index) => isAnswered(states[index]!));
  return { answered, refused: purposes.filter((purpose) => !answered.includes(purpose)) };
}

/** A request has only those roles of its caller that serve its purpose. */
function servingRoles({ roles }: StoredOperation, purpose: string, policy: Policy): readonly string[] {
  return roles.filter((role) => policy.roles.get(role)?.purposes.has(purpose));
}

function describe(
  { app, file, text, recipient, roles }: StoredOperation,
  answered: readonly string[],
  refused: readonly string[],
): string {
  const names = parse(text).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? [definition.name?.value ?? 'without a name'] : [],
  );
  return [
    `${app}/${file}  ${names.join(', ')}`,
    `  sha256:${operationHash(text)}`,
    `  for ${recipient ?? 'every recipient'}, as ${roles.join(', ')}`,
    `  answered for: ${answered.join(', ') || 'no purpose'}`,
    ...(refused.length > 0 ? [`  refused for: ${refused.join(', ')}`] : []),
  ].join('\n');
}
