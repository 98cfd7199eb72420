import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { PolkuError } from '../../lib/errors.js';
import { dataOption } from '../options.js';
import { lockAuditChain } from '../runtime/auditChains.js';
import { checkDataFormat, DATA_FORMAT, readDataFormat, writeDataFormat } from '../runtime/dataFormat.js';

const ABOUT = `Brings a data directory to the format of this Polku. Stop its server first. A directory that already has the format
is left unchanged, so the command may be repeated.`;

export function migrateCommand(): Command {
  return new Command('migrate')
    .description(ABOUT)
    .addOption(dataOption())
    .action(({ data }: { data: string }) => migrate(data));
}

/** @throws PolkuError USAGE, AUDIT_LOCKED while a gateway serves the directory, DATA_NEWER, DATA_OLDER */
async function migrate(data: string): Promise<void> {
  if (!existsSync(data)) throw new PolkuError('USAGE', `There is no data directory ${data}.`);
  const unlock = await lockAuditChain(data, 'gateway');
  try {
    await checkDataFormat(data);
    if ((await readDataFormat(data)) !== undefined) {
      console.log(`${data} has format ${DATA_FORMAT}; nothing to do.`);
      return;
    }
    await writeDataFormat(data);
    console.log(`${data} has format ${DATA_FORMAT}; wrote format.json, which records it.`);
  } finally {
    await unlock();
  }
}
