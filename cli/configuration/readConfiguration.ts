import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { didYouMean } from '../../lib/didYouMean.js';
import { PolkuError } from '../../lib/errors.js';
import { FileSchema } from '../../lib/fileSchema.js';
import { isAddressRange } from '../../lib/trustedProxies.js';
import { isLoopback } from '../../lib/loopback.js';
import { reportViolations } from '../../policies/engine/parse/parsePolicy.js';
import { collectProblems, formatProblems, type Problems } from '../../policies/engine/parse/problems.js';
import { type Path, SourceDocument } from '../../policies/engine/parse/sourceDocument.js';
import { checkIssuers } from './checkIssuers.js';
import type { Configuration } from './configuration.js';
import { configurationKeys, keyOfVariable, nodeAt, variableOf } from './schemaTree.js';

/** The file that is read when no other is named, if there is one. */
export const CONFIGURATION_FILE = 'polku.yaml';

/** Variables of the environment that begin with POLKU_ and are no keys: secrets, and switches for trials. */
const OTHER_VARIABLES = [
  'POLKU_CONFIG',
  'POLKU_LINKAGE_SECRET',
  'POLKU_DOMAIN_SECRET',
  'POLKU_AUDIT_SECRET',
  'POLKU_DISCLOSURE_SECRET',
  'POLKU_SESSION_SECRET',
];

/** Variables with the connection to a source begin with it; see Secrets.connection. */
const CONNECTION_VARIABLES = 'POLKU_SOURCE_';

/** A value that overrides the file, and what a user knows it by: a variable, or an option. */
export interface Override {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly origin: string;
}

export interface ConfigurationSources {
  /** Null: none. Without it: polku.yaml in the working folder, if there is one. */
  readonly file?: string | null | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Options of the command line. */
  readonly options?: readonly Override[];
  /** Reads this section only. Others keep their defaults, and their faults are for those who read them. */
  readonly section?: keyof Configuration;
}

/** A configuration, and where each key that is no default came from. */
export interface ReadConfiguration {
  readonly configuration: Configuration;
  /** By the path of the key, joined with dots: `polku.yaml:3`, a variable or an option. */
  readonly origins: ReadonlyMap<string, string>;
}

/**
 * Reads the configuration: defaults, then the file, then the environment, then options. Paths in the file are
 * relative to its folder.
 * @throws PolkuError CONFIG_INVALID with every fault and its place
 */
export function readConfiguration(sources: ConfigurationSources): ReadConfiguration {
  const { file: named = existsSync(CONFIGURATION_FILE) ? CONFIGURATION_FILE : null } = sources;
  const file = named ?? undefined;
  const { result, problems } = collectProblems((found) => read(file, sources, found));
  if (result && problems.length === 0) return result;
  throw new PolkuError('CONFIG_INVALID', `The configuration has faults.\n${formatProblems(problems)}`);
}

/** The defaults with some other values, by key. No file and no variable is read. */
export function configurationWith(values: Readonly<Record<string, unknown>>): Configuration {
  const options = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({ path: key.split('.'), value, origin: key }));
  return readConfiguration({ file: null, environment: {}, options }).configuration;
}

function read(
  file: string | undefined,
  { environment = process.env, options = [], section }: ConfigurationSources,
  problems: Problems,
): ReadConfiguration | undefined {
  const text = file === undefined ? '' : textOf(file);
  const source = SourceDocument.parse(
    { file: file ?? 'defaults', text: text.trim() === '' ? '{}' : text },
    problems,
  );
  if (!source) return undefined;
  const overrides = [...ofEnvironment(environment, problems), ...options].filter(
    ({ path }) => section === undefined || path[0] === section,
  );
  // A copy in which a value that an alias repeats is there twice, so that each can be resolved by itself.
  const value = JSON.parse(JSON.stringify(source.value)) as Record<string, unknown>;
  if (section !== undefined) for (const key of Object.keys(value)) if (key !== section) delete value[key];
  const origins = new Map<string, string>();
  for (const path of leavesOf(value)) origins.set(path.join('.'), `${file}:${source.place(path).line}`);
  for (const { path, value: override, origin } of overrides) {
    if (!setAt(value, path, override)) continue;
    for (const known of origins.keys()) if (known.startsWith(`${path.join('.')}.`)) origins.delete(known);
    origins.set(path.join('.'), origin);
  }
  const places = placesOf(source, overrides);
  if (!configurationFile.fits(value)) {
    reportViolations(places, configurationFile.violations, problems);
    return undefined;
  }
  const base = dirname(resolve(file ?? CONFIGURATION_FILE));
  for (const path of leavesOf(value)) {
    const { format } = nodeAt(path) ?? {};
    if (format !== 'path' && format !== 'file') continue;
    const isOfFile = origins.get(path.join('.'))?.startsWith(`${file}:`) === true;
    const named = valueAt(value, path) as string;
    if (isOfFile) setAt(value, path.map(String), resolve(base, named));
    if (format === 'file' && !existsSync(isOfFile ? resolve(base, named) : named))
      problems.error(places.place(path), `There is no file ${named}.`);
  }
  const configuration = value as unknown as Configuration;
  checkIssuers(configuration, (path, message) => problems.error(places.place(path), message));
  return { configuration, origins };
}

