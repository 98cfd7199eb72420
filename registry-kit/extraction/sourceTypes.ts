import type { Manifest } from '../snapshot/manifest.js';
import { currentManifest } from './snapshotChecks.js';
import type { SourceRows } from './source/source.js';

type SourceTypes = NonNullable<Manifest['sourceTypes']>;

/** The types of the source columns by table, for the manifest; undefined if the source has none. */
export function typesByTable(rows: ReadonlyMap<string, SourceRows>): SourceTypes | undefined {
  const typed = [...rows].filter(([, { types }]) => types.size > 0);
  if (typed.length === 0) return undefined;
  return Object.fromEntries(typed.map(([table, { types }]) => [table, Object.fromEntries(types)]));
}

/**
 * Describes columns whose type in the source is another than in the current snapshot, before any row is read.
 * A changed type is no error by itself: values that no longer fit are rejected.
 */
export async function describeTypeChanges(
  data: string,
  registry: string,
  now: SourceTypes | undefined,
): Promise<readonly string[]> {
  const before = now && (await currentManifest(data, registry))?.sourceTypes;
  if (!before) return [];
  return Object.entries(now).flatMap(([table, types]) =>
    Object.entries(types).flatMap(([column, type]) => {
      const former = before[table]?.[column];
      return former === undefined || former === type
        ? []
        : [
            `${registry}.${table}: the source column ${column} was of type ${former} in the snapshot before and is ${type} now.`,
          ];
    }),
  );
}
