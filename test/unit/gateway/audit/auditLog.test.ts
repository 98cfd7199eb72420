/**
 * @property audit/no-record-no-data
 * @property audit/readiness
 * @property audit/replaced-logs A log that was renamed, removed or replaced accepts no record. Neither does
 * a registry's own log or the ledger of group questions.
 * @enforcedBy gateway/audit/auditLog.ts, registry-kit/disclosureLog.ts,
 * disclosure-control/ledger/ledgerFile.ts, lib/appendLog.ts
 */
import {
  appendFile,
  copyFile,
  cp,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { record, TestLog } from './testLog.js';

describe('the audit log', () => {
  let log: TestLog;
  beforeEach(async () => {
    log = await TestLog.make();
  });
  afterEach(() => log.remove());

  it('can be read by its owner only', async () => {
    await log.write(['a']);
    expect((await stat(log.file())).mode & 0o777).toBe(0o600);
    expect((await stat(log.witness)).mode & 0o777).toBe(0o600);
  });

  it('holds a record once it is reported as durable, and is continued after a restart', async () => {
    const open = await log.open();
    await open.append(record('a'));
    expect(await log.decisions()).toEqual(['a']);
    await open.append(record('b'));
    expect(await log.decisions()).toEqual(['a', 'b']);
    await open.close();
    await log.write(['c']);
    expect(await log.decisions()).toEqual(['a', 'b', 'c']);
    expect((await log.verify()).fault).toBeUndefined();
  });

  it('G17: writes a checkpoint once a minute without requests, to prove that it can be written', async () => {
    const open = await log.open();
    await open.append(record('a'));
    const { size } = await stat(log.file());
    await open.ready();
    expect((await stat(log.file())).size).toBe(size);
    const later = performance.now() + 61_000;
    const clock = jest.spyOn(performance, 'now').mockReturnValue(later);
    await open.ready();
    const proved = (await stat(log.file())).size;
    expect(proved).toBeGreaterThan(size);
    await open.ready();
    expect((await stat(log.file())).size).toBe(proved);
    clock.mockRestore();
    await open.close();
    await expect(open.ready()).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect(await log.verify(true)).toMatchObject({ fault: undefined });
  });

  it('holds all records of many concurrent requests, in order', async () => {
    const ids = Array.from({ length: 500 }, (_, index) => String(index));
    const open = await log.open();
    await Promise.all(ids.map((id) => open.append(record(id))));
    await open.close();
    expect(await log.decisions()).toEqual(ids);
    expect(await log.verify(true)).toMatchObject({ fault: undefined, unsigned: 0 });
  });

  it.each([
    ['a torn line', '{"seq":3,"previous":"00'],
    ['a torn line with bytes that are no text', '{"seq":3\u0000\uffff'],
    ['blocks that the disk never wrote', '\0'.repeat(100_000)],
    ['an ended line that is no record', '\0\0\0\n'],
    ['several', '{"a":\n{"b":\n{"c'],
  ])('is truncated before %s, which is saved in another file and recorded', async (_, torn) => {
    await log.write(['a', 'b']);
    await appendFile(log.file(), torn);
    await log.write(['c']);
    expect(await log.decisions()).toEqual(['a', 'b', 'c']);
    expect(await readFile(`${log.file()}.torn`, 'utf8')).toBe(torn);
    expect((await stat(`${log.file()}.torn`)).mode & 0o777).toBe(0o600);
    expect(await log.entries()).toContainEqual(
      expect.objectContaining({ kind: 'torn-tail', bytes: Buffer.byteLength(torn) }),
    );
    expect((await log.verify(true)).fault).toBeUndefined();
  });

  it('does not open when records were changed after they were written', async () => {
    await log.write(['a', 'b', 'c']);
    const lines = await log.lines();
    await log.writeLines(
      lines.map((line, index) => (index > 0 ? line.replace('"time":"2', '"time":"3') : line)),
    );
    const before = await readFile(log.file(), 'utf8');
    await expect(log.open()).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect(await readFile(log.file(), 'utf8')).toBe(before);
  });

  it('leaves no file open when it does not open', async () => {
    await log.write(['a', 'b', 'c']);
    const other = await TestLog.make();
    const foreign = log.open({ signingKey: other.privateKey });
    await expect(foreign).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    await other.remove();
    const descriptors = await readdir('/proc/self/fd');
    const paths = await Promise.all(
      descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => 'closed')),
    );
    expect(paths).not.toContain(log.file());
  });

  it('opens when it holds only a torn line', async () => {
    await log.write([]);
    await writeFile(log.file(), '{"seq');
    await log.write(['a']);
    expect(await log.decisions()).toEqual(['a']);
  });

  it('does not open where it cannot be written', async () => {
    await writeFile(join(log.folder, 'audit'), '');
    await expect(log.open()).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  });

  it('accepts nothing after it was closed', async () => {
    const open = await log.open();
    await open.close();
    await expect(open.append(record('a'))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  });

  it('accepts nothing while the disk is full, and continues when there is room again', async () => {
    await mkdir(join(log.folder, 'audit', 'gateway'), { recursive: true });
    await symlink('/dev/full', log.file());
    const open = await log.open();
    for (const id of ['a', 'b'])
      await expect(open.append(record(id))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    await rm(log.file());
    await writeFile(log.file(), '{"seq":1,"prev');
    await open.append(record('c'));
    await open.close();
    expect(await log.decisions()).toEqual(['c']);
    expect((await log.verify(true)).fault).toBeUndefined();
  });

  it('accepts nothing after another process wrote to it or truncated it', async () => {
    const open = await log.open();
    await open.append(record('a'));
    const text = await readFile(log.file());
    await appendFile(log.file(), 'x');
    await expect(open.append(record('b'))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    await writeFile(log.file(), text.subarray(0, 100));
    await expect(open.append(record('b'))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    await writeFile(log.file(), text);
    await open.append(record('c'));
    await open.close();
    expect(await log.decisions()).toEqual(['a', 'c']);
  });

  describe('when its file was moved', () => {
    const folder = () => join(log.folder, 'audit', 'gateway');
    const moves: Readonly<Record<string, () => Promise<unknown>>> = {
      'the file was renamed': () => rename(log.file(), `${log.file()}.old`),
      'the file was removed': () => rm(log.file()),
      'the file was replaced by a copy': async () => {
        await rename(log.file(), `${log.file()}.old`);
        await copyFile(`${log.file()}.old`, log.file());
      },
      'another file was renamed over it': async () => {
        await copyFile(log.file(), `${log.file()}.copy`);
        await rename(`${log.file()}.copy`, log.file());
      },
      'its folder was renamed': () => rename(folder(), `${folder()}.old`),
      'its folder was removed': () => rm(folder(), { recursive: true }),
      'the folder of all chains was renamed': () =>
        rename(join(log.folder, 'audit'), join(log.folder, 'old')),
      'the data directory was replaced by a copy': async () => {
        await cp(join(log.folder, 'audit'), join(log.folder, 'copy'), { recursive: true });
        await rename(join(log.folder, 'audit'), join(log.folder, 'old'));
        await rename(join(log.folder, 'copy'), join(log.folder, 'audit'));
      },
    };

    it.each(Object.keys(moves))('A02: accepts nothing when %s', async (name) => {
      const open = await log.open();
      await open.append(record('a'));
      await moves[name]!();
      for (const id of ['b', 'c'])
        await expect(open.append(record(id))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
      await open.close();
    });

    it('A02: accepts records again when the file is put back', async () => {
      const open = await log.open();
      await open.append(record('a'));
      await rename(log.file(), `${log.file()}.old`);
      await expect(open.append(record('b'))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
      await rename(`${log.file()}.old`, log.file());
      await open.append(record('c'));
      await open.close();
      expect(await log.decisions()).toEqual(['a', 'c']);
      expect((await log.verify(true)).fault).toBeUndefined();
    });

    it('A02: does not continue in a copy, even if a write failed before', async () => {
      const open = await log.open();
      await open.append(record('a'));
      const copy = await readFile(log.file());
      await rm(log.file());
      await expect(open.append(record('b'))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
      await writeFile(log.file(), copy);
      await expect(open.append(record('c'))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
      await open.close();
    });
  });

  it('continues without its witness, and reports that the witness cannot be written', async () => {
    const faults: unknown[] = [];
    await log.write(['a'], {
      witness: join(log.folder, 'nowhere', 'witness'),
      report: (fault) => faults.push(fault),
    });
    expect(await log.decisions()).toEqual(['a']);
    expect(faults.length).toBeGreaterThan(0);
    for (const fault of faults) expect(fault).toMatchObject({ code: 'ENOENT' });
  });

  it('signs a checkpoint after a number of records, and when it is closed', async () => {
    await log.write(['a', 'b', 'c', 'd', 'e'], { limits: { checkpointRecords: 2 } });
    const kinds = (await log.entries()).map(({ kind }) => kind[0]);
    expect(kinds.join('')).toBe('ocddcddcdc');
    expect((await readFile(log.witness, 'utf8')).trim().split('\n')).toHaveLength(4);
  });

  it('signs a checkpoint after a time', async () => {
    const open = await log.open({ limits: { checkpointMs: 1 } });
    await open.append(record('a'));
    const kinds = async () => (await log.entries()).map(({ kind }) => kind);
    while ((await kinds()).at(-1) !== 'checkpoint') await setTimeout(1);
    await open.close();
    expect(await kinds()).toEqual(['opening', 'checkpoint', 'decision', 'checkpoint']);
  });

  it('writes checkpoints also after a torn line in the witness', async () => {
    await log.write(['a']);
    await appendFile(log.witness, '{"seq":9,"prev');
    await log.write(['b']);
    const kept = (await log.lines()).slice(0, -1);
    await log.writeLines(kept);
    expect((await log.verify(true)).fault).toMatchObject({ kind: 'cut' });
  });

  it('continues in another file when one is full, with an unbroken chain', async () => {
    await log.write(['a', 'b', 'c'], { limits: { fileBytes: 1 } });
    await log.write(['d'], { limits: { fileBytes: 1 } });
    expect((await log.files()).length).toBeGreaterThan(3);
    expect(await log.decisions()).toEqual(['a', 'b', 'c', 'd']);
    expect(await log.verify(true)).toMatchObject({ fault: undefined, unsigned: 0 });
  });

  it('continues in another file when the day is over', async () => {
    const yesterday = new Date(Date.now() - 86_400_000).toISOString();
    const open = await log.open();
    await open.append(record('a', { time: yesterday }));
    await open.close();
    // The closing checkpoint has today's date: a log after a crash ends in yesterday's record.
    await log.writeLines((await log.lines()).slice(0, 3));
    await log.write(['b']);
    expect(await log.files()).toEqual(['audit-0000000001.jsonl', 'audit-0000000004.jsonl']);
    expect((await log.verify()).fault).toBeUndefined();
  });
});
