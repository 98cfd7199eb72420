import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PolkuError } from '../../../schema/polkuError.js';
import type { PolicySource } from './policySource.js';

/**
 * Reads the policies of a folder: purposes.yaml, roles.yaml and a file for each registry. Test files are left out,
 * and owners.yaml, which says who may sign the others.
 * @throws PolkuError POLICY_INVALID where the folder cannot be read
 */
export async function loadPolicyFolder(folder: string): Promise<readonly PolicySource[]> {
  return readSources(folder, (name) => /\.ya?ml$/.test(name) && !/(\.test|^owners)\.ya?ml$/.test(name));
}

/**
 * Reads the tests that lie beside policies: `<registry>.test.yaml`.
 * @throws PolkuError POLICY_INVALID where the folder cannot be read
 */
export async function loadPolicyTests(folder: string): Promise<readonly PolicySource[]> {
  return readSources(folder, (name) => /\.test\.ya?ml$/.test(name));
}

async function readSources(
  folder: string,
  isWanted: (name: string) => boolean,
): Promise<readonly PolicySource[]> {
  try {
    const names = (await readdir(folder)).filter(isWanted);
    return await Promise.all(
      names.sort().map(async (file) => ({ file, text: await readFile(join(folder, file), 'utf8') })),
    );
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new PolkuError(
      'POLICY_INVALID',
      `The policy folder "${folder}" cannot be read (${reason}). Give a folder that holds purposes.yaml, roles.yaml and a file for each registry.`,
      { folder },
      { cause },
    );
  }
}
