/**
 * @property audit/one-gateway A data folder has one gateway. Its locks belong to the kernel, end with their
 * process and do not travel with a copy.
 * @enforcedBy lib/kernelLock.ts
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PolkuError } from '../../../lib/errors.js';
import { lockByKernel, whenFree } from '../../../lib/kernelLock.js';
import { packageRoot } from '../../../lib/packageRoot.js';
import { lockForExtraction } from '../../../registry-kit/extraction/extract.js';

/** Another process that opens a lock file as this project does, and reports whether it has the lock. */
const HOLDER = `
  import { DuckDBInstance } from '@duckdb/node-api';
  const path = process.argv[1];
  try {
    globalThis.held = await DuckDBInstance.create(path);
    console.log('held');
    setInterval(() => {}, 1000);
  } catch {
    console.log('busy');
  }`;

const busy = () => new PolkuError('EXTRACTION_RUNNING', 'busy');

describe('a kernel lock', () => {
  let data: string;
  let children: ChildProcess[];
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'polku-lock-'));
    children = [];
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await rm(data, { recursive: true });
  });

  const lock = (folder = data) => lockByKernel(folder, 'x', busy);
  const file = (folder = data) => join(folder, 'locks', 'x.lock');

  /** @param wrapped starts it in namespaces of its own, as a container does */
  async function holder(wrapped: readonly string[] = []): Promise<{ child: ChildProcess; says: string }> {
    const [program, ...args] = [
      ...wrapped,
      ...[process.execPath, '--input-type=module', '-e', HOLDER, file()],
    ];
    const child = spawn(program!, args, { cwd: packageRoot(), stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const [output] = (await once(child.stdout!, 'data')) as [Buffer];
    return { child, says: output.toString().trim() };
  }

  it('is held by one at a time within a process', async () => {
    const unlock = await lock();
    await expect(lock()).rejects.toMatchObject({ code: 'EXTRACTION_RUNNING' });
    await unlock();
    await unlock();
    await (
      await lock()
    )();
  });

  it('is won by exactly one of many, whether or not its file exists', async () => {
    for (let round = 0; round < 2; round++) {
      const attempts = await Promise.allSettled(Array.from({ length: 10 }, () => lock()));
      const won = attempts.filter((attempt) => attempt.status === 'fulfilled');
      expect(won).toHaveLength(1);
      await won[0]!.value();
    }
    expect(await readdir(join(data, 'locks'))).toEqual(['x.lock']);
  });

  it('is one lock by any path', async () => {
    const other = `${data}-link`;
    await symlink(data, other);
    const unlock = await lock();
    await expect(lock(other)).rejects.toMatchObject({ code: 'EXTRACTION_RUNNING' });
    await unlock();
    await rm(other);
  });

  it('has a name, and locks of other names are independent', async () => {
    const locks = await Promise.all([lock(), lockForExtraction(data), lockByKernel(data, 'y', busy)]);
    expect(await readdir(join(data, 'locks'))).toEqual(['extraction.lock', 'x.lock', 'y.lock']);
    for (const unlock of locks) await unlock();
  });

  it('G18: is not given to another process, nor taken from one', async () => {
    const unlock = await lock();
    expect((await holder()).says).toBe('busy');
    await unlock();
    expect((await holder()).says).toBe('held');
    await expect(lock()).rejects.toMatchObject({ code: 'EXTRACTION_RUNNING' });
  });

  it('G18: does not outlive a process that is killed', async () => {
    await (
      await lock()
    )();
    const { child, says } = await holder();
    expect(says).toBe('held');
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    await (
      await lock()
    )();
  });

  it('G18: ignores what a killed process left in its file', async () => {
    await mkdir(join(data, 'locks'));
    await writeFile(join(data, 'locks', '.x.5b0e'), 'half');
    await (
      await lock()
    )();
    expect((await stat(file())).mode & 0o777).toBe(0o600);
  });

  it('G19: of a copy of the data directory is free', async () => {
    const copy = `${data}-copy`;
    const unlock = await lock();
    // Another process copies: this process would lose its lock when it closed the copied file.
    await once(spawn('cp', ['-r', data, copy]), 'exit');
    const unlockCopy = await lock(copy);
    await expect(lock()).rejects.toMatchObject({ code: 'EXTRACTION_RUNNING' });
    // Releasing one does not release the other.
    await unlockCopy();
    expect((await holder()).says).toBe('busy');
    await unlock();
    await rm(copy, { recursive: true });
  });

  it('reports how to repair a damaged file', async () => {
    await mkdir(join(data, 'locks'));
    await writeFile(file(), 'no lock');
    await expect(lock()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await rm(file());
    await (
      await lock()
    )();
  });

  it('cannot be taken where nothing can be written', async () => {
    await writeFile(join(data, 'locks'), '');
    await expect(lock()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });

  it('can be waited for, for a limited time', async () => {
    const unlock = await lock();
    await expect(whenFree(lock, 0)).rejects.toMatchObject({ code: 'EXTRACTION_RUNNING' });
    const waiting = whenFree(lock, 60_000);
    await unlock();
    await (
      await waiting
    )();
  });
});
