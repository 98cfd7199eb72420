/**
 * @property extraction/codes-by-input
 */
import { describe, expect, it } from '@jest/globals';
import { type LineFault, linkLines } from '../../../cli/runtime/restrictPeople.js';
import { PolkuError } from '../../../lib/errors.js';
import { hetu } from '../../../linkage/localId.js';

const linkage = {
  findPerson: (_scheme: unknown, code: string) =>
    ({ anna: 1, bertil: 2 })[code.trim()] ?? (code.startsWith('x') ? 'invalid-code' : 'unknown-person'),
} as const;
const link = (text: string, check?: (person: number) => LineFault | undefined) =>
  linkLines(text, hetu, linkage, check);

const failure = (text: string, check?: (person: number) => LineFault | undefined): PolkuError => {
  try {
    link(text, check);
  } catch (error) {
    if (error instanceof PolkuError) return error;
  }
  throw new Error('Expected it to fail.');
};

describe('lines of codes', () => {
  it('are linked, each person once, with any line ends', () => {
    expect(link('anna\r\n\n  bertil\nanna')).toEqual(new Set([1, 2]));
  });

  it('are accepted all or none; faults are listed by line and reason, without the text', () => {
    const { code, message } = failure('anna\n\nx-secret\nsomebody\nbertil\n');
    expect(code).toBe('MARKS_REJECTED');
    expect(message.split('\n')).toEqual([
      '2 of 4 lines cannot be taken, so nothing was changed:',
      '  line 3: this is not a code of the scheme: its form, date or check character is wrong',
      '  line 4: nobody here has this code',
    ]);
  });

  it('also name people for look-ups', () => {
    const check = (person: number) => (person === 2 ? ('not-marked' as const) : undefined);
    expect(failure('anna\nbertil', check).message).toContain('line 2: this person has no such mark');
  });

  it('are reported only up to a maximum number', () => {
    const lines = failure('x\n'.repeat(1000)).message.split('\n');
    expect([lines.length, lines.at(-1)]).toEqual([52, '  and 950 more']);
  });

  it.each(['', '\n \r\n'])('must exist: %j', (text) => {
    expect(failure(text).code).toBe('USAGE');
  });
});
