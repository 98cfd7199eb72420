/**
 * @property extraction/codes-by-input Identity codes are never arguments of `polku mark` or `audit`, and
 * appear in none of their errors or files.
 * @enforcedBy cli/program.ts, cli/runtime/restrictPeople.ts
 */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { run } from '../../../cli/program.js';

const CODE = '010594Y9032';
const FAILED = 1;
const MISUSED = 2;

describe('polku mark', () => {
  let said: string;

  beforeEach(() => {
    said = '';
    jest.spyOn(console, 'error').mockImplementation((line: string) => void (said += line));
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((said += String(text))));
  });
  afterEach(() => void jest.restoreAllMocks());

  it.each([
    ['a code as its kind', ['add', CODE], FAILED, 'IDENTITY_CODE_ARGUMENT: '],
    ['a code in small letters', ['add', 'erasure', CODE.toLowerCase()], FAILED, 'IDENTITY_CODE_ARGUMENT: '],
    ['a code in an option', ['add', 'erasure', `--code=${CODE}`], FAILED, 'IDENTITY_CODE_ARGUMENT: '],
    [
      'an id of a system as an argument',
      ['add', 'erasure', 'C-12', '--registry', 'social'],
      MISUSED,
      'too many',
    ],
    ['an unknown kind', ['add', 'C-12', '--registry', 'social'], MISUSED, 'USAGE: There is no such kind'],
    [
      'an unknown registry',
      ['add', 'erasure', '--registry', 'C-12'],
      MISUSED,
      'USAGE: There is no such registry',
    ],
    [
      'no registry',
      ['lift', 'restriction'],
      MISUSED,
      'USAGE: Name with --registry one of: population, education, health',
    ],
    [
      'an objection where none is kept',
      ['add', 'objection', '--registry', 'population'],
      MISUSED,
      'Name with --registry one of: education, health',
    ],
    [
      'a non-disclosure of one registry',
      ['add', 'non-disclosure', '--registry', 'health'],
      MISUSED,
      'USAGE: A non-disclosure concerns',
    ],
    ['a day that does not exist', ['add', 'restriction', '--until', '2027-02-30'], MISUSED, 'Expected a day'],
    [
      'an end before the beginning',
      ['add', 'restriction', '--registry', 'social', '--until', '2001-01-01'],
      MISUSED,
      'USAGE: Expected --until',
    ],
    [
      'an end of an erasure',
      ['add', 'erasure', '--registry', 'social', '--until', '2099-01-01'],
      MISUSED,
      'USAGE: erasure takes no --until',
    ],
    [
      'an end of an objection',
      ['add', 'objection', '--registry', 'social', '--until', '2099-01-01'],
      MISUSED,
      'USAGE: objection takes no --until',
    ],
    ['a name of many words', ['lift', 'erasure', '--by', 'the owner'], MISUSED, 'Expected up to 64 letters'],
  ])('states what was expected and repeats no code, given %s', async (_what, words, code, expected) => {
    expect(await run(['node', 'polku', 'mark', ...words])).toBe(code);
    expect(said).toContain(expected);
    for (const text of [CODE, 'C-12']) expect(said.toUpperCase()).not.toContain(text);
  });
});
