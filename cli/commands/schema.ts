import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { DerivableInputs } from '../../gateway/operation/policyCheck.js';
import { visibleSchema } from '../../gateway/operation/visibleSchema.js';
import { didYouMean } from '../../lib/didYouMean.js';
import { PolkuError } from '../../lib/errors.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import { policiesOption } from '../options.js';
import { committedApi } from '../runtime/loadOperations.js';
import { committedSdl, loadPolicy } from '../runtime/openPolicy.js';

const ABOUT = `Prints the schema that a role sees for a purpose, in SDL: what introspection of a gateway shows to such a caller. No gateway has
to run, so the types of an app can be generated where it is built. The same policies print the same text on the same day.`;

const NOTES = `
A field that no policy shows is absent, with the types that only it reached. A field that is shown under a condition, such as
a care relationship, is there; whether it holds is known when somebody asks.

Example, with graphql-codegen (codegen.ts of the app names schema.graphql and the documents):
  polku schema --role family-team-worker --purpose child-protection --recipient family-services --out schema.graphql
  npx graphql-codegen

With gql.tada no code is generated; examples/typed-client shows it.`;

interface SchemaOptions {
  readonly role: readonly string[];
  readonly purpose: string;
  readonly recipient?: string;
  readonly permit?: string;
  readonly policies: string;
  readonly out?: string;
}

export function schemaCommand(): Command {
  return new Command('schema')
    .description(ABOUT)
    .requiredOption(
      '--role <role>',
      'a role of the caller; repeat the option for several',
      (role: string, earlier: readonly string[] = []) => [...earlier, role],
    )
    .requiredOption('--purpose <purpose>', 'the purpose of use')
    .option('--recipient <recipient>', "the caller's organisation")
    .option('--permit <number>', "the caller's research permit")
    .addOption(policiesOption())
    .option('--out <file>', 'write the schema to this file')
    .addHelpText('after', NOTES)
    .action(async (options: SchemaOptions) => {
      const { policies, role: roles, purpose, recipient, permit, out } = options;
      const policy = await loadPolicy(policies);
      checkRequester(policy, options);
      const decision = policy.decide({ roles, purpose, recipient, permit }, new Date());
      const inputs = new DerivableInputs(await committedSdl());
      const sdl = printed(visibleSchema(await committedApi(), decision, inputs));
      if (out === undefined) process.stdout.write(sdl);
      else await writeFile(out, sdl);
    });
}

/** Types and fields by name, so that the order of the registries does not show. */
function printed(visible: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(visible))}\n`;
}

/** @throws PolkuError USAGE if no request could have these roles and this purpose */
function checkRequester(policy: Policy, { role: roles, purpose }: SchemaOptions): void {
  const unknown = roles.find((role) => !policy.roles.has(role));
  if (unknown !== undefined) throw unknownName('role', unknown, [...policy.roles.keys()]);
  if (!policy.purposes.has(purpose)) throw unknownName('purpose', purpose, [...policy.purposes.keys()]);
  const idle = roles.find((role) => !policy.roles.get(role)!.purposes.has(purpose));
  if (idle === undefined) return;
  const served = [...policy.roles.get(idle)!.purposes].join(', ');
  throw new PolkuError('USAGE', `The role "${idle}" does not serve "${purpose}". It serves: ${served}.`);
}

function unknownName(kind: string, name: string, known: readonly string[]): PolkuError {
  const fix = didYouMean(name, known) ?? `There are: ${known.join(', ')}.`;
  return new PolkuError('USAGE', `There is no ${kind} "${name}". ${fix}`);
}
