import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../../schema/packageRoot.js';

/** SHA-256 of what makes rows of an export besides the export: mapping, code lists and this version of Polku. */
export async function recipeOf(registry: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of [
    'package.json',
    `subgraphs/${registry}/mapping.yaml`,
    `subgraphs/${registry}/codes.yaml`,
  ]) {
    const text = await readFile(join(packageRoot(), file), 'utf8');
    hash
      .update(file === 'package.json' ? (JSON.parse(text) as { version: string }).version : text)
      .update('\0');
  }
  return hash.digest('hex');
}
