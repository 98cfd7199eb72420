import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayOf, formatDay, parseDay, today } from '../../../lib/calendar.js';
import {
  earliestDay,
  firstDayOf,
  formatPartialDate,
  formatPartialDay,
  isPartialDate,
  lastDayOf,
  latestDay,
  NO_PARTIAL_DAY,
  partialDay,
  type Precision,
} from '../../../lib/partialDate.js';

const days = fc.integer({ min: dayOf(1850, 1, 1)!, max: dayOf(2150, 12, 31)! });

describe('days', () => {
  it('are those of the calendar, with leap days', () => {
    expect(parseDay('1970-01-01')).toBe(0);
    expect(parseDay('2000-02-29')).toBe(11_016);
    for (const none of [
      '2002-02-30',
      '1900-02-29',
      '2001-13-01',
      '2001-00-10',
      '2001-01-00',
      '01.02.2003',
      '2001-1-1',
      '',
      '2001-01-01T00:00',
    ]) {
      expect(parseDay(none)).toBeUndefined();
    }
  });

  it('are read as they are written, and written as a Date writes them', () => {
    fc.assert(
      fc.property(days, (day) => {
        expect(parseDay(formatDay(day))).toBe(day);
        expect(formatDay(day)).toBe(new Date(day * 86_400_000).toISOString().slice(0, 10));
      }),
    );
  });

  it('change at midnight in Helsinki', () => {
    expect(formatDay(today(new Date('2024-06-30T20:59:59Z')))).toBe('2024-06-30');
    expect(formatDay(today(new Date('2024-06-30T21:00:00Z')))).toBe('2024-07-01');
    expect(formatDay(today(new Date('2024-12-31T22:00:00Z')))).toBe('2025-01-01');
  });
});

describe('partial dates', () => {
  it('are years, months or days that exist', () => {
    expect(['2012', '2012-05', '2012-05-14', '2012-02-29'].filter(isPartialDate)).toHaveLength(4);
    expect(
      ['12', '2012-5', '2012-13', '2013-02-29', '2012-05-14T00', '2012-', ''].filter(isPartialDate),
    ).toEqual([]);
  });

  it('span the days that they can mean', () => {
    expect([earliestDay('2012'), latestDay('2012')].map((day) => formatDay(day!))).toEqual([
      '2012-01-01',
      '2012-12-31',
    ]);
    expect([earliestDay('2012-02'), latestDay('2012-02')].map((day) => formatDay(day!))).toEqual([
      '2012-02-01',
      '2012-02-29',
    ]);
    expect([earliestDay('2012-12'), latestDay('2012-12')].map((day) => formatDay(day!))).toEqual([
      '2012-12-01',
      '2012-12-31',
    ]);
  });

  it('as integers are the same as texts and sort like them, at every precision', () => {
    fc.assert(
      fc.property(days, fc.constantFrom('year', 'month', 'day'), (day, precision) => {
        const text = formatPartialDate(day, precision);
        const integer = partialDay(day, precision);
        expect(formatPartialDay(integer)).toBe(text);
        expect(firstDayOf(integer)).toBe(earliestDay(text));
        expect(lastDayOf(integer)).toBe(latestDay(text));
      }),
    );
    const precisions = fc.constantFrom<Precision[]>('year', 'month', 'day');
    fc.assert(
      fc.property(days, precisions, days, precisions, (one, exactly, other, otherwise) => {
        const [a, b] = [partialDay(one, exactly), partialDay(other, otherwise)];
        const [textA, textB] = [formatPartialDate(one, exactly), formatPartialDate(other, otherwise)];
        expect(Math.sign(a - b)).toBe(textA < textB ? -1 : textA > textB ? 1 : 0);
        expect(NO_PARTIAL_DAY).toBeLessThan(Math.min(a, b));
      }),
    );
    expect(formatPartialDay(NO_PARTIAL_DAY)).toBeNull();
  });
});