const configurationFile = new FileSchema<Configuration>('polku', {
  path: true,
  file: true,
  url: (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
  origin: isOrigin,
  'address-range': isAddressRange,
});

/** Whether a text is an origin as browsers write it (RFC 6454 §6.2): of https, or of this machine. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol, hostname } = new URL(text);
  if (origin !== text || hostname.includes('*')) return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** @throws PolkuError CONFIG_INVALID */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new PolkuError('CONFIG_INVALID', `The configuration ${file} cannot be read.`, {}, { cause });
  }
}

function ofEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  problems: Problems,
): Override[] {
  const overrides: Override[] = [];
  for (const [variable, text] of Object.entries(environment).sort()) {
    if (!variable.startsWith('POLKU_') || text === undefined || isNoKey(variable)) continue;
    const key = keyOfVariable(variable);
    if (key) {
      overrides.push({ path: key.path, value: parsed(text, key.node), origin: variable });
      continue;
    }
    const known = configurationKeys.map(({ path }) => variableOf(path));
    const place = { file: variable, line: 0, column: 0 };
    problems.error(
      place,
      'The environment has this variable, but no key of the configuration has its name.',
      didYouMean(variable, known) ?? 'polku config print --all shows every key with its variable.',
    );
  }
  return overrides;
}

function isNoKey(variable: string): boolean {
  return OTHER_VARIABLES.includes(variable) || variable.startsWith(CONNECTION_VARIABLES);
}

/** A value as its key expects it. A text that does not fit stays a text, and the schema reports it. */
function parsed(
  text: string,
  { type, items }: { readonly type?: string; readonly items?: { readonly type?: string } },
): unknown {
  if ((type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  if (type !== 'array') return text;
  if (items?.type === 'string')
    return text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

type Places = Pick<SourceDocument, 'place' | 'keyPlace'>;

/** Where a user finds a value: in the file, or in the variable or option that overrides it. */
function placesOf(source: SourceDocument, overrides: readonly Override[]): Places {
  const overriding = (path: Path) =>
    overrides.findLast((override) => override.path.every((key, at) => path[at] === key)) ??
    // Something is missing in a part that only overrides have begun.
    (path.length > 0 && valueAt(source.value, path) === undefined
      ? overrides.find((override) => path.every((key, at) => override.path[at] === key))
      : undefined);
  const within = (path: Path, inFile: (path: Path) => ReturnType<Places['place']>) => {
    const override = overriding(path);
    return override ? { file: override.origin, line: 0, column: 0 } : inFile(path);
  };
  return {
    place: (path) => within(path, (one) => source.place(one)),
    keyPlace: (path) => within(path, (one) => source.keyPlace(one)),
  };
}

/** @returns whether it was set; a parent that is no object is left for the schema to report */
function setAt(value: Record<string, unknown>, path: readonly string[], leaf: unknown): boolean {
  let parent = value;
  for (const [at, key] of path.slice(0, -1).entries()) {
    // A number is a place in a list.
    const child = (parent[key] ??= /^\d+$/.test(path[at + 1]!) ? [] : {});
    if (typeof child !== 'object') return false;
    parent = child as Record<string, unknown>;
  }
  parent[path.at(-1)!] = leaf;
  return true;
}

/** The value of a key; undefined if the configuration has none. */
export function valueAt(configuration: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) => (at as Record<string | number, unknown> | null | undefined)?.[key],
    configuration,
  );
}

/** The paths of all values that are neither lists nor sets of lines. */
function* leavesOf(value: unknown, path: Path = []): Iterable<Path> {
  if (typeof value !== 'object' || value === null) return yield path;
  if (Array.isArray(value)) for (const [at, item] of value.entries()) yield* leavesOf(item, [...path, at]);
  else for (const [key, child] of Object.entries(value)) yield* leavesOf(child, [...path, key]);
}
