import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Deadlines } from '../../../federation/http/connectionPool.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('deadlines', () => {
  it('end slow work, each in its own time, and nothing that has already ended', () => {
    const deadlines = new Deadlines(100);
    const ended: string[] = [];
    const begin = (name: string) => {
      const timed = { since: performance.now(), timedOut: () => void ended.push(name) };
      deadlines.add(timed);
      return timed;
    };
    const first = begin('first');
    jest.advanceTimersByTime(40);
    begin('second');
    jest.advanceTimersByTime(20);
    begin('third');
    deadlines.delete(first);
    jest.advanceTimersByTime(79);
    expect(ended).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(ended).toEqual(['second']);
    jest.advanceTimersByTime(20);
    expect(ended).toEqual(['second', 'third']);
    expect(jest.getTimerCount()).toBe(0);
    begin('fourth');
    jest.advanceTimersByTime(100);
    expect(ended).toEqual(['second', 'third', 'fourth']);
  });
});
