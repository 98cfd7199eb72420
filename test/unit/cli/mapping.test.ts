import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { run } from '../../../cli/program.js';

describe('polku mapping lint', () => {
  let said: string[];

  beforeEach(() => {
    said = [];
    jest.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
    jest.spyOn(console, 'error').mockImplementation((line: string) => void said.push(line));
  });
  afterEach(() => void jest.restoreAllMocks());

  it('X18: reports that the shipped mappings leave nothing unchecked', async () => {
    expect(await run(['node', 'polku', 'mapping', 'lint'])).toBe(0);
    expect(said).toEqual([
      'population: 5 tables, 0 notes.',
      'education: 4 tables, 0 notes.',
      'health: 3 tables, 0 notes.',
      'social: 5 tables, 0 notes.',
    ]);
  });

  it('X18: checks one registry, which must exist', async () => {
    expect(await run(['node', 'polku', 'mapping', 'lint', 'health'])).toBe(0);
    expect(await run(['node', 'polku', 'mapping', 'lint', 'healt'])).toBe(2);
    expect(said).toEqual([
      'health: 3 tables, 0 notes.',
      expect.stringContaining('USAGE: There is no registry "healt".'),
    ]);
  });
});
