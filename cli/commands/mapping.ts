import { Command } from 'commander';
import { PolkuError } from '../../lib/errors.js';
import { readMapping } from '../../registry-kit/extraction/mapping/readMapping.js';
import { registries } from '../../subgraphs/registries.js';
import { describeFault } from '../options.js';

const names = registries.map(({ definition }) => definition.name);

const NOTES = `
An error stops every extraction of the registry. A note says what the mapping leaves unchecked, such as rows with the same
id, or an end before its start. The command reads no export.

Examples:
  polku mapping lint
  polku mapping lint health`;

export function mappingCommand(): Command {
  return new Command('mapping')
    .description('Checks mappings (subgraphs/<registry>/mapping.yaml), which say how exports become tables.')
    .addCommand(lintCommand());
}

function lintCommand(): Command {
  return new Command('lint')
    .description(
      'Checks mappings against their registries. Reports every error with its place. Exit code 1 if there is an error.',
    )
    .argument('[registry]', `one of: ${names.join(', ')}; default: all`)
    .addHelpText('after', NOTES)
    .action(async (registry: string | undefined) => {
      if (registry !== undefined && !names.includes(registry))
        throw new PolkuError('USAGE', `There is no registry "${registry}". There are: ${names.join(', ')}.`);
      for (const { definition } of registries) {
        if (registry !== undefined && definition.name !== registry) continue;
        try {
          const { notices, tables } = await readMapping(definition);
          for (const notice of notices) console.log(`note: ${notice}`);
          console.log(`${definition.name}: ${tables.length} tables, ${notices.length} notes.`);
        } catch (cause) {
          if (!(cause instanceof PolkuError)) throw cause;
          console.error(describeFault(cause));
          process.exitCode = 1;
        }
      }
    });
}
