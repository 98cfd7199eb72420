import { parse } from 'yaml';
import { PolkuError } from '../../../../schema/polkuError.js';
import { readRegularFile } from '../../../../schema/regularFile.js';
import { registryFile } from '../../registryFile.js';
import { POPULATION, schemeOfKnown } from './compileMapping.js';
import type { MappingFile } from './mappingFile.js';

/**
 * The scheme by which the population register knows people, as its mapping says; undefined where no population register is
 * joined.
 * @throws PolkuError MAPPING_INVALID if the mapping does not say: other registries must not make people known then
 */
export async function populationScheme(): Promise<string | undefined> {
  const { path, shown: file } = registryFile(POPULATION, 'mapping.yaml');
  let text: string;
  try {
    text = await readRegularFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
  try {
    return schemeOfKnown(parse(text, { schema: 'failsafe' }) as MappingFile);
  } catch (cause) {
    const message = `${file} does not say by which scheme people are known. Correct it first.`;
    throw new PolkuError('MAPPING_INVALID', message, { file }, { cause });
  }
}
