import { Command } from 'commander';
import { stringify } from 'yaml';
import type { Configuration } from '../configuration/configuration.js';
import { readConfigurationOf } from '../configuration/keyOption.js';
import { valueAt } from '../configuration/readConfiguration.js';
import { configurationKeys, variableOf } from '../configuration/schemaTree.js';
import { withoutPasswords } from '../configuration/withoutPasswords.js';

const ABOUT = `Checks and shows the configuration: defaults, then polku.yaml, then POLKU_* variables of the environment, then options of
a command. docs/configuration.md lists every key.`;

export function configCommand(): Command {
  return new Command('config')
    .description(ABOUT)
    .addCommand(
      new Command('check')
        .description(
          'Reads the configuration and reports all faults at once, each with its file, line and column.',
        )
        .action((_options: object, command: Command) => {
          const { origins } = readConfigurationOf(command);
          console.log(`The configuration has no faults; ${origins.size} settings differ from the defaults.`);
        }),
    )
    .addCommand(
      new Command('print')
        .description('Shows the settings that differ from the defaults, and where each comes from.')
        .option('--all', 'show every key with its value, its variable and its meaning')
        .option('--yaml', 'print the whole configuration as polku.yaml would have it')
        .action(({ all, yaml }: { all?: boolean; yaml?: boolean }, command: Command) => {
          const { configuration, origins } = readConfigurationOf(command);
          if (yaml) process.stdout.write(stringify(withoutPasswords(configuration)));
          else if (all) printAll(configuration, origins);
          else
            for (const [key, origin] of origins)
              console.log(`${key}: ${text(configuration, key)}   # ${origin}`);
        }),
    );
}

function printAll(configuration: Configuration, origins: ReadonlyMap<string, string>): void {
  for (const { path, node } of configurationKeys) {
    const key = path.join('.');
    const isSet = [...origins].find(([set]) => set === key || set.startsWith(`${key}.`));
    console.log(`# ${node.description ?? ''}`);
    console.log(`# ${variableOf(path)}${isSet ? `; set by ${isSet[1]}` : ''}`);
    console.log(`${key}: ${text(configuration, key)}\n`);
  }
}

function text(configuration: Configuration, key: string): string {
  const value = valueAt(configuration, key.split('.'));
  return value === undefined ? '' : JSON.stringify(withoutPasswords(value));
}
