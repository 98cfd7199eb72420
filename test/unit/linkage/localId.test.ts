/**
 * @property extraction/null-people A null marker, or an id damaged by a spreadsheet, identifies nobody. Local
 * ids of the population register identify nobody elsewhere.
 * @enforcedBy linkage/localId.ts, registry-kit/extraction/rows/cellReader.ts
 */
import { describe, expect, it } from '@jest/globals';
import { readLocalId } from '../../../linkage/localId.js';

describe('an id of one system', () => {
  it.each([
    // Spreadsheets.
    '1.09399E+16',
    '2,02E+11',
    '1E+05',
    '-1.5e-7',
    '2.02E11',
    '123.0',
    '123,00',
    '123.',
    '1,234,567',
    '1 234 567',
    '1\u00a0234',
    "1'234",
    '#REF!',
    '#N/A',
    '#DIV/0!',
    '#VALUE!',
    '#####',
    '=A1',
    '="00123"',
    "'00123",
    '2.1.2012',
    '02/01/2012',
    '2-1-12',
    '2012-01-02',
    '2012/1/2',
    '2012-01-02 00:00:00',
    '2012-01-02T00:00:00Z',
    '2-Jan',
    '02-jan-2012',
    'Jan-12',
    'Dec-2012',
    '1.tammi',
    'touko.12',
    '1.joulukuu 2012',
    '12:30',
    '1:02:03',
    // Nulls.
    '',
    ' ',
    'NULL',
    'null',
    '(null)',
    '<NULL>',
    '[null]',
    '\\N',
    'nan',
    'NaN',
    '-nan',
    '1.#QNAN',
    'None',
    'nil',
    'NA',
    '<NA>',
    'N/A',
    'n.a.',
    'undefined',
    'Unknown',
    'tuntematon',
    'okänd',
    'TRUE',
    'Infinity',
    '-',
    '--',
    '—',
    '?',
    '.',
    '...',
    '_',
    '*',
    '""',
    '0',
    '-0',
    '0000',
    '0.0',
    '0,00',
    '00000000-0000-0000-0000-000000000000',
    '-1',
    '-99',
    '9999',
    '999999999',
    // Names.
    'Virtanen',
    'Matti Virtanen',
    // Invisible or damaged characters.
    'A\u200b1',
    'A\u00ad1',
    'A\u00001',
    'A\t1',
    'A\ufffd1',
    'a1'.repeat(101),
  ])('X09: is refused: %j', (text) => {
    expect(readLocalId(text)).toBeUndefined();
  });

  it.each([
    '1',
    '007',
    '10',
    '1001',
    '99',
    '12345678901234567890',
    'P-1',
    'aB 1',
    '#17',
    '12E5',
    '1e400',
    'A.10.0',
    '10.1',
    '1.2.3',
    'MAR-1234',
    'dec1',
    'N1',
    '1234 5678',
    '2012-17',
    '2012-05-14-001',
    '37c197b5-110f-339b-942e-272137f770b2',
    'urn:oid:1.2.246.10.1',
    'Patient/17',
    'Ääkkönen 7',
  ])('X09: is accepted: %j', (text) => {
    expect(readLocalId(` ${text} `)).toBe(text);
  });

  it('X09: must have the declared form', () => {
    const form = /^(?:[0-9]{6})$/u;
    expect(readLocalId('001234', form)).toBe('001234');
    expect(readLocalId('1234', form)).toBeUndefined();
    expect(readLocalId('000000', form)).toBeUndefined();
    expect(readLocalId('999999', form)).toBeUndefined();
  });

  it('X09: may have no digits in a declared form without digits, and is then no null marker', () => {
    const form = /^(?:[A-Za-z/]+)$/u;
    expect(readLocalId('QWXZ', form)).toBe('QWXZ');
    for (const word of ['NULL', 'nan', 'N/A', 'None']) expect(readLocalId(word, form)).toBeUndefined();
  });
});
