import type { ValidateFunction } from 'ajv';
import { reportViolations } from './explainViolation.js';
import {
  fileSchemas,
  type PermitsFile,
  type PurposesFile,
  type RegistryFile,
  type RolesFile,
  type SchemaViolation,
} from './policyFiles.js';
import type { PolicySource } from './policySource.js';
import type { Problems } from './problems.js';
import { SourceDocument } from './sourceDocument.js';

/** A file of the expected form, and where everything in it stands. */
export interface Parsed<File> {
  readonly source: SourceDocument;
  readonly content: File;
}

export interface ParsedPolicy {
  /** undefined where the file is missing or broken, so that nothing is said of the names it should define. */
  readonly purposes: Parsed<PurposesFile> | undefined;
  readonly roles: Parsed<RolesFile> | undefined;
  /** undefined where there is no such file, or it is broken. */
  readonly permits: Parsed<PermitsFile> | undefined;
  readonly registries: readonly Parsed<RegistryFile>[];
}

const PURPOSES = 'purposes.yaml';
const ROLES = 'roles.yaml';
const PERMITS = 'permits.yaml';

/** Reads every file as far as it can be read, and tells all that is wrong with their form. */
export function parsePolicy(sources: readonly PolicySource[], problems: Problems): ParsedPolicy {
  const only = (file: string) => {
    const source = sources.find((candidate) => candidate.file === file);
    if (!source) problems.error({ file, line: 1, column: 1 }, `The file ${file} is missing.`);
    return source;
  };
  const others = sources.filter(({ file }) => ![PURPOSES, ROLES, PERMITS].includes(file));
  const permits = sources.find(({ file }) => file === PERMITS);
  return {
    purposes: parseFile(only(PURPOSES), fileSchemas.purposes, problems),
    roles: parseFile(only(ROLES), fileSchemas.roles, problems),
    permits: parseFile(permits, fileSchemas.permits, problems),
    registries: others.flatMap(
      (source) => parseFile(source, fileSchemas.policy, problems, withoutFaults) ?? [],
    ),
  };
}

/**
 * A file that matches its schema; what does not is told to `problems`.
 * @param salvage what of a faulty file can still be looked at; without it nothing
 */
export function parseFile<File>(
  file: PolicySource | undefined,
  validate: ValidateFunction<File>,
  problems: Problems,
  salvage: (value: unknown, violations: readonly SchemaViolation[]) => File | undefined = () => undefined,
): Parsed<File> | undefined {
  const source = file && SourceDocument.parse(file, problems);
  if (!source) return undefined;
  if (validate(source.value)) return { source, content: source.value };
  const violations = validate.errors ?? [];
  reportViolations(source, violations, problems);
  const content = salvage(source.value, violations);
  return content && { source, content };
}

/** A registry's file with gaps for its faulty entries, so that what is wrong with the others is told in the same run. */
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
