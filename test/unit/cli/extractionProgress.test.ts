import { describe, expect, it } from '@jest/globals';
import { describeExtractionStep } from '../../../cli/commands/extract.js';
import { duration } from '../../../cli/progress.js';

describe('the progress of an extraction', () => {
  const step = { registry: 'health', table: 'contacts', rows: 1_500_000, rejected: 1_204, share: 0.25 };

  it('shows rows, rows a second, the share done and the time left', () => {
    expect(describeExtractionStep(step, 20)).toBe(
      '  health.contacts: 1 500 000 rows, 1 204 rejected; 75 000 rows/s, 25 %, 1 min 0 s left',
    );
  });

  it('shows no time left before anything is read', () => {
    expect(describeExtractionStep({ ...step, rows: 0, rejected: 0, share: 0 }, 0)).toBe(
      '  health.contacts: 0 rows, 0 rejected; 0 rows/s, 0 %',
    );
  });

  it.each([
    [0, '0 s'],
    [59.2, '1 min 0 s'],
    [12, '12 s'],
    [200, '3 min 20 s'],
  ])('shows %s seconds as %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
