/**
 * @property extraction/codes-by-input
 */
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { run } from '../../../cli/program.js';

describe('an identity code among the words of a command', () => {
  afterEach(() => void jest.restoreAllMocks());

  it.each([
    ['mark', 'add', '010594Y9032'],
    ['mark', 'add', 'erasure', '010594–9032'],
    ['mark', 'add', 'erasure', '010594 9032'],
    ['mark', 'add', 'erasure', '0105949032'],
    ['mark', 'add', 'erasure', '--code=０１０５９４Y9032'],
    ['audit', 'find', '--person', '010594Y9032'],
    ['audit', 'find', '--code-file', '010594-9032'],
  ])('X10: is refused, and not repeated: polku %s %s %s', async (...words) => {
    let said = '';
    jest.spyOn(console, 'error').mockImplementation((line: string) => void (said += line));
    expect(await run(['node', 'polku', ...words])).toBe(1);
    expect(said).toMatch(/^IDENTITY_CODE_ARGUMENT: /);
    expect(said).not.toMatch(/903/);
  });
});
