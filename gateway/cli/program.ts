import { Command, CommanderError } from 'commander';
import { existsSync } from 'node:fs';
import { PolkuError } from '../../schema/polkuError.js';
import { holdsIdentityCode } from '../operation/identityCodeRule.js';
import { auditCommand } from './commands/audit.js';
import { cityCommand } from './commands/city.js';
import { demoCommand } from './commands/demo.js';
import { extractCommand } from './commands/extract.js';
import { markCommand } from './commands/mark.js';
import { policyCommand } from './commands/policy.js';
import { serveCommand } from './commands/serve.js';
import { subgraphCommand } from './commands/subgraph.js';

const FAILED = 1;
const MISUSED = 2;

const ABOUT = `Polku joins a city's siloed registries into one purpose-limited GraphQL service.

The way from raw exports to an answer:
  polku city generate --persons 2000 --out data/exports     a synthetic city to try things on
  polku extract --all --source data/exports --data data     exports -> pseudonymous snapshots
  polku serve --data data --dev                             gateway and explorer on http://localhost:4000
  polku policy matrix                                       who may see what, for which purpose
  polku mark add restriction --registry health < codes.txt  somebody's rows answer nobody but themselves
  polku audit verify                                        whether the audit log is whole

"polku demo" does all of it.`;

/** The command line. Answers the exit code: 0 done, 1 failed, 2 misused. */
export async function run(argv: readonly string[]): Promise<number> {
  const program = new Command('polku')
    .description(ABOUT)
    .showHelpAfterError('(polku --help tells how it is used)')
    .exitOverride();
  for (const command of [
    cityCommand(),
    extractCommand(),
    markCommand(),
    serveCommand(),
    subgraphCommand(),
    policyCommand(),
    auditCommand(),
    demoCommand(),
  ]) {
    program.addCommand(command);
  }
  inheritSettings(program);
  try {
    if (argv[2] === 'mark') refuseIdentityCodes(argv.slice(3));
    await program.parseAsync([...argv]);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
    if (!(error instanceof PolkuError)) throw error;
    console.error(`${error.code}: ${error.message}`);
    return error.code === 'USAGE' ? MISUSED : FAILED;
  }
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
