import { describe, expect, it } from '@jest/globals';
import { codeOf } from '../../../../console/src/log/vocabulary.js';

const terms = [
  { id: 'care', label: 'Hoito' },
  { id: 'benefit', label: 'Toimeentulotuki' },
];

describe('codeOf', () => {
  it('finds the code of a label, in either case', () => {
    expect(codeOf('Hoito', terms)).toBe('care');
    expect(codeOf(' toimeentulotuki ', terms)).toBe('benefit');
  });

  it('takes a code that no label has as it is', () => {
    expect(codeOf('old-purpose', terms)).toBe('old-purpose');
  });

  it('is undefined where nothing was typed', () => {
    expect(codeOf('  ', terms)).toBeUndefined();
  });
});
