import { didYouMean } from '../../../lib/didYouMean.js';
import type { FileSchema, SchemaViolation } from '../../../lib/fileSchema.js';
import {
  fileSchemas,
  type PermitsFile,
  type PurposesFile,
  type RecipientsFile,
  type RegistryFile,
  type RolesFile,
} from './policyFiles.js';
import type { PolicySource, Problems } from './problems.js';
import { type Path, SourceDocument } from './sourceDocument.js';

/** A file of the expected form, with the place of everything in it. */
export interface Parsed<File> {
  readonly source: SourceDocument;
  readonly content: File;
}

interface ParsedPolicy {
  /** undefined if the file is missing or has errors. Then the names that it defines are not checked. */
  readonly purposes: Parsed<PurposesFile> | undefined;
  readonly roles: Parsed<RolesFile> | undefined;
  /** undefined if there is no such file, or it has errors. */
  readonly permits: Parsed<PermitsFile> | undefined;
  readonly recipients: Parsed<RecipientsFile> | undefined;
  readonly registries: readonly Parsed<RegistryFile>[];
}

const PURPOSES = 'purposes.yaml';
const ROLES = 'roles.yaml';
const PERMITS = 'permits.yaml';
const RECIPIENTS = 'recipients.yaml';

/** Reads every file as far as possible and reports everything that is wrong with its form. */
export function parsePolicy(sources: readonly PolicySource[], problems: Problems): ParsedPolicy {
  const only = (file: string) => {
    const source = sources.find((candidate) => candidate.file === file);
    if (!source) problems.error({ file, line: 1, column: 1 }, `The file ${file} is missing.`);
    return source;
  };
  const others = sources.filter(({ file }) => ![PURPOSES, ROLES, PERMITS, RECIPIENTS].includes(file));
  const permits = sources.find(({ file }) => file === PERMITS);
  const recipients = sources.find(({ file }) => file === RECIPIENTS);
  return {
    purposes: parseFile(only(PURPOSES), fileSchemas.purposes, problems),
    roles: parseFile(only(ROLES), fileSchemas.roles, problems),
    permits: parseFile(permits, fileSchemas.permits, problems),
    recipients: parseFile(recipients, fileSchemas.recipients, problems),
    registries: others.flatMap(
      (source) => parseFile(source, fileSchemas.policy, problems, withoutFaults) ?? [],
    ),
  };
}

/**
 * Parses a file that matches its schema, and reports to `problems` what does not match.
 * @param salvage returns the part of a faulty file that can still be checked; without it, nothing is checked
 */
export function parseFile<File>(
  file: PolicySource | undefined,
  schema: FileSchema<File>,
  problems: Problems,
  salvage: (value: unknown, violations: readonly SchemaViolation[]) => File | undefined = () => undefined,
): Parsed<File> | undefined {
  const source = file && SourceDocument.parse(file, problems);
  if (!source) return undefined;
  if (schema.fits(source.value)) return { source, content: source.value };
  const { violations } = schema;
  reportViolations(source, violations, problems);
  const content = salvage(source.value, violations);
  return content && { source, content };
}

/** A registry's file without its faulty entries, so that the other entries are checked in the same run. */
function withoutFaults(value: unknown, violations: readonly SchemaViolation[]): RegistryFile | undefined {
  const copy: Record<string, unknown> = { ...(value as object) };
  const copied = new Set<string>();
  for (const { instancePath, keyword } of violations) {
    if (instancePath === '' && keyword === 'additionalProperties') continue;
    const [section, entry] = instancePath.split('/').slice(1);
    const container = section === undefined || entry === undefined ? undefined : copy[section];
    if (!container || typeof container !== 'object') return undefined;
    if (!copied.has(section!)) copy[section!] = Array.isArray(container) ? [...container] : { ...container };
    copied.add(section!);
    const gaps = copy[section!] as Record<string, unknown>;
    gaps[entry!.replaceAll('~1', '/').replaceAll('~0', '~')] = undefined;
  }
  return copy as unknown as RegistryFile;
}

/** A violation of a JSON Schema in plain words. */
interface PlainViolation {
  readonly path: Path;
  /** Whether the key is wrong, and not its value. */
  readonly atKey: boolean;
  readonly message: string;
  readonly fix: string | undefined;
}

/**
 * Reports each violation of a file's schema at its place. Some violations only repeat others. If there are no
 * others, it reports the first, so that a file that violates its schema always has a problem.
 */
export function reportViolations(
  source: Pick<SourceDocument, 'place' | 'keyPlace'>,
  violations: readonly SchemaViolation[],
  problems: Problems,
): void {
  const own = violations.filter((violation) => !repeatsAnother(violation));
  for (const violation of own.length > 0 ? own : violations.slice(0, 1)) {
    const { path, atKey, message, fix } = explainViolation(violation);
    problems.error(atKey ? source.keyPlace(path) : source.place(path), message, fix);
  }
  if (violations.length === 0)
    problems.error(source.place([]), 'The file is not of the form that its schema describes.');
}

/**
 * `propertyNames` already reports a name of the wrong form; `oneOf`, `anyOf` and `if` report alternatives
 * that do not fit.
 */
function repeatsAnother({ keyword, propertyName, schemaPath }: SchemaViolation): boolean {
  return (
    (keyword === 'pattern' && propertyName !== undefined) ||
    keyword === 'if' ||
    /\/(?:oneOf|anyOf)\/\d/.test(schemaPath)
  );
}

