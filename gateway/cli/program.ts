import { Command, CommanderError } from 'commander';
import { PolkuError } from '../../schema/polkuError.js';
import { auditCommand } from './commands/audit.js';
import { cityCommand } from './commands/city.js';
import { demoCommand } from './commands/demo.js';
import { extractCommand } from './commands/extract.js';
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
    await program.parseAsync([...argv]);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
    if (!(error instanceof PolkuError)) throw error;
    console.error(`${error.code}: ${error.message}`);
    return error.code === 'USAGE' ? MISUSED : FAILED;
  }
}

/** A command added by addCommand keeps its own settings; all shall fail alike. */
function inheritSettings(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inheritSettings(child);
  }
}
