import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../schema/packageRoot.js';
import { PolkuError } from '../../schema/polkuError.js';

/**
 * Where a registry's mapping or code lists lie: in `<registry>/` of the folder that POLKU_MAPPINGS names, where that has the
 * file, else in what Polku ships.
 * @returns the path, and as messages name it
 * @throws PolkuError MAPPING_INVALID where POLKU_MAPPINGS names no folder
 */
export function registryFile(
  registry: string,
  name: 'mapping.yaml' | 'codes.yaml',
): { readonly path: string; readonly shown: string } {
  const folder = process.env['POLKU_MAPPINGS'];
  if (folder) {
    if (!existsSync(folder))
      throw new PolkuError(
        'MAPPING_INVALID',
        `POLKU_MAPPINGS names ${folder}, which does not exist. Give a folder with <registry>/mapping.yaml in it.`,
      );
    const own = join(folder, registry, name);
    if (existsSync(own)) return { path: own, shown: own };
  }
  const shown = `subgraphs/${registry}/${name}`;
  return { path: join(packageRoot(), shown), shown };
}
