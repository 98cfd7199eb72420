import { type FileHandle, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CHAIN_START, chainLine } from '../../../../gateway/audit/chain.js';
import { linesBackwards, readTail } from '../../../../gateway/audit/chainEnd.js';

describe('reading a file from its end', () => {
  let folder: string;
  let file: FileHandle;
  /** The number of bytes that were read. */
  let bytes: number;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-tail-'));
  });
  afterEach(async () => {
    await file.close();
    await rm(folder, { recursive: true });
  });

  async function openWith(content: string): Promise<void> {
    const path = join(folder, 'lines');
    await writeFile(path, content);
    file = await open(path, 'r');
    bytes = 0;
    const read = file.read.bind(file) as (...given: unknown[]) => Promise<{ bytesRead: number }>;
    const counting = async (...given: unknown[]) => {
      const done = await read(...given);
      bytes += done.bytesRead;
      return done;
    };
    file.read = counting as unknown as FileHandle['read'];
  }

  async function lines(): Promise<string[]> {
    const found: string[] = [];
    for await (const line of linesBackwards(file, (await file.stat()).size)) found.push(line);
    return found;
  }

  it.each([
    ['nothing', ''],
    ['no newline', 'abc'],
    ['newlines only', '\n\n\n'],
    ['a last line that is not ended', 'a\nbc\ndef'],
    ['a line of several parts', `a\n${'x'.repeat(200_000)}\nb\n`],
    ['a newline at the edge of a part', `${'x'.repeat(9)}\n${'y'.repeat(64 * 1024 - 1)}\n`],
    ['a newline as the first byte of a part', `${'x'.repeat(9)}\n${'y'.repeat(64 * 1024 - 2)}\n`],
    [
      'a text of several bytes a letter at the edge of a part',
      `${'ä€'.repeat(30_000)}\n${'ö'.repeat(30_000)}\n`,
    ],
  ])('returns its lines with %s, last first', async (_what, content) => {
    await openWith(content);
    expect(await lines()).toEqual(content.split('\n').slice(0, -1).reverse());
  });

  it('reads it once, however short its lines are', async () => {
    const content = '"\n'.repeat(100_000);
    await openWith(content);
    expect(await lines()).toHaveLength(100_000);
    expect(bytes).toBe(content.length);
  });

  it('reads it once when a long torn end has many newlines', async () => {
    const { line } = chainLine('{"kind":"decision"}', CHAIN_START);
    const content = `${line}${'\0\n'.repeat(100_000)}`;
    await openWith(content);
    expect(await readTail(file)).toMatchObject({ end: line.length, last: { seq: 1 } });
    expect(bytes).toBe(content.length);
  });
});
