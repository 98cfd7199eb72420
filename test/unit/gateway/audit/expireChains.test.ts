/**
 * @property audit/daily-expiry
 */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { expireOtherChains, lockAuditChain } from '../../../../cli/runtime/auditChains.js';
import type { AuditLogOptions } from '../../../../gateway/audit/auditLog.js';
import type { Writer } from '../../../../gateway/audit/segments.js';
import { record, TestLog } from './testLog.js';

const DAY_MS = 86_400_000;
const RETENTION_DAYS = 9;

describe('chains of other writers than the gateway', () => {
  let log: TestLog;
  let today: number;
  let faults: unknown[];
  let stop: (() => Promise<void>) | undefined;

  /**
   * Ten days ago a training and an extraction for a permit ran, and the gateway has run on each day since.
   */
  beforeEach(async () => {
    log = await TestLog.make();
    faults = [];
    stop = undefined;
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    today = Date.now();
    jest.setSystemTime(today - 10 * DAY_MS);
    for (const writer of ['training', 'permit'] as const) await write(writer);
    for (let age = 10; age >= 0; age--) await writeToday(-age);
  });
  afterEach(async () => {
    await stop?.();
    jest.useRealTimers();
    await log.remove();
  });

  async function write(writer: Writer, options: Partial<AuditLogOptions> = {}): Promise<void> {
    const chain = await log.open({ writer, ...options });
    await chain.append(record(writer));
    await chain.close();
  }

  async function writeToday(day: number): Promise<void> {
    jest.setSystemTime(today + day * DAY_MS);
    await log.write([String(day)]);
  }

  function expire(retentionDays = RETENTION_DAYS): void {
    stop = expireOtherChains(log.folder, {
      retentionDays,
      signingKey: log.privateKey,
      witness: log.witness,
      report: (fault) => faults.push(fault),
    });
  }

  const kindsOf = async (chain: Writer) => (await log.entries(chain)).map(({ kind }) => kind);
  const isKept = async (chain: Writer) => (await kindsOf(chain)).includes('decision');

  /** Stops the daily run, and waits until its current work is done. */
  const done = () => stop!();

  it('lose records past their retention time, by a signed removal, and the log stays whole', async () => {
    expire();
    await done();
    expect(faults).toEqual([]);
    expect([await isKept('training'), await isKept('permit')]).toEqual([false, false]);
    const removals = (await log.entries('training')).filter(({ kind }) => kind === 'removal');
    expect(removals).toMatchObject([{ first: 1, days: RETENTION_DAYS, signature: expect.any(String) }]);
    expect((await log.verifyAll(true)).fault).toBeUndefined();
  });

  it('are the only ones touched: the gateway keeps its own chain to itself', async () => {
    const before = await log.decisions();
    expire();
    await done();
    expect(await log.decisions()).toEqual(before);
  });

  it('are not opened when no record is past its retention time', async () => {
    const before = [await kindsOf('training'), await kindsOf('permit')];
    expire(RETENTION_DAYS + 2);
    await done();
    expect([await kindsOf('training'), await kindsOf('permit')]).toEqual(before);
  });

  it('wait for the next day while they are being written', async () => {
    const unlock = await lockAuditChain(log.folder, 'training');
    expire();
    await done();
    expect([faults, await isKept('permit'), await isKept('training')]).toEqual([[], false, true]);
    await unlock();
  });

  it('are checked again each day', async () => {
    expire(RETENTION_DAYS + 2);
    for (let day = 1; day <= 2; day++) {
      await writeToday(day);
      expect(await isKept('training')).toBe(true);
      jest.advanceTimersByTime(DAY_MS);
    }
    await done();
    expect([faults, await isKept('permit'), await isKept('training')]).toEqual([[], false, false]);
  });

  it('are all processed, even if one of them cannot be opened', async () => {
    jest.setSystemTime(today - 10 * DAY_MS);
    await write('evaluation', { signingKey: generateKeyPairSync('ed25519').privateKey });
    jest.setSystemTime(today);
    expire();
    await done();
    expect(faults).toEqual([expect.objectContaining({ code: 'AUDIT_UNAVAILABLE' })]);
    expect(await isKept('training')).toBe(false);
  });
});
