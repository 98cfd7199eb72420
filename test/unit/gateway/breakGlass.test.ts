import { describe, expect, it } from '@jest/globals';
import { breakGlassReason } from '../../../gateway/identity/purpose.js';

/** A header value as Node returns it: a character for each byte. */
const sent = (text: string, encoding: BufferEncoding) => Buffer.from(text, encoding).toString('latin1');

describe('the break-glass reason', () => {
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

  it.each<[string, string, BufferEncoding]>([
    ['a blank', '131052 9982', 'utf8'],
    ['an en dash', '131052\u20139982', 'utf8'],
    ['a minus sign', '131052\u22129982', 'utf8'],
    ['a non-breaking hyphen', '131052\u20119982', 'utf8'],
    ['a soft hyphen, in Latin-1', '131052\u00ad9982', 'latin1'],
    ['a non-breaking blank, in Latin-1', '131052\u00a09982', 'latin1'],
    ['the byte of an en dash in Windows-1252', '131052\u00969982', 'latin1'],
    ['full-width digits', '\uff11\uff13\uff11\uff10\uff15\uff12\uff0d\uff19\uff19\uff18\uff12', 'utf8'],
    ['Arabic digits', '\u0661\u0663\u0661\u0660\u0665\u0662-\u0669\u0669\u0668\u0662', 'utf8'],
    ['an invisible character', '131052\u200b-\u200b9982', 'utf8'],
    ['small letters', '131052a998u', 'utf8'],
    ['no sign', '1310529982', 'utf8'],
  ])('G21: holds no identity code written with %s', (_, code, encoding) => {
    const stated = sent(`the patient ${code} is unconscious`, encoding);
    expect(() => breakGlassReason(stated)).toThrow(
      expect.objectContaining({ code: 'IDENTITY_CODE_LITERAL' }),
    );
  });

  it.each(['ward 131052, room 99', 'call 09 310 5299, extension 82', 'ticket 2026-11-29/998'])(
    'may hold numbers that are no identity code: %s',
    (stated) => {
      expect(breakGlassReason(stated)).toBe(stated);
    },
  );
});
