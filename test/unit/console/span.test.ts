import { describe, expect, it } from '@jest/globals';
import { extentOf, spanOf, yearsAround } from '../../../console/src/paths/lanes.js';

const day = (text: string): number => Date.parse(text);

describe('the time span of dates with reduced precision', () => {
  it('is the whole year, month or day', () => {
    expect(spanOf('2012')).toEqual({ from: day('2012-01-01'), until: day('2013-01-01') });
    expect(spanOf('2012-12')).toEqual({ from: day('2012-12-01'), until: day('2013-01-01') });
    expect(spanOf('2012-02-29')).toEqual({ from: day('2012-02-29'), until: day('2012-03-01') });
  });

  it('is certain throughout when no date is masked', () => {
    const extent = extentOf('2012-05-14', '2012-06-01');
    expect(extent).toMatchObject({
      isMasked: false,
      certain: { from: day('2012-05-14'), until: day('2012-06-02') },
    });
  });

  it('is certain only between the latest start and the earliest end when dates are masked', () => {
    expect(extentOf('2012', '2014')).toEqual({
      from: day('2012-01-01'),
      until: day('2015-01-01'),
      certain: { from: day('2013-01-01'), until: day('2014-01-01') },
      isMasked: true,
    });
    expect(extentOf('2012', '2012')?.certain).toBeUndefined();
  });

  it('is one date when there is no end, and empty when there is no start', () => {
    expect(extentOf('2012-05-14', null)).toMatchObject({ from: day('2012-05-14'), until: day('2012-05-15') });
    expect(extentOf(null, '2012')).toBeUndefined();
  });

  it('is drawn over whole years', () => {
    expect(yearsAround(['2012-12-31', '2009', '2011-01'])).toEqual({ from: 2009, until: 2013 });
    expect(yearsAround([])).toBeUndefined();
  });
});
