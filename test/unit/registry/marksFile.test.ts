import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_DAY } from '../../../subgraphs/registry/columns/table.js';
import { addMarks } from '../../../subgraphs/registry/marks/changes.js';
import { type Marks, noMarks } from '../../../subgraphs/registry/marks/marks.js';
import { changeMarks, marksPath, readMarks } from '../../../subgraphs/registry/marks/marksFile.js';

const author = { time: '2026-05-14T08:00:00.000Z', by: 'owner-1' };
const some: Marks = {
  ...addMarks(noMarks, 'restriction', new Set([7, 3]), { start: 20_000, end: NO_DAY }, author),
  shields: new Map([
    [
      9,
      [
        { start: 20_000, end: 20_100 },
        { start: 20_200, end: NO_DAY },
      ],
    ],
  ]),
};

describe('the file of marks', () => {
  let data: string;
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'polku-marks-file-'));
  });
  afterEach(() => rm(data, { recursive: true, force: true }));

  const write = (marks: Marks) => changeMarks(data, 'health', () => marks);

  it('gives back what was written, with a note of it, to its owner only', async () => {
    await write(some);
    const read = await readMarks(data, 'health');
    expect(read).toEqual(some);
    expect(read.changes).toEqual([{ ...author, action: 'add', kind: 'restriction', people: 2 }]);
    expect((await stat(marksPath(data, 'health'))).mode & 0o777).toBe(0o600);
    expect(await readMarks(data, 'social')).toBe(noMarks);
  });

  it('stays as it is where nothing changes, and where the change fails', async () => {
    await write(some);
    const before = await stat(marksPath(data, 'health'));
    await changeMarks(data, 'health', (marks) => marks);
    await expect(changeMarks(data, 'health', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect((await stat(marksPath(data, 'health'))).ino).toBe(before.ino);
    await write(noMarks);
    expect((await readMarks(data, 'health')).people.restriction.size).toBe(0);
  });

  it('is changed by one at a time; who does not want to wait is refused', async () => {
    await changeMarks(data, 'health', async (marks) => {
      await expect(changeMarks(data, 'health', () => some, 0)).rejects.toMatchObject({ code: 'MARKS_BUSY' });
      return marks;
    });
    await write(some);
    expect(await readMarks(data, 'health')).toEqual(some);
  });

  it.each([
    ['one byte less', (file: string) => file.slice(0, -1)],
    ['another key', (file: string) => file.replace('[3,', '[4,')],
    ['no list', () => '{}'],
    ['nothing', () => ''],
    ['a format to come', (file: string) => file.replace('polku-marks 1', 'polku-marks 2')],
  ])('with %s is refused', async (_what, damage) => {
    await write(some);
    const path = marksPath(data, 'health');
    await writeFile(path, damage(await readFile(path, 'utf8')));
    await expect(readMarks(data, 'health')).rejects.toMatchObject({ code: 'MARKS_INVALID' });
    await expect(write(noMarks)).rejects.toMatchObject({ code: 'MARKS_INVALID' });
  });

  it('of another registry is refused', async () => {
    await write(some);
    await writeFile(marksPath(data, 'social'), await readFile(marksPath(data, 'health')));
    await expect(readMarks(data, 'social')).rejects.toMatchObject({ code: 'MARKS_INVALID' });
  });
});
