import { Command } from 'commander';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { overlaysRegistry } from '../../../subgraphs/registry/overlays/overlaysRegistry.js';
import { openSnapshot } from '../../../subgraphs/registry/snapshot/openSnapshot.js';
import { registries } from '../../../subgraphs/registries.js';
import { openAuditLog } from '../../audit/auditLog.js';
import { PersonDigests } from '../../audit/personDigests.js';
import { Domains } from '../../pseudonyms/domain.js';
import { describeFault } from '../describeFault.js';
import {
  dataOption,
  ownersOption,
  policiesFromOption,
  secretsOption,
  watchedPoliciesOption,
} from '../options.js';
import { extractPermit } from '../permit/extractPermit.js';
import { count, Progress } from '../progress.js';
import { lockAuditLog } from '../runtime/auditLock.js';
import { openLocalSubgraphs } from '../runtime/localSubgraphs.js';
import { openPolicy, registerTrust } from '../runtime/openPolicy.js';
import { Secrets } from '../runtime/secrets.js';

const ABOUT = `Writes the rows that a research permit opens as Parquet files: fields and people that the permit names and their
owners grant, masked as they are for its purpose, under ids of the permit's own pseudonymisation domain, which fit
those of its holder's queries and nothing else.`;

const NOTES = `
Beside the files lies manifest.json: what was extracted, by which policy revision, and until when it may be used. After that day
delete it. Each person read has an entry in the audit log, so the gateway of this data directory must not run meanwhile.

Example:
  polku permit extract demo-permit-1 --data data --out extracts/demo-permit-1 --dev`;

interface PermitOptions {
  readonly data: string;
  readonly out: string;
  readonly role: string;
  readonly by: string;
  readonly epoch: string;
  readonly dev?: boolean;
  readonly policies?: string;
  readonly policiesFrom?: string;
  readonly owners?: string;
  readonly secrets?: string;
}

export function permitCommand(): Command {
  const extract = new Command('extract')
    .description(ABOUT)
    .argument('<number>', 'the permit, as permits.yaml names it')
    .requiredOption('--out <folder>', 'where to write; a new folder')
    .addOption(dataOption())
    .option('--role <role>', "the holder's role, to which owners grant", 'researcher')
    .option('--by <name>', 'who extracts, for the audit log', userInfo().username)
    .option('--epoch <name>', 'the epoch of pseudonyms, as polku serve has it', '1')
    .option('--dev', 'policies of a folder; synthetic snapshots only')
    .addOption(watchedPoliciesOption())
    .addOption(policiesFromOption())
    .addOption(ownersOption())
    .addOption(secretsOption())
    .addHelpText('after', NOTES)
    .action(extractForPermit);
  return new Command('permit').description('Research permits (552/2019).').addCommand(extract);
}

async function extractForPermit(permit: string, options: PermitOptions): Promise<void> {
  const { data, out, role, by, epoch } = options;
  const report = (line: string) => console.error(line);
  const secrets = new Secrets(options.secrets ?? join(data, 'secrets'));
  const unlock = await lockAuditLog(data);
  const closing: (() => Promise<void>)[] = [unlock];
  try {
    const policy = await openPolicy(options, 'gateway', report);
    closing.unshift(() => policy.close());
    const local = await openLocalSubgraphs({
      names: registries.map(({ definition }) => definition.name),
      data,
      secrets,
      policy: () => policy.current,
      syntheticOnly: options.dev === true,
      riskTrust: registerTrust(options),
      onRefreshError: (error) => report(describeFault(error)),
    });
    closing.unshift(() => local.stop());
    const auditLog = await openAuditLog(data, { signingKey: await secrets.auditKey() });
    closing.unshift(() => auditLog.close());
    const domains = new Domains(await secrets.domain());
    const progress = new Progress();
    const { tables: people } = await openSnapshot(data, overlaysRegistry);
    const manifest = await extractPermit({
      permit,
      role,
      by,
      out,
      policy: policy.current,
      subgraphs: local.subgraphs,
      persons: people.persons.subject,
      domainOf: (name) => domains.domain({ ...name, epoch }),
      auditLog,
      personDigests: new PersonDigests(await secrets.audit()),
    });
    for (const [type, { rows }] of Object.entries(manifest.tables))
      progress.done(`  ${type}.parquet: ${count(rows)} rows`);
    progress.done(
      `Permit ${permit} in ${out}, ${progress.seconds} s. It may be used until ${manifest.expires}.`,
    );
  } finally {
    for (const close of closing) await close();
  }
}
