import { Command } from 'commander';
import { PolkuError } from '../../lib/errors.js';
import { readMapping } from '../../registry-kit/extraction/mapping/readMapping.js';
import { registries } from '../../subgraphs/registries.js';
import { describeFault } from '../options.js';

const names = registries.map(({ definition }) => definition.name);

const NOTES = `
A fault stops every extraction of the registry. A note says what the mapping leaves unchecked: rows that share an id, an end
before its start. No export is read.

Examples:
  polku mapping lint
  polku mapping lint health`;

export function mappingCommand(): Command {
  return new Command('mapping')
    .description('How exports become tables: subgraphs/<registry>/mapping.yaml.')
    .addCommand(lintCommand());
}

function lintCommand(): Command {
  return new Command('lint')
    .description(
      'Checks mappings against their registries. Every fault is told at once, with its place. Exit code 1 if there is one.',
    )
    .argument('[registry]', `one of: ${names.join(', ')}; all of them if left out`)
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
