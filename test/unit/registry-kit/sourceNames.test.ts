import { describe, expect, it } from '@jest/globals';
import { requireColumns } from '../../../registry-kit/extraction/source/rowBatch.js';
import { SourceNames } from '../../../registry-kit/extraction/source/sourceNames.js';

const NEEDED = ['henkilotunnus', 'perhetunnus', 'rooli', 'alku', 'loppu'];

/** The message to a user about a file with these names. */
function refusal(names: readonly string[], needed: readonly string[] = NEEDED): string {
  try {
    requireColumns('population/perheet.csv', new SourceNames(names), needed, () => '');
    return '';
  } catch (error) {
    return JSON.stringify([(error as Error).message, error]);
  }
}

describe('the column names of a source file', () => {
  it('X01: are repeated only when one is a likely typing error', () => {
    const message = refusal(['perhetunnus', 'henkilotunus', 'rooli', 'alku', 'loppu', 'sukunimi']);
    expect(message).toContain('(did you mean \\"henkilotunus\\"?)');
    expect(message).not.toContain('sukunimi');
  });

  it.each([
    ['a row that has a name of the mapping in it', ['131052-9982', 'P-1', 'rooli', '2001-01-01', '']],
    ['a row whose surname is near to a name', ['131052-9982', 'perhetunnus', 'rooli', 'alku', 'Lopp']],
    [
      'a header glued to a row',
      ['henkilotunnus', 'perhetunnus', 'rooli', 'alku', 'loppu131052-9982', 'Meikäläinen'],
    ],
    ['columns that are named by codes', ['131052-9982', '010594Y9032', 'henkilotunnus', 'rooli', 'alku']],
    ['a name with blanks', ['henkilotunnus', 'perhetunnus', 'rooli', 'alku', 'Meikäläinen Matti']],
    ['one huge name', [`henkilotunnus${'Meikäläinen 131052-9982 '.repeat(9_999)}`]],
  ])('X01: are not repeated when they are %s', (_what, names) => {
    const message = refusal(names);
    expect(message).toContain('SOURCE_COLUMNS');
    expect(message).not.toMatch(/131052|010594|Meik|Lopp[^u]|2001/);
  });

  it('X19: show invisible characters by their code points', () => {
    const message = refusal(['henkilo\u00A0tunnus', 'perhe\u200Btunnus', 'rooli', 'al\uFEFFku', 'LOPPU']);
    expect(message).toContain('\\"henkilotunnus\\" (column 1 has this name, with U+00A0 in it)');
    expect(message).toContain('\\"perhetunnus\\" (column 2 has this name, with U+200B in it)');
    expect(message).toContain('\\"alku\\" (column 4 has this name, with U+FEFF in it)');
    expect(message).toContain('\\"loppu\\" (column 5 has this name, written in another way)');
  });

  it('X19: show a letter of another alphabet by its code point', () => {
    expect(refusal(['henkil\u043Etunnus', 'perhetunnus', 'rooli', 'alku', 'loppu'])).toContain(
      'It has U+043E.',
    );
  });

  it.each([
    ['as it is', ['HETU', 'HETU']],
    ['with blanks', ['HETU', ' HETU ']],
    ['with a no-break space at its end', ['HETU', 'HETU\u00A0']],
  ])('X12: are refused when a mapped one occurs twice, %s', (_how, [first, second]) => {
    const message = refusal([first!, 'x', second!], ['HETU']);
    expect(message).toContain('SOURCE_COLUMNS');
    expect(message).toContain('more than once: \\"HETU\\" (columns 1, 3)');
  });

  it('X12: may occur twice when they are not mapped, and match in any Unicode normal form', () => {
    expect(refusal(['x', 'x', 'syntyma\u0308paiva'], ['syntym\u00E4paiva'])).toBe('');
    expect(refusal(['syntyma\u0308paiva', 'syntym\u00E4paiva'], ['syntym\u00E4paiva'])).toContain(
      'columns 1, 2',
    );
  });
});
