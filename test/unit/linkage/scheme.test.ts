import { describe, expect, it } from '@jest/globals';
import { parseScheme } from '../../../linkage/localId.js';

describe('a linkage scheme', () => {
  it('is a Finnish identity code or an id of a named system', () => {
    expect(parseScheme('hetu').name).toBe('hetu');
    expect(parseScheme('local:social-client')).toMatchObject({ name: 'local', namespace: 'social-client' });
  });

  it('trims local ids and does not change their letters', () => {
    const { normalise } = parseScheme('local:a');
    expect(normalise(' aB 1 ')).toBe('aB 1');
    expect(normalise('')).toBeUndefined();
  });

  it.each(['ssn', 'local', 'local:', 'local:Väärä', 'HETU', 'hetu:x', 'local:a\nb'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseScheme(text)).toThrow(expect.objectContaining({ code: 'SCHEME_UNKNOWN' }));
    },
  );
});
