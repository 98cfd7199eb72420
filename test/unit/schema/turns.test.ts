import { describe, expect, it } from '@jest/globals';
import { nextTurn, Turns } from '../../../schema/turns.js';

describe('long work in turns', () => {
  it('G02: goes on one piece in each round of the event loop, however much of it there is', async () => {
    let round = 0;
    let going = true;
    const count = () => {
      round += 1;
      if (going) setImmediate(count);
    };
    setImmediate(count);
    const rounds: number[] = [];
    const piece = async () => {
      for (let turn = 0; turn < 3; turn++) {
        await nextTurn();
        rounds.push(round);
      }
    };
    await Promise.all([piece(), piece(), piece(), piece()]);
    going = false;
    expect(rounds).toHaveLength(12);
    expect(new Set(rounds).size).toBeGreaterThanOrEqual(11);
  });

  it('does every item once, in order', async () => {
    const done: number[] = [];
    await new Turns().through(
      10,
      (from, to) => {
        for (let item = from; item < to; item++) done.push(item);
      },
      3,
    );
    expect(done).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
