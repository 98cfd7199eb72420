import { describe, expect, it } from '@jest/globals';
import { LookupRate } from '../../../gateway/operation/lookupRate.js';

describe('the rate of look-ups by identity code', () => {
  it('is limited for each subject, and recovers with time', () => {
    let now = 0;
    const rate = new LookupRate(30, () => now);
    rate.consume('a', 30);
    expect(() => rate.consume('a', 1)).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    rate.consume('b', 30);
    now = 2_000;
    rate.consume('a', 1);
    expect(() => rate.consume('a', 1)).toThrow();
    now = 10 * 60_000;
    rate.consume('a', 30);
    expect(() => rate.consume('a', 1)).toThrow();
  });

  it('is not used by operations without look-ups', () => {
    const rate = new LookupRate(1, () => 0);
    rate.consume('a', 1);
    expect(() => rate.consume('a', 0)).not.toThrow();
  });

  it('refuses more than the limit at once, and then accepts what fits', () => {
    const rate = new LookupRate(30, () => 0);
    expect(() => rate.consume('a', 31)).toThrow();
    expect(() => rate.consume('a', 30)).not.toThrow();
  });
});
