import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lockForExtraction } from '../../../subgraphs/registry/extraction/extractionLock.js';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'polku-lock-'));
});
afterEach(() => rm(data, { recursive: true }));

const lockFile = () => join(data, '.extracting');

describe('the extraction lock', () => {
  it('is held by one at a time and leaves nothing behind', async () => {
    const unlock = await lockForExtraction(data);
    expect(await readFile(lockFile(), 'utf8')).toBe(`${process.pid}\n`);
    await expect(lockForExtraction(data)).rejects.toMatchObject({ code: 'EXTRACTION_RUNNING' });
    await unlock();
    expect(await readdir(data)).toEqual([]);
    await (
      await lockForExtraction(data)
    )();
  });

  it('is won by exactly one of many', async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 10 }, () => lockForExtraction(data)));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is not taken from a living process', async () => {
    await writeFile(lockFile(), `${process.ppid}\n`);
    await expect(lockForExtraction(data)).rejects.toMatchObject({
      code: 'EXTRACTION_RUNNING',
      message: expect.stringContaining(`process ${process.ppid}`),
    });
    expect(await readdir(data)).toEqual(['.extracting']);
  });

  it('is taken over from a dead process', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    await writeFile(lockFile(), `${child.pid}\n`);
    const unlock = await lockForExtraction(data);
    expect(await readFile(lockFile(), 'utf8')).toBe(`${process.pid}\n`);
    await unlock();
  });

  it('is taken over from a dead process that had the same number, as in a container started anew', async () => {
    await writeFile(lockFile(), `${process.pid}\n`);
    await (
      await lockForExtraction(data)
    )();
  });
});
