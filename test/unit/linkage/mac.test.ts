import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Mac } from '../../../linkage/digestTable.js';

describe('the MAC of linkage', () => {
  it('is HMAC-SHA-256 for any secret and any length of text', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 130 }),
        fc.array(fc.string({ unit: 'binary', maxLength: 2_000 }), { minLength: 1, maxLength: 5 }),
        (secret, texts) => {
          const mac = new Mac(secret);
          for (const text of texts) {
            const expected = createHmac('sha256', secret).update(text).digest('hex');
            expect(mac.of(text).toString('hex')).toBe(expected);
          }
        },
      ),
    );
  });
});
