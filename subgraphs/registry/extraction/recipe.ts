import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { packageRoot } from '../../../schema/packageRoot.js';
import { readRegularFile } from '../../../schema/regularFile.js';
import { registryFile } from '../registryFile.js';

/** SHA-256 of what makes rows of an export besides the export: mapping, code lists and this version of Polku. */
export async function recipeOf(registry: string): Promise<string> {
  const hash = createHash('sha256');
  const { version } = JSON.parse(await readRegularFile(join(packageRoot(), 'package.json'))) as {
    version: string;
  };
  hash.update(version).update('\0');
  for (const name of ['mapping.yaml', 'codes.yaml'] as const)
    hash.update(await readRegularFile(registryFile(registry, name).path)).update('\0');
  return hash.digest('hex');
}
