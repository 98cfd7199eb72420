/**
 * @property registries/restriction-trace Restrictions that are gone, or older than their last change, stop
 * servers and extraction.
 * @enforcedBy registry-kit/restrictions/restrictionTrace.ts, registry-kit/restrictions/restrictionFile.ts
 */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_DAY } from '../../../registry-kit/columns/table.js';
import {
  changeRestrictions,
  restrictionPath,
  readRestrictions,
  traceRestrictions,
} from '../../../registry-kit/restrictions/restrictionFile.js';
import {
  addRestrictions,
  liftRestrictions,
  type Restrictions,
  noRestrictions,
} from '../../../registry-kit/restrictions/restrictions.js';
import { FIRST_STORE } from '../../../schema/keys.js';

const STORE = '5'.repeat(32);
const author = { time: '2026-05-14T08:00:00.000Z', by: 'owner-1' };
const some: Restrictions = {
  ...addRestrictions(noRestrictions, 'restriction', new Set([7, 3]), { start: 20_000, end: NO_DAY }, author),
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

describe('the restriction file', () => {
  let data: string;
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'polku-marks-file-'));
  });
  afterEach(() => rm(data, { recursive: true, force: true }));

  const place = () => ({ data, registry: 'health', store: STORE });
  const write = (marks: Restrictions) => changeRestrictions(place(), () => marks);

  it('returns what was written, with a record of the change, to its owner only', async () => {
    await write(some);
    const read = await readRestrictions(data, 'health');
    expect(read).toEqual(some);
    expect(read.changes).toEqual([{ ...author, action: 'add', kind: 'restriction', people: 2 }]);
    expect((await stat(restrictionPath(data, 'health'))).mode & 0o777).toBe(0o600);
    expect(await readRestrictions(data, 'social')).toBe(noRestrictions);
  });

  it('does not change when nothing changes, or when the change fails', async () => {
    await write(some);
    const before = await stat(restrictionPath(data, 'health'));
    await changeRestrictions(place(), (marks) => marks);
    await expect(changeRestrictions(place(), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect((await stat(restrictionPath(data, 'health'))).ino).toBe(before.ino);
    await write(noRestrictions);
    expect((await readRestrictions(data, 'health')).people.restriction.size).toBe(0);
  });

  it('is changed by one process at a time, and a caller who does not wait is refused', async () => {
    await changeRestrictions(place(), async (marks) => {
      await expect(changeRestrictions(place(), () => some, 0)).rejects.toMatchObject({ code: 'MARKS_BUSY' });
      return marks;
    });
    await write(some);
    expect(await readRestrictions(data, 'health')).toEqual(some);
  });

  it.each([
    ['one byte less', (file: string) => file.slice(0, -1)],
    ['another key', (file: string) => file.replace('[3,', '[4,')],
    ['no list', () => '{}'],
    ['nothing', () => ''],
    ['a format to come', (file: string) => file.replace('polku-marks 2', 'polku-marks 3')],
  ])('with %s is refused', async (_what, damage) => {
    await write(some);
    const path = restrictionPath(data, 'health');
    await writeFile(path, damage(await readFile(path, 'utf8')));
    await expect(readRestrictions(data, 'health')).rejects.toMatchObject({ code: 'MARKS_INVALID' });
    await expect(write(noRestrictions)).rejects.toMatchObject({ code: 'MARKS_INVALID' });
  });

  it.each<[what: string, rewrite: (text: string) => string]>([
    ['no JSON', (text) => text.slice(0, -2)],
    ['nothing', () => 'null\n'],
    ['no people', (text) => text.replace('"people"', '"persons"')],
    ['a kind of marks less', (text) => text.replace(/"restriction":\[.*?\]\],/, '')],
    ['a kind that it does not know', (text) => text.replace('"restriction"', '"Restriction"')],
    ['a kind of marks that is no list', (text) => text.replace('"erasure":[]', '"erasure":{}')],
    ['a person who is no key', (text) => text.replace('[3,', '["3",')],
    ['a day that is none', (text) => text.replace('2024-10-04', '2024-02-30')],
    ['a last day that is none', (text) => text.replace(',null]', ',""]')],
    ['a last day before the first', (text) => text.replace(',null]', ',"2024-10-03"]')],
    ['a person twice', (text) => text.replace('[3,"2024-10-04",null]', '$&,[3,"2024-10-04","2024-10-05"]')],
    ['a row of too few', (text) => text.replace(',null]', ']')],
    ['shields that are no rows', (text) => text.replace(/"shields":\[\[/, '"shields":[[[')],
    ['changes that are none', (text) => text.replace('"action"', '"act"')],
    ['a number of changes that is none', (text) => text.replace('"sequence":1', '"sequence":"1"')],
  ])('A03: with %s, under a recomputed checksum, is refused', async (_what, rewrite) => {
    await write(some);
    const path = restrictionPath(data, 'health');
    const text = (await readFile(path, 'utf8')).replace(/^.*\n/, '');
    const rewritten = rewrite(text);
    expect(rewritten).not.toBe(text);
    const checksum = createHash('sha256').update(rewritten).digest('hex');
    await writeFile(path, `polku-marks 2 ${checksum}\n${rewritten}`);
    await expect(readRestrictions(data, 'health')).rejects.toMatchObject({ code: 'MARKS_INVALID' });
  });

  it('of another registry is refused', async () => {
    await write(some);
    await writeFile(restrictionPath(data, 'social'), await readFile(restrictionPath(data, 'health')));
    await expect(readRestrictions(data, 'social')).rejects.toMatchObject({ code: 'MARKS_INVALID' });
  });

  it('X06: of another linkage store is refused, for reading and for changes', async () => {
    await write(some);
    const other = '6'.repeat(32);
    await expect(readRestrictions(data, 'health', other)).rejects.toMatchObject({
      code: 'LINKAGE_STORE_CHANGED',
    });
    await expect(
      changeRestrictions({ ...place(), store: other }, () => noRestrictions),
    ).rejects.toMatchObject({
      code: 'LINKAGE_STORE_CHANGED',
    });
    expect(await readRestrictions(data, 'health', STORE)).toEqual(some);
  });

  it('X06: from before stores had names belongs to the first store', async () => {
    await write(some);
    const path = restrictionPath(data, 'health');
    const [, text] = (await readFile(path, 'utf8')).split('\n') as [string, string];
    const { store, sequence, ...content } = JSON.parse(text) as Record<string, unknown>;
    expect([store, sequence]).toEqual([STORE, 1]);
    const before = `${JSON.stringify(content)}\n`;
    const checksum = createHash('sha256').update(before).digest('hex');
    await writeFile(path, `polku-marks 1 ${checksum}\n${before}`);
    expect(await readRestrictions(data, 'health', FIRST_STORE)).toEqual(some);
    await expect(readRestrictions(data, 'health', STORE)).rejects.toMatchObject({
      code: 'LINKAGE_STORE_CHANGED',
    });
  });

  describe('with a trace in linkage and snapshots', () => {
    beforeEach(async () => {
      for (const folder of ['linkage', 'health', 'overlays']) await mkdir(join(data, folder));
      await write(some);
      await changeRestrictions(place(), (marks) =>
        liftRestrictions(marks, 'restriction', new Set([3]), (key) => key, author),
      );
    });
    const path = () => restrictionPath(data, 'health');
    const older = async () => {
      const folder = await mkdtemp(join(tmpdir(), 'polku-older-'));
      await changeRestrictions({ ...place(), data: folder }, () => some);
      await copyFile(restrictionPath(folder, 'health'), path());
      await rm(folder, { recursive: true });
    };

    it.each([
      ['it is gone', () => rm(path()), /it is gone/],
      ['all marks are gone', () => rm(join(data, 'marks'), { recursive: true }), /it is gone/],
      ['it is empty', () => writeFile(path(), ''), /not a list of marks/],
      ['it is an older one', older, /it holds 1 changes, and 2 were made/],
    ])('A03: is refused when %s, and no change starts a new file', async (_what, damage, message) => {
      await damage();
      const refused = { code: 'MARKS_INVALID', message: expect.stringMatching(message) };
      await expect(readRestrictions(data, 'health')).rejects.toMatchObject(refused);
      await expect(readRestrictions(data, 'health', STORE)).rejects.toMatchObject(refused);
      await expect(write(some)).rejects.toMatchObject(refused);
      await expect(traceRestrictions(place())).rejects.toMatchObject(refused);
    });

    it.each(['linkage', 'health'])(
      'A03: is refused when it is missing together with the folder %s',
      async (folder) => {
        await rm(path());
        await rm(join(data, folder), { recursive: true });
        await expect(readRestrictions(data, 'health')).rejects.toMatchObject({ code: 'MARKS_INVALID' });
      },
    );

    it('A03: is refused when its trace in linkage or a snapshot is damaged', async () => {
      await writeFile(join(data, 'health', 'marks-health.json'), '{');
      await expect(readRestrictions(data, 'health')).rejects.toMatchObject({ code: 'MARKS_INVALID' });
    });

    it('A03: is expected in a folder that is added later, and on a machine that it was copied to', async () => {
      await rm(join(data, 'health'), { recursive: true });
      await rm(join(data, 'linkage'), { recursive: true });
      await mkdir(join(data, 'health'));
      await traceRestrictions(place());
      await rm(path());
      await expect(readRestrictions(data, 'health')).rejects.toMatchObject({ code: 'MARKS_INVALID' });
    });

    it('A03: of the population register is expected next to the person flags, which every department has', async () => {
      await changeRestrictions({ ...place(), registry: 'population' }, () => some);
      await rm(join(data, 'linkage'), { recursive: true });
      await rm(restrictionPath(data, 'population'));
      await expect(readRestrictions(data, 'population')).rejects.toMatchObject({ code: 'MARKS_INVALID' });
    });

    it('A03: has a trace in linkage and snapshots that names nobody', async () => {
      const trace = JSON.parse(await readFile(join(data, 'linkage', 'marks-health.json'), 'utf8')) as object;
      expect(trace).toEqual({ registry: 'health', store: STORE, sequence: 2 });
    });
  });
});
