/**
 * @property federation/planning-bounded
 */
import { describe, expect, it } from '@jest/globals';
import { FairQueue } from '../../../lib/fairQueue.js';

/** A queue whose tasks end when the test ends them. */
function queueOf(limits: { atOnce: number; perCaller: number; waiting: number }) {
  const queue = new FairQueue(limits);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (caller: string, name: string, client?: { throwIfAborted(): void }) =>
    queue.run(
      caller,
      () => {
        begun.push(name);
        return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
      },
      client,
    );
  const end = async (name: string) => {
    ends.get(name)!();
    await new Promise(setImmediate);
  };
  return { queue, run, end, begun };
}

describe('a fair queue', () => {
  it('G22: admits a second caller after one task of a caller with many tasks', async () => {
    const { run, end, begun } = queueOf({ atOnce: 1, perCaller: 1, waiting: 10 });
    const tasks = ['a1', 'a2', 'a3'].map((name) => run('a', name));
    tasks.push(run('b', 'b1'));
    for (const name of ['a1', 'b1', 'a2', 'a3']) await end(name);
    expect(begun).toEqual(['a1', 'b1', 'a2', 'a3']);
    expect(await Promise.all(tasks)).toEqual(['a1', 'a2', 'a3', 'b1']);
  });

  it('lets several callers take turns, in any order of arrival', async () => {
    const { run, end, begun } = queueOf({ atOnce: 1, perCaller: 1, waiting: 10 });
    for (const name of ['a1', 'a2', 'a3']) void run('a', name);
    for (const name of ['b1', 'b2']) void run('b', name);
    void run('c', 'c1');
    for (let next = 0; next < 6; next++) await end(begun[next]!);
    expect(begun).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('runs no more tasks of one caller at once than allowed, and other callers concurrently', async () => {
    const { run, end, begun } = queueOf({ atOnce: 3, perCaller: 2, waiting: 10 });
    for (const name of ['a1', 'a2', 'a3']) void run('a', name);
    void run('b', 'b1');
    expect(begun).toEqual(['a1', 'a2', 'b1']);
    await end('b1');
    expect(begun).toEqual(['a1', 'a2', 'b1']);
    await end('a1');
    expect(begun).toEqual(['a1', 'a2', 'b1', 'a3']);
  });

  it('refuses a caller with too many waiting tasks, and nobody else', async () => {
    const { queue, run, begun } = queueOf({ atOnce: 1, perCaller: 1, waiting: 1 });
    void run('a', 'a1');
    void run('a', 'a2');
    expect(queue.waiting).toBe(1);
    await expect(run('a', 'a3')).rejects.toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    void run('b', 'b1');
    expect(begun).toEqual(['a1']);
    expect(queue.waiting).toBe(2);
  });

  it('continues after a task that fails, and skips a client who has gone', async () => {
    const queue = new FairQueue({ atOnce: 1, perCaller: 1, waiting: 10 });
    const failed = queue.run('a', () => Promise.reject(new Error('broken')));
    let ran = false;
    const gone = queue.run('a', () => void (ran = true), {
      throwIfAborted: () => {
        throw new Error('gone');
      },
    });
    const last = queue.run('a', () => 'done');
    await expect(failed).rejects.toThrow('broken');
    await expect(gone).rejects.toThrow('gone');
    await expect(last).resolves.toBe('done');
    expect(ran).toBe(false);
  });

  it('G22: delays the next task of a caller after a long one for as long again, and runs other callers', async () => {
    const queue = new FairQueue({ atOnce: 10, perCaller: 1, waiting: 10, restAfter: 20 });
    const done: string[] = [];
    const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
    const long = queue.run('one', () => sleep(100)).then(() => done.push('long'));
    const next = queue.run('one', () => void done.push('next'));
    await long;
    await queue.run('other', () => void done.push('other'));
    await next;
    expect(done).toEqual(['long', 'other', 'next']);
  });

  it('runs the next task of a caller at once after a short one', async () => {
    const queue = new FairQueue({ atOnce: 10, perCaller: 1, waiting: 10, restAfter: 10_000 });
    const done: string[] = [];
    const first = queue.run('one', () => void done.push('first'));
    const next = queue.run('one', () => void done.push('next'));
    await Promise.all([first, next]);
    expect(done).toEqual(['first', 'next']);
  });
});
