import { existsSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { PolkuError } from '../lib/errors.js';
import { holdsIdentityCode } from '../schema/identityCodeText.js';
import { describeFault } from './options.js';

/** Loaded when they are asked for: some take as long to load as others do to run. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  city: async () => (await import('./commands/city.js')).cityCommand(),
  extract: async () => (await import('./commands/extract.js')).extractCommand(),
  mapping: async () => (await import('./commands/mapping.js')).mappingCommand(),
  mark: async () => (await import('./commands/mark.js')).markCommand(),
  serve: async () => (await import('./commands/serve.js')).serveCommand(),
  subgraph: async () => (await import('./commands/subgraph.js')).subgraphCommand(),
  policy: async () => (await import('./commands/policy.js')).policyCommand(),
  permit: async () => (await import('./commands/permit.js')).permitCommand(),
  risk: async () => (await import('./commands/risk.js')).riskCommand(),
  audit: async () => (await import('./commands/audit.js')).auditCommand(),
  demo: async () => (await import('./commands/demo.js')).demoCommand(),
};

const FAILED = 1;
const MISUSED = 2;

const ABOUT = `Polku joins a city's siloed registries into one purpose-limited GraphQL service.

The way from raw exports to an answer:
  polku city generate --persons 2000 --out data/exports     a synthetic city to try things on
  polku extract --all --source data/exports --data data     exports -> pseudonymous snapshots
  polku serve --data data --dev                             gateway and explorer on http://localhost:4000
  polku policy matrix                                       who may see what, for which purpose
  polku mark add restriction --registry health < codes.txt  somebody's rows answer nobody but themselves
  polku risk models                                         which model foresees need, and who has approved it
  polku audit verify                                        whether the audit log is whole

"polku demo" does all of it.`;

/** The command line. Answers the exit code: 0 done, 1 failed, 2 misused. */
export async function run(argv: readonly string[]): Promise<number> {
  const program = new Command('polku')
    .description(ABOUT)
    .showHelpAfterError('(polku --help tells how it is used)')
    .exitOverride();
  const asked = argv[2] ?? '';
  try {
    // Help, and what is no command, tells of all of them.
    for (const name of Object.hasOwn(commands, asked) ? [asked] : Object.keys(commands))
      program.addCommand(await commands[name]!());
    inheritSettings(program);
    if (['mark', 'audit'].includes(asked)) refuseIdentityCodes(argv.slice(3));
    await program.parseAsync([...argv]);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
    const told = fileFailure(error) ?? error;
    console.error(describeFault(told));
    return told instanceof PolkuError && told.code === 'USAGE' ? MISUSED : FAILED;
  }
}

const FILE_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission is denied',
};

/** A file that a command was given and cannot use, in words; undefined for any other error. */
function fileFailure(error: unknown): PolkuError | undefined {
  const { code, path } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : FILE_REASONS[code];
  if (reason === undefined || path === undefined) return undefined;
  return new PolkuError('USAGE', `${path} cannot be used: ${reason}.`);
}

/** Refused before anything is parsed, for what is not understood is repeated. A folder may be named like a code. */
function refuseIdentityCodes(words: readonly string[]): void {
  if (!words.some((word) => holdsIdentityCode(word) && !existsSync(word))) return;
  throw new PolkuError(
    'IDENTITY_CODE_ARGUMENT',
    'An identity code stood among the words of the command. Nothing was changed. Give codes on standard input, one a ' +
      'line, and remove the command from the history of your shell, where it stands now.',
  );
}

/** A command added by addCommand keeps its own settings; all shall fail alike. */
function inheritSettings(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inheritSettings(child);
  }
}
