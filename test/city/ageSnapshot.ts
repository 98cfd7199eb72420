import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes the snapshot of a registry as old as if its nightly extraction had failed for days. */
export async function ageSnapshot(data: string, registry: string, days: number): Promise<void> {
  const folder = join(data, registry);
  const id = (await readFile(join(folder, 'current'), 'utf8')).trim();
  const file = join(folder, id, 'manifest.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as { createdAt: string };
  const createdAt = new Date(Date.now() - days * 86_400_000).toISOString();
  await writeFile(file, JSON.stringify({ ...manifest, createdAt }));
}
