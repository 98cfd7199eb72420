/**
 * @property audit/replaced-logs
 */
import {
  appendFile,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppendLog, GroupCommit, linesOf, readWholeLines } from '../../../lib/appendLog.js';

let root: string;
let folder: string;
let path: string;
let log: AppendLog | undefined;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'polku-append-'));
  folder = join(root, 'logs');
  await mkdir(folder);
  path = join(folder, 'lines');
});
afterEach(async () => {
  await log?.close();
  log = undefined;
  await rm(root, { recursive: true });
});

const open = async (length?: number) => (log = await AppendLog.open(path, length));
const content = () => readFile(path, 'utf8');
const bytesOf = (text: string) => Buffer.from(text);

describe('a log that is asked whether it is as it was left', () => {
  it('is, while its own lines are on their way to the disk', async () => {
    await open();
    let asked = 0;
    await log!.append(bytesOf('a\n'), async () => {
      expect((await stat(path)).size).toBeGreaterThan(log!.length);
      log!.requireAsLeft();
      asked += 1;
    });
    log!.requireAsLeft();
    expect(asked).toBe(1);
  });

  it('is not, if another process writes meanwhile', async () => {
    await open();
    await log!.append(bytesOf('a\n'), async () => {
      await appendFile(path, 'b\n');
      expect(() => log!.requireAsLeft()).toThrow('another process wrote to it or cut it');
    });
    expect(() => log!.requireAsLeft()).toThrow('another process wrote to it or cut it');
  });
});

describe('a log that is opened', () => {
  it('is readable by its owner only', async () => {
    await open();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('is cut after the whole lines that the caller knows', async () => {
    await writeFile(path, 'a\nb\ntorn');
    const { length } = (await readWholeLines(path)).content;
    await (await open(length)).append(bytesOf('c\n'));
    expect(await content()).toBe('a\nb\nc\n');
  });

  it('is continued after all that it holds if the caller knows no length', async () => {
    await writeFile(path, 'a\ntorn');
    const { length } = await open();
    expect(length).toBe(6);
    await log!.append(bytesOf('\nb\n'));
    expect(await content()).toBe('a\ntorn\nb\n');
  });

  it('must hold the lines that the caller knows', async () => {
    await writeFile(path, 'a\n');
    await expect(open(4)).rejects.toThrow('are gone');
    expect(await content()).toBe('a\n');
  });

  it('is created over an empty file only', async () => {
    log = await AppendLog.create(path);
    await log.close();
    log = await AppendLog.create(path);
    await log.append(bytesOf('a\n'));
    await expect(AppendLog.create(path)).rejects.toThrow('not empty');
    expect(await content()).toBe('a\n');
  });
});

describe('a log whose file was changed', () => {
  const copyBack = async () => {
    await rename(path, `${path}.old`);
    await copyFile(`${path}.old`, path);
  };
  it.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    ['it was renamed', () => rename(path, `${path}.old`), () => rename(`${path}.old`, path)],
    ['it was replaced by a copy', copyBack, () => rename(`${path}.old`, path)],
    ['its folder was renamed', () => rename(folder, `${folder}.old`), () => rename(`${folder}.old`, folder)],
    ['another process wrote to it', () => appendFile(path, 'x'), () => truncate(path, 2)],
    ['another process cut it', () => truncate(path, 0), () => writeFile(path, 'a\n')],
  ])('accepts no line when %s, and continues when that is undone', async (_, change, undo) => {
    const changed = await open();
    await changed.append(bytesOf('a\n'));
    await change();
    for (const line of ['b\n', 'c\n']) await expect(changed.append(bytesOf(line))).rejects.toThrow('log');
    await undo();
    await changed.append(bytesOf('d\n'));
    expect(await content()).toBe('a\nd\n');
    expect(changed.length).toBe(4);
  });

  it.each<[string, (during: () => Promise<void>) => Promise<unknown>]>([
    ['while it appends', (during) => log!.append(bytesOf('b\n'), during)],
    [
      'after an append failed',
      async (during) => {
        const broken = () => Promise.reject(new Error('broken'));
        await expect(log!.append(bytesOf('b\n'), broken)).rejects.toThrow('broken');
        await during();
      },
    ],
  ])('does not continue in another file that takes its name %s', async (_, run) => {
    await open();
    await log!.append(bytesOf('a\n'));
    await run(async () => {
      await copyBack();
      throw new Error('moved');
    }).catch(() => {});
    await expect(log!.append(bytesOf('c\n'))).rejects.toThrow('was replaced');
    expect(await content()).toBe('a\nb\n');
  });
});

