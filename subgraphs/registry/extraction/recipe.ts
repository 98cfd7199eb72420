import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../../schema/packageRoot.js';
import { registryFile } from '../registryFile.js';

/** SHA-256 of what makes rows of an export besides the export: mapping, code lists and this version of Polku. */
export async function recipeOf(registry: string): Promise<string> {
  const hash = createHash('sha256');
  const { version } = JSON.parse(await readFile(join(packageRoot(), 'package.json'), 'utf8')) as {
    version: string;
  };
  hash.update(version).update('\0');
  for (const name of ['mapping.yaml', 'codes.yaml'] as const)
    hash.update(await readFile(registryFile(registry, name).path, 'utf8')).update('\0');
  return hash.digest('hex');
}
