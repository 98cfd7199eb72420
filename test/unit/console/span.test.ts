import { describe, expect, it } from '@jest/globals';
import { extentOf, spanOf, yearsAround } from '../../../console/src/path/lanes.js';

const day = (text: string): number => Date.parse(text);

describe('the time that dates of reduced precision span', () => {
  it('is the whole year, month or day', () => {
    expect(spanOf('2012')).toEqual({ from: day('2012-01-01'), until: day('2013-01-01') });
    expect(spanOf('2012-12')).toEqual({ from: day('2012-12-01'), until: day('2013-01-01') });
    expect(spanOf('2012-02-29')).toEqual({ from: day('2012-02-29'), until: day('2012-03-01') });
  });

  it('is certain throughout where no date is masked', () => {
    const extent = extentOf('2012-05-14', '2012-06-01');
    expect(extent).toMatchObject({
      isMasked: false,
      certain: { from: day('2012-05-14'), until: day('2012-06-02') },
    });
  });

  it('is certain only between the latest start and the earliest end where dates are masked', () => {
    expect(extentOf('2012', '2014')).toEqual({
      from: day('2012-01-01'),
      until: day('2015-01-01'),
      certain: { from: day('2013-01-01'), until: day('2014-01-01') },
      isMasked: true,
    });
    expect(extentOf('2012', '2012')?.certain).toBeUndefined();
  });

  it('is the one date where no end is told, and none where no start is', () => {
    expect(extentOf('2012-05-14', null)).toMatchObject({ from: day('2012-05-14'), until: day('2012-05-15') });
    expect(extentOf(null, '2012')).toBeUndefined();
  });

  it('is drawn over whole years', () => {
    expect(yearsAround(['2012-12-31', '2009', '2011-01'])).toEqual({ from: 2009, until: 2013 });
    expect(yearsAround([])).toBeUndefined();
  });
});