describe('a failed append', () => {
  it('leaves a full disk, and the next one continues when there is room', async () => {
    await symlink('/dev/full', path);
    await open();
    for (const line of ['a\n', 'b\n'])
      await expect(log!.append(bytesOf(line))).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(log).toMatchObject({ hasFailed: true, length: 0 });
    await rm(path);
    await log!.append(bytesOf('c\n'));
    expect(log!.hasFailed).toBe(false);
    expect(await content()).toBe('c\n');
  });

  it('leaves lines that do not count, and the next one cuts them off', async () => {
    await open();
    await log!.append(bytesOf('a\n'));
    const refuse = () => Promise.reject(new Error('refused'));
    await expect(log!.append(bytesOf('many bytes\n'), refuse)).rejects.toThrow('refused');
    expect(await content()).toBe('a\nmany bytes\n');
    expect(log!.length).toBe(2);
    await log!.append(bytesOf('b\n'));
    expect(await content()).toBe('a\nb\n');
  });

  it('is not continued when lines before it are gone', async () => {
    await open();
    await log!.append(bytesOf('a\n'));
    const refuse = () => Promise.reject(new Error('refused'));
    await expect(log!.append(bytesOf('b\n'), refuse)).rejects.toThrow('refused');
    await truncate(path, 1);
    await expect(log!.append(bytesOf('c\n'))).rejects.toThrow('are gone');
    expect(await content()).toBe('a');
  });
});

describe('group commit', () => {
  const numbers = Array.from({ length: 500 }, (_, number) => `${number}\n`);
  /** Appends all lines of a commit at once, and counts the commits. */
  const commitsTo = (to: AppendLog) => {
    const counted = { commits: 0 };
    const group = new GroupCommit<string>(async (lines) => {
      counted.commits += 1;
      await to.append(bytesOf(lines.join('')));
    });
    return { group, counted };
  };

  it('writes all lines that wait in one append, in their order', async () => {
    const { group, counted } = commitsTo(await open());
    await Promise.all(numbers.map((line) => group.add(line)));
    expect(await content()).toBe(numbers.join(''));
    // The first line does not wait; the others wait for it.
    expect(counted.commits).toBe(2);
  });

  it('rejects the lines of a failed commit, and continues with the next', async () => {
    await symlink('/dev/full', path);
    const { group } = commitsTo(await open());
    const failed = await Promise.allSettled(['a\n', 'b\n', 'c\n'].map((line) => group.add(line)));
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await rm(path);
    await group.add('d\n');
    expect(await content()).toBe('d\n');
  });

  it('finishes what it accepted when it is closed, and accepts nothing more', async () => {
    const opened = await open();
    const { group } = commitsTo(opened);
    const accepted = Promise.all(numbers.map((line) => group.add(line)));
    const closing = group.close();
    await expect(group.add('late\n')).rejects.toThrow('closed');
    await closing;
    await opened.close();
    await accepted;
    expect(await content()).toBe(numbers.join(''));
    await expect(opened.append(bytesOf('late\n'))).rejects.toThrow('closed');
  });
});

describe('reading lines', () => {
  it.each([
    ['', [], ''],
    ['torn', [], 'torn'],
    ['a\n', ['a'], ''],
    ['\na\n\nö\ntorn ä', ['', 'a', '', 'ö'], 'torn ä'],
  ])('separates whole lines from a torn one: %j', async (text, lines, torn) => {
    await writeFile(path, text);
    const read = await readWholeLines(path);
    expect([...linesOf(read.content)]).toEqual(lines);
    expect(read.torn.toString()).toBe(torn);
  });
});
