/**
 * @property extraction/code-recogniser Text that reads as an identity code, in any alphabet and with any
 * separator, is accepted in no code list, number, operation, address, reason or error.
 * @enforcedBy schema/identityCodeText.ts
 */
import { describe, expect, it } from '@jest/globals';
import {
  holdsIdentityCode,
  isIdentityCodeNumber,
  withoutIdentityCodes,
} from '../../../schema/identityCodeText.js';

describe('a text', () => {
  it.each([
    '131052-9982',
    '131052+9982',
    '131052A9982',
    // Typing errors: the form is enough.
    '131052-9983',
    '991399-9982',
    'x131052-9982y',
    '13101952-9982',
    // Other kinds of separators.
    '131052–9982',
    '131052—9982',
    '131052−9982',
    '131052‑9982',
    '131052－9982',
    '131052--9982',
    '131052 - 9982',
    '131052 -A 9982',
    '131052_9982',
    '131052.9982',
    '131052/9982',
    '131052:9982',
    '131052 9982',
    '131052\u00a09982',
    '131052\t9983',
    // No separator at all.
    '1310529982',
    '2402719502',
    '13 10 52 9982',
    '13.10.52-9982',
    '1 3 1 0 5 2 9 9 8 2',
    '131 052 998 2',
    // Other alphabets.
    '１３１０５２-９９８２',
    '１３１０５２９９８２',
    '٠٢٠٥٠٣-٩٠٣٧',
    '𝟏𝟑𝟏𝟎𝟓𝟐-𝟗𝟗𝟖𝟐',
    '150302А960К',
    '150302Ａ960Ｋ',
    '150302960К',
    '150302960Ｋ',
    '15O302A960K',
    '15О302A960K',
    'l50302a960k',
    '150302Á960K',
    // Invisible characters.
    '131052\u200b-\u200b9982',
    '13\u200d10\ufeff52\u00ad9982',
    '1\u20601\u20630\u034f1\u180e90-999W',
  ])('X10, G21: holds an identity code: %j', (code) => {
    expect(holdsIdentityCode(code)).toBe(true);
    expect(holdsIdentityCode(code.toLowerCase())).toBe(true);
    expect(holdsIdentityCode(`She is ${code}, we think.`)).toBe(true);
    expect(withoutIdentityCodes(`She is ${code}, we think.`)).toMatch(
      /^She is x?(13)?\(identity code\)y?, we think\.$/,
    );
  });

  it.each([
    '',
    'T11',
    '2012-05-14',
    '2012-05-14/2012-05-15',
    '2012-05-14T12:00:00.000Z',
    '14.05.2012-15.05.2012',
    // The date does not exist, or the check character does not fit.
    '311352 9982',
    '1310529983',
    '13 10 52 9983',
    '123456/2016',
    '11310529982',
    '13105299821',
    '+358 50 1234567',
    '185349003',
    '37c197b5-110f-339b-942e-272137f770b2',
    '272137f770b2272137f770b2272137f770b2abcd',
    'Ensihoidon potilas on tajuton, ja lääkitys on tarkistettava.',
    'Пациент без сознания',
    'oil loili',
  ])('X10: holds no identity code: %j', (text) => {
    expect(holdsIdentityCode(text)).toBe(false);
    expect(withoutIdentityCodes(text)).toBe(text);
  });

  it('X10: holds an identity code that is attached to a word', () => {
    for (const text of ['koodi1310529982', 'koodi131052 9982', 'hetu131052-9982:n'])
      expect(holdsIdentityCode(text)).toBe(true);
  });

  it('X10: is printed without any of its codes', () => {
    expect(withoutIdentityCodes('“131052-9982” and １５０３０２A960K, 240271 9502; 010190-999W.')).toBe(
      '“(identity code)” and (identity code), (identity code); (identity code).',
    );
  });
});

describe('a number', () => {
  it.each([
    '2402719502',
    '2402719502.0',
    '-2402719502',
    '240271.9502',
    '502039508',
    '50203.9508',
    '002402719502',
  ])('X10: is an identity code: %s', (text) => {
    expect(isIdentityCodeNumber(text)).toBe(true);
  });

  it.each([
    '0',
    '412.50',
    '2402719503',
    '3202719502',
    '24027195',
    '24027195021',
    '2402719.502',
    '20.12345678',
  ])('X10: is no identity code: %s', (text) => {
    expect(isIdentityCodeNumber(text)).toBe(false);
  });
});
