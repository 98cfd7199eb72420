/**
 * @property audit/clock-jumps A clock that jumps removes no record.
 * @enforcedBy gateway/audit/retention.ts
 * @property audit/daily-expiry Records over their time are removed every day from every chain, by a signed
 * record.
 * @enforcedBy gateway/audit/retention.ts, cli/runtime/auditChains.ts
 */
import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { AuditLogOptions } from '../../../../gateway/audit/auditLog.js';
import { Retention } from '../../../../gateway/audit/retention.js';
import { record, TestLog } from './testLog.js';

const DAY_MS = 86_400_000;

describe('retention', () => {
  let log: TestLog;
  let today: number;
  beforeEach(async () => {
    log = await TestLog.make();
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'setInterval'] });
    today = Date.now();
    for (let age = 10; age >= 0; age--) await writeOn(-age);
  });
  afterEach(async () => {
    jest.useRealTimers();
    await log.remove();
  });

  /** One file a day: an opening, a decision named by its day, and a checkpoint after each. */
  async function writeOn(day: number, options: Partial<AuditLogOptions> = {}): Promise<void> {
    jest.setSystemTime(today + day * DAY_MS);
    await log.write([String(day)], options);
  }

  /** Days from one to another, as decisions are named. */
  const days = (from: number, until: number) =>
    Array.from({ length: until - from + 1 }, (_, index) => String(from + index));

  it('keeps everything by default', async () => {
    await log.write(['d']);
    expect(await log.decisions()).toEqual([...days(-10, 0), 'd']);
  });

  it('removes the oldest files whole, each by a signed record, and the log stays verifiable', async () => {
    await log.write(['d'], { retentionDays: 8 });
    expect(await log.decisions()).toEqual([...days(-8, 0), 'd']);
    expect((await log.files())[0]).toBe('audit-0000000009.jsonl');
    const removals = (await log.entries()).filter(({ kind }) => kind === 'removal');
    expect(removals).toMatchObject([
      { file: 'audit-0000000001.jsonl', first: 1, last: 4, days: 8, signature: expect.any(String) },
      { file: 'audit-0000000005.jsonl', first: 5, last: 8, days: 8, signature: expect.any(String) },
    ]);
    expect(await log.verify(true)).toMatchObject({ fault: undefined, expired: 8 });
  });

  it('completes a removal that was interrupted when the process died', async () => {
    await log.write(['d'], { retentionDays: 9 });
    expect(await log.decisions()).toEqual([...days(-9, 0), 'd']);
    await log.write(['e'], { retentionDays: 5 });
    expect(await log.decisions()).toEqual([...days(-5, 0), 'd', 'e']);
    expect((await log.verify(true)).fault).toBeUndefined();
  });

  it('does not excuse a file that was removed in another way', async () => {
    await log.write(['d'], { retentionDays: 9 });
    const [first, second] = await log.files();
    await rm(log.file(first));
    expect((await log.verify()).fault).toMatchObject({
      kind: 'removed',
      file: `gateway/${second}`,
      line: 1,
    });
  });

  it.each([
    ['40 days', 40, 30],
    ['ten years', 3_650, 30],
    ['40 days, where the oldest are all but over their time', 40, 11],
  ])('A07: removes nothing when the clock jumps ahead by %s', async (_, jump, retentionDays) => {
    await writeOn(jump, { retentionDays });
    expect(await log.decisions()).toEqual([...days(-10, 0), String(jump)]);
    // Nothing is removed when the process restarts, when the clock is right again, or when it jumps
    // further.
    await writeOn(jump, { retentionDays });
    await writeOn(0, { retentionDays });
    await writeOn(jump * 2, { retentionDays });
    expect(await log.decisions()).toEqual(expect.arrayContaining(days(-8, 0)));
    expect((await log.verify(true)).fault).toBeUndefined();
  });

  it('A07: removes no record before its full age, even after a jump', async () => {
    await writeOn(40, { retentionDays: 3 });
    expect(await log.decisions()).toEqual([...days(-2, 0), '40']);
  });

  it('A07: removes nothing in a running log whose clock jumps, and reports the jump', async () => {
    const faults: unknown[] = [];
    const open = await log.open({
      retentionDays: 30,
      limits: { checkpointMs: 1 },
      report: (fault) => faults.push(fault),
    });
    jest.setSystemTime(today + 40 * DAY_MS);
    const isNoted = async () => (await log.entries()).some(({ kind }) => kind === 'clock-jump');
    while (!(await isNoted())) await new Promise(setImmediate);
    await open.append(record('d'));
    await open.close();
    expect(await log.decisions()).toEqual([...days(-10, 0), 'd']);
    expect(faults).toContainEqual(expect.objectContaining({ code: 'CLOCK_JUMPED' }));
    expect(await log.verify(true)).toMatchObject({ fault: undefined, clockJumps: 1 });
  });

  it('A07: reports on opening that the clock and the log disagree', async () => {
    for (const day of [40, 1]) {
      const faults: unknown[] = [];
      await writeOn(day, { report: (fault) => faults.push(fault) });
      expect(faults).toContainEqual(expect.objectContaining({ code: 'AUDIT_UNPROVEN' }));
    }
  });

  it('continues as days pass, although the clock stays wrong', async () => {
    for (let day = 40; day <= 45; day++) await writeOn(day, { retentionDays: 5 });
    expect(await log.decisions()).toEqual([...days(40, 45)]);
    expect((await log.verify(true)).fault).toBeUndefined();
  });

  it('counts the days of all chains, so that a rarely written chain also expires', async () => {
    jest.setSystemTime(today - 10 * DAY_MS);
    const training = await log.open({ writer: 'training' });
    await training.append(record('trained'));
    await training.close();
    jest.setSystemTime(today);
    expect(await new Retention(log.folder, 'training', 11).hasExpired()).toBe(false);
    expect(await new Retention(log.folder, 'training', 9).hasExpired()).toBe(true);
    await (await log.open({ writer: 'training', retentionDays: 9 })).close();
    expect((await log.entries('training')).map(({ kind }) => kind)).not.toContain('decision');
    expect((await log.verifyAll(true)).fault).toBeUndefined();
  });
});
