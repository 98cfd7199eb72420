import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, symlink, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../lib/packageRoot.js';

/** The build output of this folder; a copy need not build it again. */
const BUILT = ['dist', join('console', 'dist')];

/** A copy of the repository's tracked files in a temporary folder, with the dependencies installed here. */
export async function workingCopy(): Promise<string> {
  const root = packageRoot();
  const copy = await mkdtemp(join(tmpdir(), 'polku-copy-'));
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
  for (const file of listed.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
    await mkdir(join(copy, dirname(file)), { recursive: true });
    await cp(join(root, file), join(copy, file), { preserveTimestamps: true });
  }
  for (const folder of BUILT) {
    if (existsSync(join(root, folder)))
      await cp(join(root, folder), join(copy, folder), { recursive: true, preserveTimestamps: true });
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  // Older than the installed packages, so that nothing is installed through the link.
  await utimes(join(copy, 'package-lock.json'), 0, 0);
  return copy;
}