function explainViolation(violation: SchemaViolation): PlainViolation {
  const path = pathOf(violation.instancePath);
  const params = violation.params as Record<string, unknown>;
  const here = (message: string, fix?: string): PlainViolation => ({ path, atKey: false, message, fix });
  switch (violation.keyword) {
    case 'required':
      return here(
        `${nameOf(path)} lacks "${String(params['missingProperty'])}".`,
        `Add "${String(params['missingProperty'])}: ...".`,
      );
    case 'additionalProperties': {
      const key = String(params['additionalProperty']);
      const known = Object.keys((violation.parentSchema?.['properties'] ?? {}) as object);
      const fix = didYouMean(key, known) ?? `Known here: ${known.join(', ')}.`;
      return { path: [...path, key], atKey: true, message: `"${key}" is not known in ${nameOf(path)}.`, fix };
    }
    case 'type':
      return here(
        `${nameOf(path)} should be ${typeNames(params['type'])}, but is ${kindOf(violation.data)}.`,
      );
    case 'enum': {
      const allowed = params['allowedValues'] as string[];
      const fix = didYouMean(String(violation.data), allowed) ?? `Write one of: ${allowed.join(', ')}.`;
      return here(`${nameOf(path)} cannot be "${String(violation.data)}".`, fix);
    }
    case 'pattern':
      return here(`"${String(violation.data)}" is not of the form expected here.`, formOf(violation));
    case 'format':
      return here(
        `"${String(violation.data)}" is not of the form expected here.`,
        formats[String(params['format'])],
      );
    case 'propertyNames': {
      const key = String(params['propertyName']);
      const message = `"${key}" is not a name that can be used here.`;
      return {
        path: [...path, key],
        atKey: true,
        message,
        fix: 'Use lower-case letters, digits and hyphens.',
      };
    }
    case 'minimum':
      return here(
        `${nameOf(path)} is ${String(violation.data)}.`,
        `Write at least ${String(params['limit'])}.`,
      );
    case 'maximum':
      return here(
        `${nameOf(path)} is ${String(violation.data)}.`,
        `Write at most ${String(params['limit'])}.`,
      );
    case 'exclusiveMinimum':
      return here(
        `${nameOf(path)} is ${String(violation.data)}.`,
        `Write more than ${String(params['limit'])}.`,
      );
    case 'minItems':
      return here(`${nameOf(path)} is an empty list.`, 'Name at least one.');
    case 'minProperties':
      return here(`${nameOf(path)} is empty.`, 'Name at least one, or remove the line.');
    case 'minLength':
      return here(`${nameOf(path)} is empty.`);
    case 'dependentRequired': {
      const [given, missing] = [String(params['property']), String(params['missingProperty'])];
      return here(`${nameOf(path)} has "${given}", but lacks "${missing}".`, `Add "${missing}: ...".`);
    }
    case 'anyOf':
      if (path[0] === 'people')
        return here(`${nameOf(path)} cannot sign.`, 'Add "key: ..." or "passkeys: [...]".');
      return path.includes('cases')
        ? here(
            `${nameOf(path)} expects nothing.`,
            'Add "show:", "derive:", "withheld:", "given:" or "query:".',
          )
        : here(`${nameOf(path)} releases nothing.`, 'Add "show: ..." or "derive: ...".');
    case 'oneOf':
      if (path.includes('cases')) {
        if (path.includes('answer'))
          return here(`${nameOf(path)} should be "allow" or "{ refused: [...] }".`);
        return path.some((key) => key === 'show' || key === 'derive')
          ? here(`${nameOf(path)} should be "allow", "deny" or "{ mask: ... }".`)
          : here(`${nameOf(path)} should be a name, or a list of names.`);
      }
      return path.includes('show')
        ? here(
            `${nameOf(path)} should be "allow" or "{ mask: ... }".`,
            'What is not granted is denied by itself.',
          )
        : here(`${nameOf(path)} should be a list of names, or "any".`);
    case 'const':
      return here(
        `${nameOf(path)} can only be ${String(params['allowedValue'])}.`,
        `Write ${String(params['allowedValue'])}, or remove the line.`,
      );
    default:
      return here(
        `${nameOf(path)} ${violation.message ?? 'is not of the expected form'} (${violation.keyword}).`,
      );
  }
}

function pathOf(pointer: string): Path {
  const keys = pointer.split('/').slice(1);
  return keys.map((key) =>
    /^\d+$/.test(key) ? Number(key) : key.replaceAll('~1', '/').replaceAll('~0', '~'),
  );
}

function nameOf(path: Path): string {
  const key = path.at(-1);
  if (key === undefined) return 'The file';
  return typeof key === 'number' ? `Item ${key + 1} of "${String(path.at(-2))}"` : `"${key}"`;
}

function typeNames(types: unknown): string {
  const names: Record<string, string> = {
    object: 'a set of "name: value" lines',
    array: 'a list',
    string: 'a text',
    boolean: 'true or false',
    integer: 'a whole number',
    number: 'a number',
  };
  return [types]
    .flat()
    .map((type) => names[String(type)] ?? String(type))
    .join(' or ');
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a set of lines' : `"${String(value)}"`;
}

/** What to write for a format of a text. */
const formats: Readonly<Record<string, string>> = {
  'address-range': 'Write an address such as 10.20.0.5, or a range such as 10.20.0.0/16; not every address.',
  url: 'Write an address that begins with https:// or http://.',
  origin: 'Write an origin without a path, such as https://app.example.org; http:// only for this machine.',
};

function formOf(violation: SchemaViolation): string {
  const form = String(violation.schema);
  if (form.includes('\\d{4}')) return 'Write a date as 2027-12-31.';
  if (form.includes('\\*')) return 'Write Type.field, Type.{a,b} or Type.*.';
  return 'Use lower-case letters, digits and hyphens.';
}
