import { describe, expect, it } from '@jest/globals';
import { codeWritten } from '../../../../console/src/log/vocabulary.js';

const terms = [
  { id: 'care', label: 'Hoito' },
  { id: 'benefit', label: 'Toimeentulotuki' },
];

describe('codeWritten', () => {
  it('finds the code of a label, in either case', () => {
    expect(codeWritten('Hoito', terms)).toBe('care');
    expect(codeWritten(' toimeentulotuki ', terms)).toBe('benefit');
  });

  it('takes a code that no label has as it is', () => {
    expect(codeWritten('old-purpose', terms)).toBe('old-purpose');
  });

  it('is undefined where nothing was typed', () => {
    expect(codeWritten('  ', terms)).toBeUndefined();
  });
});
