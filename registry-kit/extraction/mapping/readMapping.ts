import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { LineCounter, parse, parseDocument } from 'yaml';
import { didYouMean } from '../../../lib/didYouMean.js';
import { PolkuError } from '../../../lib/errors.js';
import { packageRoot } from '../../../lib/packageRoot.js';
import { readRegularFile } from '../../../lib/regularFile.js';
import { readCodeLists, registryFile } from '../../codes/codeLists.js';
import type { RegistryDefinition } from '../../columns/tableDefinition.js';
import { compileMapping, type MappingContext, POPULATION, schemeOfKnown } from './compileMapping.js';
import { type Mapping, MappingFaults, type MappingFile, type MappingPath } from './mapping.js';

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
  const lines = new LineCounter();
  // Every scalar is the text in the file: in `values`, 049 is not 49 and null is not nothing.
  const document = readYaml(file, () =>
    parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: 'failsafe' }),
  );
  const faults = new MappingFaults(file, document, lines);
  for (const error of document.errors) faults.atOffset(error.pos[0], error.message);
  faults.throwIfAny();
  const content: unknown = readYaml(file, () => document.toJS() as unknown);
  const validate = validator();
  if (!validate(content)) {
    for (const error of validate.errors ?? []) faults.at(pathOf(error), explain(error));
    faults.throwIfAny();
  }
  const mapping = compileMapping(content as MappingFile, definition, faults, {
    codeLists: new Map(),
    ...context,
  });
  faults.throwIfAny();
  return mapping;
}

/**
 * The parser throws when nesting exhausts its stack, and its conversion when aliases expand too far. Both are
 * faults of the file.
 */
function readYaml<Read>(file: string, read: () => Read): Read {
  try {
    return read();
  } catch (cause) {
    throw new PolkuError(
      'MAPPING_INVALID',
      `${file} cannot be read: it is nested too deeply, or its aliases (*name) stand for too much.`,
      { file },
      { cause },
    );
  }
}

let compiled: ValidateFunction | undefined;

function validator(): ValidateFunction {
  if (!compiled) {
    const schema = readFileSync(join(packageRoot(), 'schema/mapping.schema.json'), 'utf8');
    const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, verbose: true });
    compiled = ajv.compile(JSON.parse(schema) as object);
  }
  return compiled;
}

function pathOf(error: ErrorObject): MappingPath {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const unknown: unknown = error.params['additionalProperty'];
  return typeof unknown === 'string' ? [...path, unknown] : path;
}

/** The findings of JSON Schema, in the words of people who write mappings. */
function explain(error: ErrorObject): string {
  const where = error.instancePath.split('/').at(-1) || 'the mapping';
  const parameters: Readonly<Record<string, unknown>> = error.params;
  switch (error.keyword) {
    case 'additionalProperties': {
      const name = String(parameters['additionalProperty']);
      const known = Object.keys((error.parentSchema?.['properties'] as object | undefined) ?? {});
      const hint = didYouMean(name, known);
      return `"${name}" is not known here.${hint ? ` ${hint}` : ''} Expected one of: ${known.join(', ')}.`;
    }
    case 'required':
      return `${where} lacks "${String(parameters['missingProperty'])}".`;
    case 'enum':
      return `${where} must be one of: ${(parameters['allowedValues'] as string[]).join(', ')}.`;
    case 'pattern':
      return `${where} is not written as expected. ${String(error.parentSchema?.['description'] ?? '')}`;
    case 'type':
      return `${where} must be of type ${[parameters['type']].flat().join(' or ')}.`;
    default:
      return `${where} ${error.message ?? 'is not valid'}.`;
  }
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
