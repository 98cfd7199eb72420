import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packageRoot, packageVersion } from '../../lib/packageRoot.js';

const run = promisify(execFile);

describe('the package that npm pack makes', () => {
  let folder: string;
  let unpacked: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-package-'));
    await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: packageRoot() });
    await run('tar', ['-xzf', join(folder, `polku-${packageVersion()}.tgz`), '-C', folder]);
    unpacked = join(folder, 'package');
    await symlink(join(packageRoot(), 'node_modules'), join(unpacked, 'node_modules'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const polku = async (...words: string[]) =>
    (await run(process.execPath, [join(unpacked, 'dist', 'cli', 'main.js'), ...words], { cwd: folder }))
      .stdout;

  it('has a polku command that says its version', async () => {
    expect(await polku('--version')).toBe(`${packageVersion()}\n`);
  });

  it('has what the commands read: schemas, policies, mappings and code lists', async () => {
    expect(await polku('policy', 'lint')).toContain('compiles: revision');
    await polku('city', 'generate', '--persons', '2000', '--out', 'exports');
    await polku('extract', '--all', '--source', 'exports');
    expect(await readdir(join(folder, 'data'))).toEqual(expect.arrayContaining(['health', 'population']));
    expect(await readdir(unpacked)).not.toContain('test');
  });

  it('imports only packages that are installed in production', async () => {
    const { dependencies } = JSON.parse(await readFile(join(unpacked, 'package.json'), 'utf8')) as {
      dependencies: Readonly<Record<string, string>>;
    };
    const files = (await readdir(join(unpacked, 'dist'), { recursive: true })).filter((file) =>
      file.endsWith('.js'),
    );
    const missing = new Set<string>();
    for (const file of files) {
      const text = await readFile(join(unpacked, 'dist', file), 'utf8');
      for (const [, specifier] of text.matchAll(
        /^(?:import|export)\b[^'"]*?from '([^'.][^']*)'|^import '([^'.][^']*)'/gm,
      )) {
        const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier ?? '')?.[0] ?? '';
        if (name === '' || specifier!.startsWith('node:') || builtinModules.includes(name)) continue;
        if (!Object.hasOwn(dependencies, name)) missing.add(`${name} (${file})`);
      }
    }
    expect(files.length).toBeGreaterThan(300);
    expect([...missing]).toEqual([]);
  });
});
