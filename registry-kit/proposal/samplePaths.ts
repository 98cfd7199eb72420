import { holdsIdentityCode } from '../../schema/identityCodeText.js';

/** The objects whose paths are collected. */
export const PATH_OBJECTS = 2_000;
/** More paths than a person would read. */
const MOST_PATHS = 300;
/** Members that say nothing about what happened: FHIR's narrative, metadata and contained resources. */
const SKIPPED = ['resourceType', 'meta', 'text', 'contained'];
const NAME = /^[A-Za-z_][A-Za-z_-]*\d{0,2}$/;
/** What tells the items of a list apart: the system of a code or an id, and the address of an extension. */
const KEYS = ['system', 'url'];
const ADDRESS = /^(?:https?:\/\/|urn:)[A-Za-z0-9\-._~:/#?@!$&()*+,;%]+$/;

/**
 * The paths that lead to values in some objects, as a mapping writes them, in the order of the objects. Names
 * that are no names (a map by code, for instance) are left out: they may be about a person.
 */
export function pathsOf(objects: Iterable<object>): readonly string[] {
  const paths = new Set<string>();
  for (const object of objects) collect(object, '', paths);
  return [...paths].slice(0, MOST_PATHS);
}

function collect(value: unknown, path: string, paths: Set<string>): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const filter = filterOf(item);
      if (filter !== '') collect(item, `${path}${filter}`, paths);
      // Without an address, only the place tells an item from the others.
      else if (index === 0) collect(item, `${path}[0]`, paths);
    }
    return;
  }
  if (typeof value !== 'object') {
    paths.add(path);
    return;
  }
  for (const [name, child] of Object.entries(value ?? {})) {
    if (!NAME.test(name) || (path === '' && SKIPPED.includes(name))) continue;
    if (KEYS.includes(name) && path.endsWith(']')) continue;
    collect(child, path === '' ? name : `${path}.${name}`, paths);
  }
}

/** `[system=http://snomed.info/sct]`, if an item has such an address and it names nobody. */
function filterOf(item: unknown): string {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return '';
  for (const key of KEYS) {
    const text = (item as Readonly<Record<string, unknown>>)[key];
    if (typeof text === 'string' && ADDRESS.test(text) && !holdsIdentityCode(text)) return `[${key}=${text}]`;
  }
  return '';
}

/** Parts of a path that say how a value is written, not what it is. */
const FORMAL = ['coding', 'code', 'value', 'reference'];

/** What a path is about: `type.coding[system=...].code` -> `type`. A name without dots stays as it is. */
export function subjectOfPath(path: string): string {
  const [first = path, ...others] = path.replaceAll(/\[[^\]]*\]/g, '').split('.');
  return [first, ...others.filter((part) => !FORMAL.includes(part))].join(' ');
}
