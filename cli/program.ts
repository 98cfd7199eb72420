import { existsSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { type ErrorCode, PolkuError } from '../lib/errors.js';
import { packageVersion } from '../lib/packageRoot.js';
import { holdsIdentityCode } from '../schema/identityCodeText.js';
import { applyConfiguration } from './configuration/keyOption.js';
import { readConfiguration } from './configuration/readConfiguration.js';
import { describeFault } from './options.js';
import { joinRegistries } from '../registry-kit/joinedRegistries.js';
import { checkDataFormat } from './runtime/dataFormat.js';
import { registryChoice } from './runtime/registryChoice.js';

interface ListedCommand {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Only a command that the command line names is loaded, because some take long to load. */
const commands: Readonly<Record<string, ListedCommand>> = {
  city: {
    summary: 'generates and describes a synthetic city for trials',
    load: async () => (await import('./commands/city.js')).cityCommand(),
  },
  extract: {
    summary: 'extracts registries from raw exports into pseudonymous snapshots',
    load: async () => (await import('./commands/extract.js')).extractCommand(),
  },
  config: {
    summary: 'checks the configuration, and shows where each setting comes from',
    load: async () => (await import('./commands/config.js')).configCommand(),
  },
  identity: {
    summary: 'shows what an access token becomes, or why it is refused',
    load: async () => (await import('./commands/identity.js')).identityCommand(),
  },
  mapping: {
    summary: 'checks mappings, which say how exports become tables',
    load: async () => (await import('./commands/mapping.js')).mappingCommand(),
  },
  registry: {
    summary: 'proposes and checks the folder of a registry',
    load: async () => (await import('./commands/registry.js')).registryCommand(),
  },
  mark: {
    summary: 'marks people: non-disclosure, objection, restriction, erasure',
    load: async () => (await import('./commands/mark.js')).markCommand(),
  },
  serve: {
    summary: 'starts the gateway with its subgraphs and the console',
    load: async () => (await import('./commands/serve.js')).serveCommand(),
  },
  subgraph: {
    summary: 'starts one subgraph alone, as a department would run it',
    load: async () => (await import('./commands/subgraph.js')).subgraphCommand(),
  },
  tls: {
    summary: 'makes and shows certificates for gateway and registries',
    load: async () => (await import('./commands/tls.js')).tlsCommand(),
  },
  policy: {
    summary: 'checks policies, shows what they allow, and signs their revisions',
    load: async () => (await import('./commands/policy.js')).policyCommand(),
  },
  schema: {
    summary: 'prints the schema that a role sees for a purpose, to generate types of an app',
    load: async () => (await import('./commands/schema.js')).schemaCommand(),
  },
  catalogue: {
    summary: 'describes all registries for people and data portals outside (DCAT-AP)',
    load: async () => (await import('./commands/catalogue.js')).catalogueCommand(),
  },
  operations: {
    summary: 'shows the stored operations of the apps, and their hashes',
    load: async () => (await import('./commands/operations.js')).operationsCommand(),
  },
  plan: {
    summary: 'shows how an operation is planned: which registries are asked for what',
    load: async () => (await import('./commands/plan.js')).planCommand(),
  },
  permit: {
    summary: 'extracts data for research permits (552/2019)',
    load: async () => (await import('./commands/permit.js')).permitCommand(),
  },
  risk: {
    summary: 'trains, evaluates and approves models that predict need, and switches them off',
    load: async () => (await import('./commands/risk.js')).riskCommand(),
  },
  audit: {
    summary: 'checks and searches the audit log',
    load: async () => (await import('./commands/audit.js')).auditCommand(),
  },
  backup: {
    summary: 'writes a data directory into one encrypted file, while it is used',
    load: async () => (await import('./commands/backup.js')).backupCommand(),
  },
  restore: {
    summary: 'restores a backup and verifies it',
    load: async () => (await import('./commands/restore.js')).restoreCommand(),
  },
  secrets: {
    summary: 'lists and rotates secrets and keys',
    load: async () => (await import('./commands/secrets.js')).secretsCommand(),
  },
  migrate: {
    summary: 'brings a data directory to the format of this version',
    load: async () => (await import('./commands/migrate.js')).migrateCommand(),
  },
  demo: {
    summary: 'shows all of Polku on a synthetic city',
    load: async () => (await import('./commands/demo.js')).demoCommand(),
  },
};

/** Commands that check the format of the data directory themselves. */
const OWN_CHECKS: readonly string[] = ['migrate', 'restore'];

/** Commands that need no registries, or only those of Polku. */
const OF_ANY_CITY: readonly string[] = ['city', 'config', 'demo', 'registry', 'tls'];

const FAILED = 1;
const MISUSED = 2;

const ABOUT = `Polku joins a city's siloed registries into one purpose-limited GraphQL service.

From raw exports to an answer:
  polku city generate --persons 2000 --out data/exports     generate a synthetic city for trials
  polku extract --all --source data/exports --data data     turn exports into pseudonymous snapshots
  polku serve --data data --dev                             start gateway and explorer on http://localhost:4000
  polku policy matrix                                       show who may see what, for which purpose
  polku mark add restriction --registry health < codes.txt  restrict people's rows to the people themselves
  polku risk models                                         show which model predicts need, and who approved it
  polku audit verify                                        check that the audit log is complete and unchanged
  polku backup --to FILE --recipient age1...                write an encrypted backup while the gateway serves
  polku config print --all                                  show every setting, its value and where it comes from

"polku demo" runs a whole example. "polku <command> --help" explains a command.`;

/** Runs the command line and returns the exit code: 0 done, 1 failed, 2 misused. */
export async function run(argv: readonly string[]): Promise<number> {
  const program = new Command('polku')
    .description(ABOUT)
    .version(packageVersion(), '--version', 'show the version of Polku')
    .addOption(
      new Option('--config <file>', 'the configuration')
        .env('POLKU_CONFIG')
        .default(undefined, 'polku.yaml of this folder, if there is one'),
    )
    .hook('preAction', async (_program, command) => {
      applyConfiguration(command);
      const { data } = command.opts<{ data?: string }>();
      if (data !== undefined && !OWN_CHECKS.includes(command.name())) await checkDataFormat(data);
    })
    .showHelpAfterError('(polku --help shows the usage)')
    .exitOverride();
  const words = new Set(argv.slice(2));
  try {
    if (Object.keys(commands).some((name) => words.has(name) && !OF_ANY_CITY.includes(name)))
      joinConfigured(argv);
    for (const [name, { summary, load }] of Object.entries(commands))
      program.addCommand(words.has(name) ? await load() : new Command(name).summary(summary));
    inheritSettings(program);
    if (words.has('mark') || words.has('audit')) refuseIdentityCodes(words);
    await program.parseAsync([...argv]);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
    const reported = fileFailure(error) ?? error;
    console.error(describeFault(reported));
    return reported instanceof PolkuError && MISUSES.includes(reported.code) ? MISUSED : FAILED;
  }
}

/**
 * Joins the registries of the configuration. Commands are made of them, so the option `--config` is read
 * before it is parsed, and no other section: options of the command may complete those.
 * @throws PolkuError CONFIG_INVALID
 */
function joinConfigured(argv: readonly string[]): void {
  const at = argv.findIndex((word) => word === '--config' || word.startsWith('--config='));
  const named = at === -1 ? process.env['POLKU_CONFIG'] : (argv[at]!.split(/=(.*)/s)[1] ?? argv[at + 1]);
  joinRegistries(registryChoice(readConfiguration({ file: named, section: 'registries' }).configuration));
}

/** Errors of what the user gave, and not of what a command did with it. */
const MISUSES: readonly ErrorCode[] = ['USAGE', 'CONFIG_INVALID', 'REGISTRY_INVALID'];

const FILE_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission is denied',
};

/** An error in words if a command cannot use a file; undefined for any other error. */
function fileFailure(error: unknown): PolkuError | undefined {
  const { code, path } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : FILE_REASONS[code];
  if (reason === undefined || path === undefined) return undefined;
  return new PolkuError('USAGE', `${path} cannot be used: ${reason}.`);
}

/**
 * Rejects identity codes before parsing, because the parser repeats words that it does not know. A folder may
 * look like a code.
 */
function refuseIdentityCodes(words: ReadonlySet<string>): void {
  if (![...words].some((word) => holdsIdentityCode(word) && !existsSync(word))) return;
  throw new PolkuError(
    'IDENTITY_CODE_ARGUMENT',
    'The command contains an identity code. Nothing was changed. Give codes on standard input, one per ' +
      'line, and remove the command from the history of your shell.',
  );
}

/**
 * Passes the settings on to subcommands, which addCommand does not, so that all report errors in the same
 * way.
 */
function inheritSettings(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inheritSettings(child);
  }
}
