import { describe, expect, it } from '@jest/globals';
import { storageFailure } from '../../../lib/kernelLock.js';

const systemError = (code: string) =>
  Object.assign(new Error(`${code}: write '/secret/010594Y9032'`), { code });

describe('a failure to write', () => {
  it.each([
    [systemError('ENOSPC'), 'the disk is full'],
    [systemError('EROFS'), 'mounted read-only'],
    [new Error('IO Error: Could not write "010594Y9032": No space left on device'), 'the disk is full'],
    [new Error('IO Error: Could not write "010594Y9032"'), 'the disk reported an error'],
    [new Error('Out of Memory Error: 010594Y9032'), 'more memory is needed'],
  ])('%# is reported in words, without what the cause quotes', (cause, words) => {
    const failure = storageFailure(cause, 'data') as Error;
    expect(failure).toMatchObject({ code: 'STORAGE_FAILED', message: expect.stringContaining(words) });
    expect(failure.message).not.toContain('010594Y9032');
    expect(failure.cause).toBeUndefined();
  });

  it('is distinguished from other errors', () => {
    const other = new TypeError('x is not a function');
    expect(storageFailure(other, 'data')).toBe(other);
  });
});
