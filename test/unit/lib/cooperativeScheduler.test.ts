/**
 * @property groups/bounded-filters
 */
import { afterEach, describe, expect, it } from '@jest/globals';
import { CooperativeScheduler } from '../../../lib/cooperativeScheduler.js';

const keepBusy = (milliseconds: number) => {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
};

describe('the cooperative scheduler', () => {
  // The next test must not use the rest of a turn of this one.
  afterEach(() => new Promise((resolve) => setTimeout(resolve, 20)));

  it('G02: runs one piece of work in each round of the event loop, however much work there is', async () => {
    let round = 0;
    let going = true;
    const count = () => {
      round += 1;
      if (going) setImmediate(count);
    };
    setImmediate(count);
    const rounds: number[] = [];
    const piece = async () => {
      const scheduler = new CooperativeScheduler();
      for (let turn = 0; turn < 3; turn++) {
        await scheduler.yield();
        rounds.push(round);
      }
    };
    await Promise.all([piece(), piece(), piece(), piece()]);
    going = false;
    expect(rounds).toHaveLength(12);
    expect(new Set(rounds).size).toBeGreaterThanOrEqual(11);
  });

  it('G02: runs work after a request that takes many rounds, and not between its rounds', async () => {
    const attempt = async () => {
      // Work that comes while the scheduler still resumes earlier work shares its slice: let it rest.
      await new Promise((resolve) => setTimeout(resolve, 20));
      const done: string[] = [];
      const began = performance.now();
      const work = new CooperativeScheduler().yield().then(() => done.push('long work'));
      for (let round = 0; round < 4; round++) {
        keepBusy(1);
        await new Promise((resolve) => setImmediate(resolve));
      }
      done.push('request');
      const lasted = performance.now() - began;
      await work;
      return { done, lasted };
    };
    // If the machine was busy with other work, long work has waited long enough.
    let last = await attempt();
    while (last.lasted > 10) last = await attempt();
    expect(last.done).toEqual(['request', 'long work']);
  });

  it('runs work in the end even if the process is never idle', async () => {
    let going = true;
    const others = () => {
      keepBusy(1);
      if (going) setImmediate(others);
    };
    others();
    await new CooperativeScheduler().yield();
    going = false;
    expect(going).toBe(false);
  });

  it('runs the work with the fewest turns first', async () => {
    const done: string[] = [];
    const long = new CooperativeScheduler();
    await long.yield();
    const rest = [
      long.yield().then(() => done.push('long')),
      long.yield().then(() => done.push('longer')),
      new CooperativeScheduler().yield().then(() => done.push('short')),
    ];
    await Promise.all(rest);
    expect(done).toEqual(['short', 'long', 'longer']);
  });

  it('does not let new work delay old work for ever', async () => {
    const old = new CooperativeScheduler();
    await old.yield();
    let waiting = true;
    const ended = old.yield().then(() => (waiting = false));
    let others = 0;
    while (waiting && others < 100_000) {
      await new CooperativeScheduler().yield();
      others += 1;
    }
    await ended;
    expect(others).toBeLessThan(100_000);
  });

  it('gives one turn to all work that begins in one round of the event loop', async () => {
    const first = new CooperativeScheduler();
    expect(first.shouldYield).toBe(false);
    keepBusy(20);
    expect([first.shouldYield, new CooperativeScheduler().shouldYield]).toEqual([true, true]);
    await first.yield();
    expect(first.shouldYield).toBe(false);
  });

  it('processes every item once, in order', async () => {
    const done: number[] = [];
    await new CooperativeScheduler().forEachChunk(10_000, (from, to) => {
      for (let item = from; item < to; item++) done.push(item);
    });
    expect(done).toEqual(Array.from({ length: 10_000 }, (_, item) => item));
  });

  it('processes fewer items at a time when each takes long', async () => {
    const pieces: number[] = [];
    await new CooperativeScheduler().forEachChunk(100, (from, to) => {
      pieces.push(to - from);
      keepBusy(to - from);
    });
    expect(pieces.at(-1)).toBe(1);
  });
});
