import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { TestLog } from './testLog.js';

const DAY_MS = 86_400_000;

describe('retention', () => {
  let log: TestLog;
  beforeEach(async () => {
    log = await TestLog.make();
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'setInterval'] });
    // One file a day: a and b are ten and nine days old, c is of today.
    const today = Date.now();
    for (const [id, age] of [
      ['a', 10],
      ['b', 9],
      ['c', 0],
    ] as const) {
      jest.setSystemTime(today - age * DAY_MS);
      await log.write([id]);
    }
  });
  afterEach(async () => {
    jest.useRealTimers();
    await log.remove();
  });

  it('keeps everything unless told otherwise', async () => {
    await log.write(['d']);
    expect(await log.decisions()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('removes the oldest files whole, each by a record of the log, which stays verifiable', async () => {
    await log.write(['d'], { retentionDays: 5 });
    expect(await log.decisions()).toEqual(['c', 'd']);
    expect(await log.files()).toEqual(['audit-0000000005.jsonl']);
    const removals = (await log.entries()).filter(({ kind }) => kind === 'removal');
    expect(removals).toMatchObject([
      { file: 'audit-0000000001.jsonl', first: 1, last: 2 },
      { file: 'audit-0000000003.jsonl', first: 3, last: 4 },
    ]);
    expect(await log.verify(true)).toMatchObject({ fault: undefined, expired: 4 });
  });

  it('removes what was left to be removed when the process died', async () => {
    await log.write(['d'], { retentionDays: 9.5 });
    expect(await log.decisions()).toEqual(['b', 'c', 'd']);
    await log.write(['e'], { retentionDays: 5 });
    expect(await log.decisions()).toEqual(['c', 'd', 'e']);
    expect((await log.verify(true)).fault).toBeUndefined();
  });

  it('does not excuse a file that somebody else has removed', async () => {
    await log.write(['d'], { retentionDays: 9.5 });
    await rm(log.file('audit-0000000003.jsonl'));
    expect((await log.verify()).fault).toMatchObject({
      kind: 'removed',
      file: 'audit-0000000005.jsonl',
      line: 1,
    });
  });
});
