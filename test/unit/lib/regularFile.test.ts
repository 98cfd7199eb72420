/**
 * @property extraction/regular-files A source that is not a regular file is refused before it is opened, and
 * a signal stops reading.
 * @enforcedBy lib/regularFile.ts, registry-kit/extraction/source/files/sourceBytes.ts
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openRegularFile, readRegularFile } from '../../../lib/regularFile.js';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'polku-regular-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a file that is read', () => {
  it('X05: is regular, also through a symbolic link', async () => {
    await writeFile(join(folder, 'file'), 'text');
    await symlink(join(folder, 'file'), join(folder, 'link'));
    expect(await readRegularFile(join(folder, 'link'))).toBe('text');
  });

  it('X05: is not opened when it is a FIFO, which would wait for a writer', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await symlink(join(folder, 'pipe'), join(folder, 'link'));
    for (const name of ['pipe', 'link'])
      await expect(openRegularFile(join(folder, name))).rejects.toMatchObject({ kind: 'FIFO' });
  });

  it('X05: is not opened when it is a socket, a folder or a device', async () => {
    const server = createServer().listen(join(folder, 'socket'));
    await once(server, 'listening');
    await expect(openRegularFile(join(folder, 'socket'))).rejects.toMatchObject({ kind: 'socket' });
    await expect(openRegularFile(folder)).rejects.toMatchObject({ kind: 'folder' });
    await expect(openRegularFile('/dev/zero')).rejects.toMatchObject({ kind: 'device' });
    server.close();
  });

  it('X05, Y03: is not called missing when a symbolic link leads nowhere or to itself', async () => {
    await symlink('nowhere', join(folder, 'lost'));
    await symlink('ring', join(folder, 'ring'));
    for (const name of ['lost', 'ring'])
      await expect(readRegularFile(join(folder, name))).rejects.toMatchObject({
        kind: 'link that leads nowhere',
      });
    await expect(readRegularFile(join(folder, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
