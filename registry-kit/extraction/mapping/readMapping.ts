import { parse } from 'yaml';
import { PolkuError } from '../../../lib/errors.js';
import { readRegularFile } from '../../../lib/regularFile.js';
import { readCodeLists, registryFile } from '../../codes/codeLists.js';
import type { RegistryDefinition } from '../../columns/tableDefinition.js';
import { compileMapping, type MappingContext, POPULATION, schemeOfKnown } from './compileMapping.js';
import type { Mapping, MappingFile } from './mapping.js';
import { parseCheckedFile } from './checkedFile.js';

/**
 * Reads the mapping of a registry: its mapping.yaml.
 * @throws PolkuError MAPPING_INVALID or SCHEME_UNKNOWN, with every fault and its place
 */
export async function readMapping(definition: RegistryDefinition): Promise<Mapping> {
  const { path, shown: file } = registryFile(definition.name, 'mapping.yaml');
  try {
    const text = await readRegularFile(path);
    const codeLists = await readCodeLists(definition.name);
    const sharedScheme = definition.name === POPULATION ? undefined : await populationScheme();
    return parseMapping(text, definition, file, { codeLists, sharedScheme });
  } catch (cause) {
    if (cause instanceof PolkuError) throw cause;
    throw new PolkuError('MAPPING_INVALID', `${file} cannot be read.`, { file }, { cause });
  }
}

/** Reads the text of a mapping file; `file` names it in messages. */
export function parseMapping(
  text: string,
  definition: RegistryDefinition,
  file: string,
  context: Partial<MappingContext> = {},
): Mapping {
  const { content, faults } = parseCheckedFile<MappingFile>(text, file, 'mapping');
  const mapping = compileMapping(content, definition, faults, { codeLists: new Map(), ...context });
  faults.throwIfAny();
  return mapping;
}

/**
 * The scheme that the population register uses for people, by its mapping; undefined if there is no
 * population register.
 * @throws PolkuError MAPPING_INVALID if the mapping does not declare it; other registries must not make
 * people known then
 */
async function populationScheme(): Promise<string | undefined> {
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
