import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PolkuError } from '../../lib/errors.js';
import { FileSchema, type SchemaViolation } from '../../lib/fileSchema.js';
import { packageRoot } from '../../lib/packageRoot.js';
import { readRegularFile } from '../../lib/regularFile.js';
import type { LocalizedText } from '../../schema/language.js';
import { joinedRegistries } from '../joinedRegistries.js';

/** The labels of a code. */
interface CodeLabels extends LocalizedText {
  /** The area of a district, which the coarsening mask shows instead. */
  readonly area?: string;
}

const codesFile = new FileSchema<Readonly<Record<string, Readonly<Record<string, CodeLabels>>>>>('codes');

/** List name -> code -> labels. */
export type CodeLists = ReadonlyMap<string, ReadonlyMap<string, CodeLabels>>;

/**
 * Reads the code lists of a registry: its codes.yaml.
 * @throws PolkuError MAPPING_INVALID where the file is missing or does not fit schema/codes.schema.json,
 * with every fault
 */
export async function readCodeLists(registry: string): Promise<CodeLists> {
  const { path, shown: file } = registryFile(registry, 'codes.yaml');
  let content: unknown;
  try {
    // Codes are texts: 011 is not a number.
    content = parse(await readRegularFile(path), { schema: 'failsafe' });
  } catch (cause) {
    throw new PolkuError('MAPPING_INVALID', `${file} cannot be read, or is not YAML.`, { file }, { cause });
  }
  if (!codesFile.fits(content)) {
    const faults = codesFile.violations.map(explain);
    throw new PolkuError('MAPPING_INVALID', `${file}: ${faults.join(' ')}`, { file });
  }
  const lists = Object.entries(content);
  return new Map(lists.map(([list, codes]) => [list, new Map(Object.entries(codes))]));
}

function explain({ instancePath, message, params }: SchemaViolation): string {
  const where = instancePath.slice(1).replaceAll('/', '.') || 'the file';
  const name: unknown = (params as Readonly<Record<string, unknown>>)['additionalProperty'];
  return `${where} ${message ?? 'is not valid'}${typeof name === 'string' ? ` (${name})` : ''}.`;
}

/**
 * Finds a registry's mapping or code lists: in the folder of the registry if the file is there, otherwise
 * among the files that Polku ships.
 * @returns the path, and the path to show in messages
 */
export function registryFile(
  registry: string,
  name: 'mapping.yaml' | 'codes.yaml',
): { readonly path: string; readonly shown: string } {
  const shown = `subgraphs/${registry}/${name}`;
  const shipped = { path: join(packageRoot(), shown), shown };
  const folder = joinedRegistries().folders.get(registry);
  if (folder === undefined) return shipped;
  const own = join(folder, name);
  return existsSync(own) || !existsSync(shipped.path) ? { path: own, shown: own } : shipped;
}
