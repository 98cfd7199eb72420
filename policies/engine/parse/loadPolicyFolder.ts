import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PolkuError } from '../../../lib/errors.js';
import { NotRegularFileError, readRegularFile } from '../../../lib/regularFile.js';
import type { PolicySource } from './problems.js';

/** The folders of registries, by name, which may have the registry's policy and its tests. */
type RegistryFolders = ReadonlyMap<string, string>;

/**
 * Reads the policies of a folder: purposes.yaml, roles.yaml and a file for each registry. It skips test
 * files, owners.yaml (which says who may sign the others) and hidden files (which editors and file systems
 * write). A registry with a folder of its own may have its policy there: policy.yaml, which counts as
 * `<registry>.yaml`.
 * @throws PolkuError POLICY_INVALID if the folder or a file cannot be read, or a registry has two policies
 */
export async function loadPolicyFolder(
  folder: string,
  registries: RegistryFolders = new Map(),
): Promise<readonly PolicySource[]> {
  const central = await readSources(folder, (name) => !/(\.test|^owners)\.ya?ml$/i.test(name));
  return withOwnFiles(central, folder, registries, '.yaml');
}

/**
 * Reads the tests in a folder of policies, `<registry>.test.yaml`, and in the folders of registries,
 * policy.test.yaml.
 * @throws PolkuError POLICY_INVALID if the folder or a file cannot be read, or a registry has two files
 */
export async function loadPolicyTests(
  folder: string,
  registries: RegistryFolders = new Map(),
): Promise<readonly PolicySource[]> {
  const central = await readSources(folder, (name) => /\.test\.ya?ml$/i.test(name));
  return withOwnFiles(central, folder, registries, '.test.yaml');
}

async function withOwnFiles(
  central: readonly PolicySource[],
  folder: string,
  registries: RegistryFolders,
  ending: '.yaml' | '.test.yaml',
): Promise<readonly PolicySource[]> {
  const own: PolicySource[] = [];
  for (const [name, place] of registries) {
    const [source] = await readSources(place, (file) => file === `policy${ending}`);
    if (!source) continue;
    const file = `${name}${ending}`;
    if (central.some((one) => one.file === file))
      throw new PolkuError(
        'POLICY_INVALID',
        `Both ${join(place, source.file)} and ${join(folder, file)} exist. Keep one of them.`,
        { folder },
      );
    own.push({ ...source, file });
  }
  return [...central, ...own].sort((a, b) => (a.file < b.file ? -1 : 1));
}

async function readSources(
  folder: string,
  isWanted: (name: string) => boolean,
): Promise<readonly PolicySource[]> {
  const names = (await namesIn(folder)).filter((name) => /^[^.].*\.ya?ml$/i.test(name) && isWanted(name));
  const read = await Promise.all(names.sort().map((file) => readSource(folder, file)));
  const faults = read.flatMap((one) => (typeof one === 'string' ? [one] : []));
  if (faults.length > 0)
    throw new PolkuError(
      'POLICY_INVALID',
      `The policy folder "${folder}" has files that cannot be read:\n${faults.join('\n')}`,
      { folder },
    );
  return read.filter((one) => typeof one === 'object');
}

/** A sentence if the file cannot be read; undefined if it was removed after the folder was listed. */
async function readSource(folder: string, file: string): Promise<PolicySource | string | undefined> {
  if (!/\.ya?ml$/.test(file)) return `${file} is not read: write the end of its name in lower case.`;
  try {
    return { file, text: await readRegularFile(join(folder, file)) };
  } catch (error) {
    if (error instanceof NotRegularFileError)
      return `${file} is a ${error.kind}, not a file. Remove it, or give it another name.`;
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? undefined : `${file} cannot be read (${code ?? 'unknown'}).`;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
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
