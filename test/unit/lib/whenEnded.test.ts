import { describe, expect, it } from '@jest/globals';
import { type Failure, whenEnded } from '../../../lib/whenEnded.js';

const fault = new Error('a fault');

describe('work that is watched until it ends', () => {
  const ends: (Failure | undefined)[] = [];
  const watched = <T>(work: () => T) => {
    ends.length = 0;
    return whenEnded(work, (failure) => void ends.push(failure));
  };

  it('returns at once what is there at once', () => {
    expect(watched(() => 1)).toBe(1);
    expect(ends).toEqual([undefined]);
  });

  it('throws at once what is thrown at once', () => {
    const broken = (): number => {
      throw fault;
    };
    expect(() => watched(broken)).toThrow(fault);
    expect(ends).toEqual([{ error: fault }]);
  });

  it('returns the very promise, and has ended before anybody goes on', async () => {
    const promise = Promise.resolve(1);
    const watching = watched(() => promise);
    expect(watching).toBe(promise);
    expect(ends).toEqual([]);
    await watching;
    expect(ends).toEqual([undefined]);
  });

  it('fails as the promise fails, once', async () => {
    await expect(watched(() => Promise.reject(fault))).rejects.toBe(fault);
    expect(ends).toEqual([{ error: fault }]);
  });

  it('fails even where undefined is thrown', async () => {
    await expect(watched(() => Promise.reject(undefined))).rejects.toBeUndefined();
    expect(ends).toEqual([{ error: undefined }]);
  });
});
