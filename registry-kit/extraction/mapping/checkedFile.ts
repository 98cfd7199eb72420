import { LineCounter, parseDocument } from 'yaml';
import { didYouMean } from '../../../lib/didYouMean.js';
import { PolkuError } from '../../../lib/errors.js';
import { FileSchema, type SchemaViolation } from '../../../lib/fileSchema.js';
import { MappingFaults, type MappingPath } from './mapping.js';

/** The files of a registry that have a JSON Schema, and the error of a file that does not fit it. */
const CODES = { mapping: 'MAPPING_INVALID', registry: 'REGISTRY_INVALID' } as const;

const schemas = {
  mapping: new FileSchema<unknown>('mapping'),
  registry: new FileSchema<unknown>('registry'),
};

/**
 * Reads a YAML file of a registry and checks its form. Every scalar is the text in the file: 049 is not 49
 * and null is not nothing.
 * @param kind the name of the JSON Schema
 * @returns the content, and a collection for further faults
 * @throws PolkuError MAPPING_INVALID or REGISTRY_INVALID with every fault and its place
 */
export function parseCheckedFile<Content>(
  text: string,
  file: string,
  kind: keyof typeof CODES,
): { readonly content: Content; readonly faults: MappingFaults } {
  const lines = new LineCounter();
  const code = CODES[kind];
  const document = readYaml(file, code, () =>
    parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: 'failsafe' }),
  );
  const faults = new MappingFaults(file, document, lines, code);
  for (const error of document.errors) faults.atOffset(error.pos[0], error.message);
  faults.throwIfAny();
  const content: unknown = readYaml(file, code, () => document.toJS() as unknown);
  const schema = schemas[kind];
  if (!schema.fits(content)) {
    for (const violation of schema.violations) faults.at(pathOf(violation), explain(violation, kind));
    faults.throwIfAny();
  }
  return { content: content as Content, faults };
}

/**
 * The parser throws when nesting exhausts its stack, and its conversion when aliases expand too far. Both are
 * faults of the file.
 */
function readYaml<Read>(file: string, code: (typeof CODES)[keyof typeof CODES], read: () => Read): Read {
  try {
    return read();
  } catch (cause) {
    throw new PolkuError(
      code,
      `${file} cannot be read: it is nested too deeply, or its aliases (*name) stand for too much.`,
      { file },
      { cause },
    );
  }
}

function pathOf(error: SchemaViolation): MappingPath {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const unknown: unknown = error.params['additionalProperty'];
  return typeof unknown === 'string' ? [...path, unknown] : path;
}

/** The findings of JSON Schema, in the words of people who write these files. */
function explain(error: SchemaViolation, kind: keyof typeof CODES): string {
  const where = error.instancePath.split('/').at(-1) || `the ${kind}`;
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
