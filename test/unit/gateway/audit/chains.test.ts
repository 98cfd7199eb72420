/**
 * @property audit/signed-removals
 */
import { sign } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CHAIN_START, chainLine } from '../../../../gateway/audit/chain.js';
import { findRecords } from '../../../../gateway/audit/readRecords.js';
import { record, TestLog } from './testLog.js';

describe('the chains of an audit log', () => {
  let log: TestLog;
  beforeEach(async () => {
    log = await TestLog.make();
  });
  afterEach(() => log.remove());

  async function write(writer: 'training' | 'permit', ids: readonly string[]): Promise<void> {
    const chain = await log.open({ writer });
    for (const id of ids) await chain.append(record(id));
    await chain.close();
  }

  async function found(filter = {}): Promise<string[]> {
    const ids: string[] = [];
    for await (const { decisionId } of findRecords(log.folder, filter)) ids.push(decisionId);
    return ids;
  }

  it('A08: are written at the same time, and one verification reads them all', async () => {
    const gateway = await log.open();
    await gateway.append(record('a'));
    await write('training', ['t']);
    await write('permit', ['p']);
    await gateway.append(record('b'));
    await gateway.close();
    const { fault, chains } = await log.verifyAll(true);
    expect(fault).toBeUndefined();
    expect(chains.map(({ chain, records }) => [chain, records])).toEqual([
      ['gateway', 5],
      ['permit', 4],
      ['training', 4],
    ]);
  });

  it('A08: are searched together, in the order of time', async () => {
    const at = (hour: number) => ({ time: `2026-05-14T0${hour}:00:00.000Z` });
    const gateway = await log.open();
    const training = await log.open({ writer: 'training' });
    await gateway.append(record('1', at(1)));
    await training.append(record('2', at(2)));
    await gateway.append(record('3', at(3)));
    await training.append(record('4', { ...at(4), subject: 'modeller' }));
    await gateway.close();
    await training.close();
    expect(await found()).toEqual(['1', '2', '3', '4']);
    expect(await found({ subject: 'modeller' })).toEqual(['4']);
    expect(await found({ since: at(3).time })).toEqual(['3', '4']);
  });

  const folder = (chain: string) => join(log.folder, 'audit', chain);

  it('A08: are verified against a missing chain, without a witness and with it', async () => {
    await write('training', ['t']);
    await log.write(['a']);
    await rm(folder('training'), { recursive: true });
    expect((await log.verifyAll()).fault).toMatchObject({ kind: 'missing' });
    // Every later checkpoint includes it.
    await log.write(['b']);
    await log.write(['c']);
    expect((await log.verifyAll()).fault).toMatchObject({ kind: 'missing' });
    await rm(folder('gateway'), { recursive: true });
    await write('permit', ['p']);
    expect((await log.verifyAll(true)).fault).toMatchObject({ kind: 'missing' });
  });

  it('A08: are verified against a truncated chain, and one replaced by an older copy', async () => {
    await write('training', ['t']);
    await cp(folder('training'), `${folder('training')}.old`, { recursive: true });
    await rename(`${folder('training')}.old`, join(log.folder, 'old'));
    await write('training', ['u']);
    await log.write(['a']);
    await rm(folder('training'), { recursive: true });
    await cp(join(log.folder, 'old'), folder('training'), { recursive: true });
    expect((await log.verifyAll()).fault).toMatchObject({ kind: 'cut' });
    await write('training', ['v', 'w', 'x', 'y', 'z']);
    expect((await log.verifyAll()).fault).toMatchObject({ kind: 'changed' });
  });

  it('A08: cannot stand in for each other', async () => {
    await log.write(['a']);
    await rename(folder('gateway'), folder('training'));
    expect((await log.verifyAll()).fault).toMatchObject({ kind: 'forged' });
  });

  it('A08: of the first format are read in place, and moved by the next gateway', async () => {
    const lines = oldLines(['a', 'b'], log);
    await mkdir(join(log.folder, 'audit'));
    const old = join(log.folder, 'audit', 'audit-0000000001.jsonl');
    await writeFile(old, lines.join(''));
    expect(await found()).toEqual(['a', 'b']);
    expect(await log.verify()).toMatchObject({ fault: undefined, checkpoint: { seq: 3 } });
    await log.write(['c']);
    expect(await readdir(join(log.folder, 'audit'))).toEqual(['gateway']);
    expect(await found()).toEqual(['a', 'b', 'c']);
    expect((await log.verify(true)).fault).toBeUndefined();
    const text = await readFile(log.file(), 'utf8');
    await writeFile(log.file(), text.replace('"doctor"', '"nobody"'));
    expect((await log.verify()).fault).toMatchObject({ kind: 'changed' });
  });

  it('A01: of the first format hold no removal that the first format has not signed', async () => {
    const { end } = chainLine('{"kind":"decision"}', { seq: 4, hash: 'a'.repeat(64) });
    const removal = { kind: 'removal', time: '2020-01-01', first: 1, last: 4, lastHash: 'a'.repeat(64) };
    await mkdir(folder('gateway'), { recursive: true });
    const name = 'audit-0000000005.jsonl';
    const lines = [
      chainLine('{"kind":"decision"}', { seq: 4, hash: 'a'.repeat(64) }).line,
      chainLine(JSON.stringify(removal), end).line,
    ];
    await writeFile(log.file(name), lines.join(''));
    await log.write(['e']);
    expect((await log.verify()).fault).toMatchObject({ kind: 'removed' });
  });

  it('of the first format are not moved over another file', async () => {
    await log.write(['a']);
    const before = await readFile(log.file());
    await writeFile(join(log.folder, 'audit', 'audit-0000000001.jsonl'), oldLines(['x'], log).join(''));
    await expect(log.open()).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect(await readFile(log.file())).toEqual(before);
  });
});

/** Decisions in the first format, and a checkpoint. */
function oldLines(ids: readonly string[], log: TestLog): string[] {
  let end = CHAIN_START;
  const lines: string[] = [];
  const add = (entry: object): void => {
    const chained = chainLine(JSON.stringify(entry), end);
    lines.push(chained.line);
    end = chained.end;
  };
  for (const id of ids) add({ kind: 'decision', ...record(id) });
  const time = new Date().toISOString();
  const statement = JSON.stringify(['polku audit checkpoint', end.seq, end.hash, time]);
  const signature = sign(null, Buffer.from(statement), log.privateKey).toString('base64url');
  add({ kind: 'checkpoint', time, signature });
  return lines;
}
