import { describe, expect, it } from '@jest/globals';
import { calendarDay } from '../../../synthetic-city/calendar.js';
import {
  breakCheckCharacter,
  syntheticCheckCharacter,
  IdentityCodeIssuer,
} from '../../../synthetic-city/names.js';
import { Random } from '../../../synthetic-city/random.js';

const PUBLISHED = ['010594Y9032', '020594X903P', '030594W903B', '010516B903X', '010501E9032', '131052-308T'];

describe('identity codes', () => {
  it.each(PUBLISHED)('agree with the published test code %s', (code) => {
    expect(syntheticCheckCharacter(code.slice(0, 6), code.slice(7, 10))).toBe(code.charAt(10));
  });

  it('have W as the check of 010190-999', () => {
    expect(syntheticCheckCharacter('010190', '999')).toBe('W');
  });

  it('are issued once each until 300 of a sex and date are used, then refused', () => {
    const issuer = new IdentityCodeIssuer();
    const random = Random.stream(1, 'codes');
    const codes = Array.from({ length: 300 }, () => issuer.issue(calendarDay(1980, 2, 29), 2, random));
    expect(new Set(codes).size).toBe(300);
    for (const code of codes) {
      expect(code).toMatch(/^290280[-YXWVU]9\d[02468][0-9A-Y]$/);
      expect(syntheticCheckCharacter(code.slice(0, 6), code.slice(7, 10))).toBe(code.charAt(10));
    }
    expect(() => issuer.issue(calendarDay(1980, 2, 29), 2, random)).toThrow('1980-02-29');
    expect(issuer.issue(calendarDay(1980, 2, 29), 1, random)).toMatch(/^290280.9\d[13579]/);
  });

  it('use the signs of the century', () => {
    const issuer = new IdentityCodeIssuer();
    const random = Random.stream(1, 'signs');
    const signs = new Set(
      Array.from({ length: 200 }, () => issuer.issue(calendarDay(2004, 5, 6), 1, random).charAt(6)),
    );
    expect([...signs].sort().join('')).toBe('ABCDEF');
  });

  it('can be broken in the check character alone', () => {
    const random = Random.stream(1, 'break');
    for (let i = 0; i < 100; i++) {
      const broken = breakCheckCharacter('010594Y9032', random);
      expect(broken).toMatch(/^010594Y903[0-9A-Y]$/);
      expect(broken).not.toBe('010594Y9032');
    }
  });
});
