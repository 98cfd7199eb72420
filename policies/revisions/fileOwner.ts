import { parseDocument } from 'yaml';

/** What all registries share: every owner must agree to a change of it. */
const COMMON = /^(purposes|roles|permits)\.ya?ml$/;

/** Whether a file is everybody's. */
export function isCommon(file: string): boolean {
  return COMMON.test(file);
}

/** The registry whose owner a file belongs to. */
export function registryOf(file: string): string {
  return file.replace(/\.ya?ml$/, '');
}

/** The owners who must agree that these files change. */
export function ownersConcerned(changed: Iterable<string>, all: Iterable<string>): ReadonlySet<string> {
  const concerned = new Set<string>();
  for (const file of changed) {
    for (const part of isCommon(file) ? [...all].filter((other) => !isCommon(other)) : [file])
      concerned.add(registryOf(part));
  }
  return concerned;
}

/** Whether a registry's file speaks for that registry: its name says who must sign, its content what is ruled. */
export function speaksForItself(file: string, text: string): boolean {
  if (isCommon(file)) return true;
  const document = parseDocument(text);
  return document.errors.length === 0 && document.get('registry') === registryOf(file);
}
