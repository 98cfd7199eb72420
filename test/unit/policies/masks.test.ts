import { describe, expect, it } from '@jest/globals';
import {
  applyMask,
  areComparable,
  datePrecision,
  icd10Blocks,
  icd10Chapters,
  isAtLeastAsFine,
  type Maskable,
  masks,
} from '../../../policies/engine/catalogue/masks.js';
import { type MaskName, maskNames } from '../../../policies/engine/decision.js';

describe('a mask', () => {
  it.each<[MaskName, Maskable, Maskable | undefined]>([
    ['year', '2012-05-14', '2012'],
    ['year', '2012', '2012'],
    ['month', '2012-05-14', '2012-05'],
    ['month', '2012', '2012'],
    ['age-band', 1987, 1985],
    ['age-band', 1985, 1985],
    ['icd10-chapter', 'J06.9', 'J00-J99'],
    ['icd10-chapter', 'D48.1', 'C00-D48'],
    ['icd10-chapter', 'D50', 'D50-D89'],
    ['icd10-chapter', 'H60.0', 'H60-H95'],
    ['icd10-chapter', 'Y98', 'V01-Y98'],
    ['icd10-block', 'J06.9', 'J00-J06'],
    ['icd10-block', 'I10', 'I10-I15'],
    ['icd10-block', 'W19.9', 'V01-X59'],
    ['icd10-block', 'U07.1', 'U00-U49'],
    ['district-to-area', '112', 'LEP'],
    ['count-band', 0, 0],
    ['count-band', 4, 1],
    ['count-band', 5, 5],
    ['count-band', 49, 20],
    ['count-band', 123_456, 1000],
  ])('%s turns %s into %s', (mask, value, masked) => {
    expect(applyMask(mask, value, { areaOfDistrict: new Map([['112', 'LEP']]) })).toBe(masked);
  });

  it.each<[MaskName, Maskable]>([
    ['year', 'J06.9'],
    ['year', 2012],
    ['age-band', '1987'],
    ['age-band', 1987.5],
    ['icd10-chapter', 'broken arm'],
    ['icd10-chapter', 'j06.9'],
    ['icd10-block', 'J07.0'],
    ['icd10-block', ''],
    ['district-to-area', '999'],
    ['district-to-area', 112],
    ['count-band', -1],
    ['count-band', 1.5],
    ['count-band', '5'],
  ])('%s hides a value of another form: %s', (mask, value) => {
    expect(applyMask(mask, value)).toBeUndefined();
  });

  it('none does not change the value', () => {
    expect(applyMask(undefined, 'J06.9')).toBe('J06.9');
  });

  it('of dates states the precision that may be shown', () => {
    expect([undefined, 'month', 'year', 'age-band'].map((mask) => datePrecision(mask as MaskName))).toEqual([
      'day',
      'month',
      'year',
      undefined,
    ]);
  });

  it('is finer or coarser than every other mask for the same field', () => {
    for (const a of maskNames)
      for (const b of maskNames) {
        const sameField =
          masks[a].takes === masks[b].takes &&
          (masks[a].categories?.some((category) => masks[b].categories?.includes(category)) ?? true);
        expect(areComparable(a, b)).toBe(sameField);
        if (sameField && a !== b) expect(isAtLeastAsFine(a, b)).toBe(!isAtLeastAsFine(b, a));
      }
  });
});

describe('ICD-10', () => {
  it.each([
    ['chapters', icd10Chapters],
    ['blocks', icd10Blocks],
  ])('%s begin before they end, and do not overlap', (_, list) => {
    const sorted = list.toSorted();
    sorted.forEach((range, index) => {
      expect(range).toMatch(/^[A-Z]\d\d-[A-Z]\d\d$/);
      expect(range.slice(0, 3) <= range.slice(4)).toBe(true);
      if (index > 0) expect(sorted[index - 1]!.slice(4) < range.slice(0, 3)).toBe(true);
    });
  });

  it('blocks each lie within one chapter', () => {
    for (const block of icd10Blocks) {
      const chapters = icd10Chapters.filter(
        (chapter) => chapter.slice(0, 3) <= block.slice(0, 3) && block.slice(4) <= chapter.slice(4),
      );
      expect(chapters).toHaveLength(1);
    }
  });
});
