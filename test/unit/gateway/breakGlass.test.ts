import { describe, expect, it } from '@jest/globals';
import { breakGlassReason } from '../../../gateway/purpose/breakGlass.js';

/** A header value as Node hands it over: a character for each byte. */
const sent = (text: string, encoding: BufferEncoding) => Buffer.from(text, encoding).toString('latin1');

describe('the reason for breaking the glass', () => {
  const reason = 'Tajuton, lääkäri päivystyksessä';

  it.each(['utf8', 'latin1'] as const)('is read as it was written, in %s', (encoding) => {
    expect(breakGlassReason(sent(reason, encoding))).toBe(reason);
  });

  it('must be stated, and hold no identity code', () => {
    expect(breakGlassReason(undefined)).toBeUndefined();
    expect(() => breakGlassReason('urgent')).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    expect(() => breakGlassReason('the patient 010594Y9032 is unconscious')).toThrow(
      expect.objectContaining({ code: 'IDENTITY_CODE_LITERAL' }),
    );
  });
});
