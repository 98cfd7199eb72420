import { describe, expect, it } from '@jest/globals';
import { groupByType } from '../../../console/src/access/accessField.js';

const field = (coordinate: string, mask: string | null = null) => ({
  coordinate,
  effect: mask ? ('MASK' as const) : ('ALLOW' as const),
  mask,
  conditions: ['care-relationship'],
  owner: 'Health services',
});
const fields = [
  field('Person.id'),
  field('HealthContact.diagnosis', 'icd10-chapter'),
  field('Person.sex'),
  field('Query.person'),
];

describe('the table of visible fields', () => {
  it('is grouped by type, queries first', () => {
    expect([...groupByType(fields, '')].map(([type, own]) => [type, own.length])).toEqual([
      ['Query', 1],
      ['HealthContact', 1],
      ['Person', 2],
    ]);
  });

  it('is filtered by words that must all occur, in any column', () => {
    expect([...groupByType(fields, 'ICD10 health').keys()]).toEqual(['HealthContact']);
    expect([...groupByType(fields, 'icd10 person').keys()]).toEqual([]);
  });
});
