import { parse } from 'yaml';
import { PolkuError } from '../../schema/polkuError.js';
import { readRegularFile } from '../../schema/regularFile.js';
import { registryFile } from './registryFile.js';

/** What a code means, in the languages of the city. */
export interface CodeLabels {
  readonly fi: string;
  readonly en: string;
  readonly sv: string;
  /** Of a district: the area that a coarsened district shows. */
  readonly area?: string;
}

/** List name -> code -> labels. */
export type CodeLists = ReadonlyMap<string, ReadonlyMap<string, CodeLabels>>;

/**
 * The code lists of a registry: its codes.yaml.
 * @throws PolkuError MAPPING_INVALID where the file is missing or is not lists of codes with labels
 */
export async function readCodeLists(registry: string): Promise<CodeLists> {
  const { path, shown: file } = registryFile(registry, 'codes.yaml');
  let content: unknown;
  try {
    // Codes are texts: 011 is no number.
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
