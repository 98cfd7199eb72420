import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatDay, formatQuarter, parseDay, parseQuarter } from '../../../lib/calendar.js';

test.each([
  ['2007-Q1', '2007-01-01'],
  ['2007-Q2', '2007-04-01'],
  ['2011-Q3', '2011-07-01'],
  ['1999-Q4', '1999-10-01'],
])('%s begins on %s', (quarter, firstDay) => {
  expect(formatDay(parseQuarter(quarter)!)).toBe(firstDay);
});

test.each(['2007', '2007-Q0', '2007-Q5', '2007Q1', '2007-q1', '07-Q1', ' 2007-Q1', '2007-Q1\n'])(
  '%j is no quarter',
  (text) => {
    expect(parseQuarter(text)).toBeUndefined();
  },
);

test('every day lies in the quarter that it is written as', () => {
  fc.assert(
    fc.property(fc.integer({ min: parseDay('1900-01-01')!, max: parseDay('2100-12-31')! }), (day) => {
      const first = parseQuarter(formatQuarter(day))!;
      expect(first).toBeLessThanOrEqual(day);
      expect(day - first).toBeLessThan(92);
      expect(formatQuarter(first)).toBe(formatQuarter(day));
    }),
  );
});
