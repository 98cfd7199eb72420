import { type Command, Option } from 'commander';
import type { Configuration } from './configuration.js';
import { type Override, type ReadConfiguration, readConfiguration, valueAt } from './readConfiguration.js';

/** An option that overrides a key of the configuration. */
export class KeyOption extends Option {
  /**
   * @param key the path of the key, joined with dots, such as `gateway.port`
   * @param override writes an option that sets several keys as what it overrides
   */
  constructor(
    flags: string,
    description: string,
    readonly key: string,
    private readonly override?: (value: unknown) => readonly (readonly [key: string, value: unknown])[],
  ) {
    super(flags, description);
  }

  overrides(value: unknown): readonly Override[] {
    const keys = this.override?.(value) ?? [[this.key, value] as const];
    return keys.map(([key, one]) => ({ path: key.split('.'), value: one, origin: this.long! }));
  }
}

/**
 * The configuration for a command: of the file that `--config` names, of the environment and of the
 * command's options.
 * @throws PolkuError CONFIG_INVALID
 */
export function readConfigurationOf(command: Command): ReadConfiguration {
  let read = readFor.get(command);
  if (!read) readFor.set(command, (read = readOptions(command)));
  return read;
}

/** Read once for each command: before it runs, and again by the command itself. */
const readFor = new WeakMap<Command, ReadConfiguration>();

function readOptions(command: Command): ReadConfiguration {
  const given = command.options.filter(
    (option) => option instanceof KeyOption && command.getOptionValueSource(option.attributeName()) === 'cli',
  ) as KeyOption[];
  return readConfiguration({
    file: command.optsWithGlobals<{ config?: string }>().config,
    options: given.flatMap((option) => option.overrides(command.getOptionValue(option.attributeName()))),
  });
}

export function configurationOf(command: Command): Configuration {
  return readConfigurationOf(command).configuration;
}

/** Gives a command's options the values of their keys, where the command line does not set them. */
export function applyConfiguration(command: Command): void {
  const configured = command.options.filter((option) => option instanceof KeyOption);
  if (configured.length === 0) return;
  const { configuration } = readConfigurationOf(command);
  for (const option of configured) {
    const name = option.attributeName();
    if (command.getOptionValueSource(name) === 'cli') continue;
    const value = valueAt(configuration, option.key.split('.'));
    if (value !== undefined) command.setOptionValueWithSource(name, value, 'config');
  }
}
