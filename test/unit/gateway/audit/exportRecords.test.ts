/**
 * @property audit/export An export of the audit log has each decision once and whole, continues after its
 * last position, and ends before a record that does not verify.
 * @enforcedBy gateway/audit/exportRecords.ts
 */
import { createPublicKey } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  BrokenChain,
  type ExportedRecord,
  type ExportOptions,
  exportRecords,
  readPosition,
} from '../../../../gateway/audit/exportRecords.js';
import { until } from '../../../city/until.js';
import { record, TestLog } from './testLog.js';

describe('an export of the audit log', () => {
  let log: TestLog;
  beforeEach(async () => {
    log = await TestLog.make();
  });
  afterEach(() => log.remove());

  const limits = { fileBytes: 2_000, peoplePerEntry: 3 };
  const people = Array.from({ length: 10 }, (_, number) => `p${number}`);
  async function exported(options: Partial<ExportOptions> = {}): Promise<ExportedRecord[]> {
    const records: ExportedRecord[] = [];
    for await (const one of exportRecords(log.folder, { key: createPublicKey(log.privateKey), ...options }))
      records.push(one);
    return records;
  }
  const idsOf = (records: readonly ExportedRecord[]) => records.map(({ decisionId }) => decisionId);

  it('has every decision of all chains once, with all its people, over several files', async () => {
    const gateway = await log.open({ limits });
    const training = await log.open({ writer: 'training', limits });
    const ids = Array.from({ length: 12 }, (_, number) => String(number).padStart(2, '0'));
    for (const id of ids) {
      const time = `2026-05-14T00:00:${id}.000Z`;
      await (id === '05' ? training : gateway).append({ ...record(id), people, time });
    }
    await gateway.close();
    await training.close();
    expect((await readdir(join(log.folder, 'audit', 'gateway'))).length).toBeGreaterThan(2);
    const records = await exported();
    expect(idsOf(records)).toEqual(ids);
    for (const one of records) expect([one.people, one.peopleBefore]).toEqual([people, undefined]);

    for (const [at, { position }] of records.entries())
      expect(idsOf(await exported({ after: readPosition(position) }))).toEqual(ids.slice(at + 1));
    expect(idsOf(await exported({ since: '2026-05-14T00:00:07.000Z' }))).toEqual(ids.slice(7));
  });

  it('follows new decisions over rotation until it is stopped', async () => {
    const gateway = await log.open({ limits });
    const stop = new AbortController();
    const records: ExportedRecord[] = [];
    const following = (async () => {
      for await (const one of exportRecords(log.folder, {
        key: createPublicKey(log.privateKey),
        follow: stop.signal,
      }))
        records.push(one);
    })();
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const [at, id] of ids.entries()) {
      await gateway.append({ ...record(id), people });
      if (at % 3 === 2) await until(() => records.length === at + 1);
    }
    stop.abort();
    await following;
    await gateway.close();
    expect(idsOf(records)).toEqual(ids);
  });

  it('ends before a record that was changed, and where the log is shorter than what was exported', async () => {
    const gateway = await log.open();
    for (const id of ['a', 'b', 'c']) await gateway.append(record(id));
    await gateway.close();
    const [last] = (await exported()).slice(-1);
    const file = join(log.folder, 'audit', 'gateway', 'audit-0000000001.jsonl');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"decisionId":"b"', '"decisionId":"x"'));
    const seen: string[] = [];
    await expect(
      (async () => {
        for await (const { decisionId } of exportRecords(log.folder, {
          key: createPublicKey(log.privateKey),
        }))
          seen.push(decisionId);
      })(),
    ).rejects.toMatchObject({ fault: { kind: 'changed' } });
    expect(seen).toEqual(['a']);
    await writeFile(file, `${text.split('\n').slice(0, 3).join('\n')}\n`);
    await expect(exported({ after: readPosition(last!.position) })).rejects.toBeInstanceOf(BrokenChain);
  });
});
