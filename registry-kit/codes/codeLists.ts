import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PolkuError } from '../../lib/errors.js';
import { packageRoot } from '../../lib/packageRoot.js';
import { readRegularFile } from '../../lib/regularFile.js';

/** The labels of a code in the languages of the city. */
interface CodeLabels {
  readonly fi: string;
  readonly en: string;
  readonly sv: string;
  /** The area of a district, which the coarsening mask shows instead. */
  readonly area?: string;
}

/** List name -> code -> labels. */
export type CodeLists = ReadonlyMap<string, ReadonlyMap<string, CodeLabels>>;

/**
 * Reads the code lists of a registry: its codes.yaml.
 * @throws PolkuError MAPPING_INVALID where the file is missing or is not lists of codes with labels
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
  return new Map(
    entriesOf(content, file).map(([list, codes]) => {
      const labels = entriesOf(codes, `${file}, ${list}`).map(([code, value]) => {
        if (!isLabels(value)) {
          throw new PolkuError('MAPPING_INVALID', `${file}: ${list}.${code} needs labels fi, en and sv.`, {
            file,
          });
        }
        return [code, value] as const;
      });
      return [list, new Map(labels)] as const;
    }),
  );
}

function entriesOf(value: unknown, where: string): [string, unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
  throw new PolkuError('MAPPING_INVALID', `${where}: expected names with values below them.`);
}

function isLabels(value: unknown): value is CodeLabels {
  if (typeof value !== 'object' || value === null) return false;
  const labels = value as Readonly<Record<string, unknown>>;
  return ['fi', 'en', 'sv'].every((language) => typeof labels[language] === 'string');
}

/**
 * Finds a registry's mapping or code lists: in `<registry>/` of the folder that POLKU_MAPPINGS names if the
 * file is there, otherwise among the files that Polku ships.
 * @returns the path, and the path to show in messages
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
