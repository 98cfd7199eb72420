import { join } from 'node:path';
import { Argument, Command } from 'commander';
import { auditWitnessOption, dataOption, describeFault, secretsOption } from '../options.js';
import {
  type ListedSecret,
  listSecrets,
  retireSecret,
  type RotationPlace,
  rotateSecret,
} from '../runtime/rotateSecrets.js';
import { Secrets } from '../runtime/secrets.js';
import { type SecretName, secretTable } from '../runtime/secretTable.js';

const ABOUT = `Lists and rotates secrets and keys, and prints public keys. docs/how-to/rotate-secrets.md says when to rotate which, and what to do if one has leaked.`;

export function secretsCommand(): Command {
  return new Command('secrets')
    .description(ABOUT)
    .addCommand(
      withPlace(new Command('list'))
        .description(
          'Lists the secrets: where each is, its versions, its age and what it protects. Never a value.',
        )
        .action(async (options: PlaceOptions) => {
          for (const secret of await listSecrets(placeOf(options))) console.log(lineOf(secret));
        }),
    )
    .addCommand(
      withPlace(new Command('public-key'))
        .description(
          'Prints the public key of a key, for those who verify its signatures. Makes the key if there is none yet.',
        )
        .addArgument(new Argument('<name>', 'the key').choices(['gateway.key', 'audit.key']))
        .action(async (name: 'gateway.key' | 'audit.key', options: PlaceOptions) => {
          process.stdout.write(await new Secrets(placeOf(options).folder).publicKeyText(name));
        }),
    )
    .addCommand(
      withPlace(new Command('rotate'))
        .description(
          'Begins the use of a new version of a secret, or of a new key. The former one is still accepted.',
        )
        .addArgument(nameArgument())
        .option('--activate', 'for gateway.key: sign with the key that was prepared')
        .action(async (name: SecretName, options: PlaceOptions & { activate?: boolean }) => {
          const steps = await rotateSecret(name, placeOf(options), options.activate === true);
          console.log(`Rotated ${name}.\n${steps.map((step) => `  - ${step}`).join('\n')}`);
        }),
    )
    .addCommand(
      withPlace(new Command('retire'))
        .description('Ends the use of the earlier versions of a secret, or of the former key.')
        .addArgument(nameArgument())
        .action(async (name: SecretName, options: PlaceOptions) => {
          const steps = await retireSecret(name, placeOf(options));
          console.log(
            `Retired the earlier versions of ${name}.\n${steps.map((step) => `  - ${step}`).join('\n')}`,
          );
        }),
    );
}

function nameArgument(): Argument {
  return new Argument('<name>', 'the secret').choices(secretTable.map(({ name }) => name));
}

interface PlaceOptions {
  readonly data: string;
  readonly secrets?: string;
  readonly auditWitness?: string;
}

function withPlace(command: Command): Command {
  return command.addOption(dataOption()).addOption(secretsOption()).addOption(auditWitnessOption());
}

function placeOf({ data, secrets = join(data, 'secrets'), auditWitness }: PlaceOptions): RotationPlace {
  return {
    data,
    folder: secrets,
    witness: auditWitness,
    report: (fault) => console.error(`audit: ${describeFault(fault)}`),
  };
}

const DAY_MS = 86_400_000;

function lineOf({ name, from, versions, changed, protects }: ListedSecret): string {
  const places = { file: 'file', variable: 'variable', none: 'not made yet' };
  const age = changed && `${Math.floor((Date.now() - changed.getTime()) / DAY_MS)} days`;
  const columns = [
    name.padEnd(12),
    places[from].padEnd(13),
    String(versions || '-').padEnd(3),
    (age ?? '-').padEnd(10),
  ];
  return `${columns.join('')}${protects}`;
}
