import { describe, expect, it } from '@jest/globals';
import { findFields, groupByType } from '../../../console/src/access/accessField.js';

const field = (coordinate: string, mask: { id: string; label: string } | null = null) => ({
  coordinate,
  label: null,
  effect: mask ? ('MASK' as const) : ('ALLOW' as const),
  mask,
  conditions: [{ id: 'care-relationship', label: 'käyttäjällä on hoitosuhde henkilöön' }],
  owner: { id: 'health', label: 'Terveyspalvelut' },
  category: null,
  special: false,
});
const fields = [
  field('Person.id'),
  field('HealthContact.diagnosis', { id: 'icd10-chapter', label: 'diagnoosista näytetään pääluokka' }),
  field('Person.sex'),
  field('Query.person'),
];

describe('the table of visible fields', () => {
  it('is grouped by type, queries first', () => {
    expect([...groupByType(fields)].map(([type, own]) => [type, own.length])).toEqual([
      ['Query', 1],
      ['HealthContact', 1],
      ['Person', 2],
    ]);
  });

  it('is filtered by words that must all occur, as ids or in the language of the reader', () => {
    const found = (search: string) => findFields(fields, search).map(({ coordinate }) => coordinate);
    expect(found('ICD10 terveys')).toEqual(['HealthContact.diagnosis']);
    expect(found('pääluokka')).toEqual(['HealthContact.diagnosis']);
    expect(found('icd10 person')).toEqual([]);
    expect(found('person')).toEqual(['Person.id', 'Person.sex', 'Query.person']);
  });
});
