import { describe, expect, it } from '@jest/globals';
import { readIdentityCode } from '../../../linkage/identityCode.js';

describe('a Finnish personal identity code', () => {
  // Published test codes: no living person has them.
  it.each([
    '010594Y9032',
    '020594X903P',
    '030594W903B',
    '040594V9030',
    '050594U903M',
    '010516B903X',
    '020516C903K',
    '030516D9037',
    '010501E9032',
    '020503F9037',
    '131052-308T',
    '010190-999W',
  ])('%s is valid', (code) => {
    expect(readIdentityCode(code)).toEqual({ code });
  });

  it('is normalised to one spelling', () => {
    expect(readIdentityCode(' 010594y9032\t')).toEqual({ code: '010594Y9032' });
  });

  it('keeps its century sign, which may be the only difference between two people', () => {
    expect(readIdentityCode('010594-9032').code).not.toBe(readIdentityCode('010594Y9032').code);
  });

  it.each([
    ['010190-999X', 'check-character'],
    ['310290-999W', 'date'],
    ['290200+9002', 'date'],
    ['010190-0005', 'form'],
    ['010190-001H', 'form'],
    ['010190*999W', 'form'],
    ['010190-999', 'form'],
    ['010190-999W1', 'form'],
    ['010190G999W', 'form'],
    ['', 'form'],
  ])('"%s" is refused for its %s', (text, fault) => {
    expect(readIdentityCode(text)).toEqual({ fault });
  });

  it('accepts 29 February in year 00 only in centuries with that leap day', () => {
    const check = '0123456789ABCDEFHJKLMNPRSTUVWXY'[290200900 % 31]!;
    expect(readIdentityCode(`290200A900${check}`).code).toBeDefined();
    expect(readIdentityCode(`290200-900${check}`)).toEqual({ fault: 'date' });
    expect(readIdentityCode(`290200+900${check}`)).toEqual({ fault: 'date' });
  });
});
