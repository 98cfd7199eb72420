/** What all registries share: every owner must agree to a change of it. */
const COMMON = /^(purposes|roles|permits)\.ya?ml$/;

/** Whether a file is everybody's. */
export function isCommon(file: string): boolean {
  return COMMON.test(file);
}

/** The registry whose owner a file belongs to. What the file rules over is that very registry, or it does not compile. */
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
