import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadOwners } from '../../../approvals/owners.js';
import { loadOperations } from '../../../cli/runtime/loadOperations.js';
import { loadPolicyFolder, loadPolicyTests } from '../../../policies/engine/parse/loadPolicyFolder.js';

const app = 'label: App\nroles: [clinician]\npurpose: care\n';

describe('a folder of policies', () => {
  let folder: string;
  const at = (...path: string[]) => join(folder, ...path);
  const names = async () => (await loadPolicyFolder(folder)).map(({ file }) => file);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-folder-'));
    for (const file of ['health.yaml', 'owners.yaml', 'health.test.yaml'])
      await writeFile(at(file), `# ${file}`);
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('Y03: may hold hidden files and folders of editors and file systems', async () => {
    await symlink('somebody@machine.4711:1', at('.#health.yaml'));
    for (const file of ['._health.yaml', '.health.yaml', '._health.test.yaml', '.#health.test.yaml'])
      await writeFile(at(file), 'Mac OS X');
    await mkdir(at('.old.yaml'));
    execFileSync('mkfifo', [at('.fifo.yaml')]);
    for (const file of ['health.yaml~', '#health.yaml#', 'health.yaml.swp', 'README.md'])
      await writeFile(at(file), 'x');
    expect(await names()).toEqual(['health.yaml']);
    expect((await loadPolicyTests(folder)).map(({ file }) => file)).toEqual(['health.test.yaml']);
  });

  it.each<[string, string, (path: string) => unknown]>([
    ['a folder', 'a folder', (path) => mkdir(path)],
    ['a FIFO', 'a FIFO', (path) => execFileSync('mkfifo', [path])],
    ['a link that leads nowhere', 'a link that leads nowhere', (path) => symlink('nowhere', path)],
    ['a link to itself', 'a link that leads nowhere', (path) => symlink(path, path)],
    ['a link to a folder', 'a folder', (path) => symlink(tmpdir(), path)],
    ['a link to a device', 'a device', (path) => symlink('/dev/zero', path)],
  ])(
    'Y03: with %s under the name of a file is refused with its name, without waiting',
    async (_, found, make) => {
      for (const [file, load] of [
        ['old.yaml', loadPolicyFolder],
        ['old.test.yaml', loadPolicyTests],
      ] as const) {
        await make(at(file));
        await expect(load(folder)).rejects.toMatchObject({
          code: 'POLICY_INVALID',
          message: expect.stringContaining(`${file} is ${found}, not a file.`),
        });
        await rm(at(file), { recursive: true });
      }
      await rm(at('owners.yaml'));
      await make(at('owners.yaml'));
      expect(await names()).toEqual(['health.yaml']);
      await expect(loadOwners(at('owners.yaml'))).rejects.toMatchObject({
        code: 'POLICY_INVALID',
        message: expect.stringContaining(`is ${found}, not a file.`),
      });
    },
  );

  it('Y03: with a socket under the name of a file is refused with its name', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at('s.yaml'), resolve));
    await expect(loadPolicyFolder(folder)).rejects.toThrow('s.yaml is a socket, not a file.');
    await new Promise((resolve) => server.close(resolve));
  });

  it('Y03: is refused with the names of all entries that are not files', async () => {
    await mkdir(at('b.yaml'));
    await symlink('nowhere', at('a.yaml'));
    await writeFile(at('Health.YAML'), '');
    await expect(loadPolicyFolder(folder)).rejects.toThrow(
      /Health\.YAML is not read[^]*a\.yaml is a link that leads nowhere[^]*b\.yaml is a folder/,
    );
  });

  it('Y03: may hold a link to a file', async () => {
    await writeFile(at('elsewhere'), 'purposes: {}');
    await symlink('elsewhere', at('purposes.yaml'));
    expect(await names()).toEqual(['health.yaml', 'purposes.yaml']);
  });

  it('Y03: is refused with the reason when it cannot be read', async () => {
    await expect(loadPolicyFolder(at('nowhere'))).rejects.toThrow('cannot be read (ENOENT)');
  });

  describe('of stored operations', () => {
    beforeEach(async () => {
      await mkdir(at('operations', 'app'), { recursive: true });
      await writeFile(at('operations', 'app', 'app.yaml'), app);
      await writeFile(at('operations', 'app', 'one.graphql'), '{ me { id } }');
    });
    const operations = async () =>
      (await loadOperations(at('operations'))).map((operation) => `${operation.app}/${operation.file}`);

    it('Y03: ignores hidden files and folders, and follows links to folders', async () => {
      await mkdir(at('operations', '.git'));
      await writeFile(at('operations', '.DS_Store'), '');
      await symlink('nowhere', at('operations', 'app', '.#one.graphql'));
      await symlink('app', at('operations', 'linked'));
      await writeFile(at('operations', 'README.md'), '');
      expect(await operations()).toEqual(['app/one.graphql', 'linked/one.graphql']);
    });

    it.each<[string, string[], (path: string) => unknown, string]>([
      ['a FIFO', ['app', 'two.graphql'], (path) => execFileSync('mkfifo', [path]), 'is a FIFO, not a file'],
      ['a folder', ['app', 'two.graphql'], (path) => mkdir(path), 'is a folder, not a file'],
      ['a lost link', ['app', 'two.graphql'], (path) => symlink('no', path), 'is a link that leads nowhere'],
      ['an app that is a lost link', ['two'], (path) => symlink('no', path), 'cannot be read'],
      [
        'an operation of no app',
        ['two.graphql'],
        (path) => writeFile(path, '{ me { id } }'),
        'belongs to no app',
      ],
    ])('Y03: names %s', async (_, path, make, message) => {
      await make(at('operations', ...path));
      await expect(operations()).rejects.toMatchObject({
        code: 'POLICY_INVALID',
        message: expect.stringContaining(message),
      });
    });

    it('Y08: is refused when it holds no stored operations', async () => {
      await rm(at('operations', 'app', 'one.graphql'));
      await expect(operations()).rejects.toThrow('There is no stored operation');
    });
  });
});
