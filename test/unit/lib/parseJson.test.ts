import { describe, expect, it } from '@jest/globals';
import { parseJson } from '../../../lib/parseJson.js';

const nested = (levels: number, [open, close]: readonly [string, string]): string =>
  open.repeat(levels) + '1' + close.repeat(levels);

describe('JSON from outside', () => {
  it('G08: is parsed with 64 levels and no more', () => {
    expect(JSON.stringify(parseJson(nested(64, ['[', ']'])))).toBe(nested(64, ['[', ']']));
    for (const text of [nested(65, ['[', ']']), nested(65, ['{"a":', '}']), '['.repeat(1_000_000)])
      expect(() => parseJson(text)).toThrow(expect.objectContaining({ code: 'OPERATION_TOO_LARGE' }));
  });

  it.each([
    ['brackets in a string', JSON.stringify({ query: '{'.repeat(100) })],
    ['escaped quotation marks', JSON.stringify({ query: '\\"'.repeat(3) + '['.repeat(100) })],
    ['many lists next to each other', `[${Array(100).fill('[]').join()}]`],
  ])('G08: does not count %s as levels', (_, text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  it('G08: counts levels after a string that ends in a backslash', () => {
    const text = `["\\\\",${nested(64, ['[', ']'])}]`;
    expect(() => parseJson(text)).toThrow(expect.objectContaining({ code: 'OPERATION_TOO_LARGE' }));
  });

  it.each(['', '{', '"', '{"a":', '[1,]', ']]'])('is refused when it is malformed: %j', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });
});
