/**
 * @property gateway/sealed-ids Clients see ids sealed by type within one pseudonymisation domain. A foreign
 * or forged id is refused like one that never existed.
 * @enforcedBy gateway/pseudonyms.ts, federation/execution/completeResponse.ts,
 * federation/execution/variables.ts
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Domain, Domains, type Key, seal, sealAll, unseal } from '../../../gateway/pseudonyms.js';
import { type KeyScalar, keyScalars } from '../../../schema/keys.js';

const [oldSecret, newSecret] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const name = { purpose: 'care', recipient: 'espoo', permit: undefined, epoch: '2026' };
const domain = new Domains([oldSecret]).domain(name);

const integerKeys = fc.integer({ min: 0, max: 0xffff_ffff });
const recordKeys = fc
  .bigInt({ min: 0n, max: 2n ** 64n - 1n })
  .map((key) => key.toString(16).padStart(16, '0'));
const keys: fc.Arbitrary<{ kind: KeyScalar; key: Key }> = fc
  .constantFrom(...keyScalars)
  .chain((kind) => (kind === 'ContactID' ? recordKeys : integerKeys).map((key) => ({ kind, key })));

describe('a sealed id', () => {
  it('is unsealed to its key in its own domain', () => {
    fc.assert(
      fc.property(keys, ({ kind, key }) => {
        expect(unseal(domain, kind, seal(domain, kind, key))).toBe(key);
      }),
    );
  });

  it('is the same each time one key is sealed, alone or among others', () => {
    fc.assert(
      fc.property(fc.array(keys, { maxLength: 50 }), (requests) => {
        const batch = sealAll(
          domain,
          requests.map(({ kind, key }) => ({ scalar: kind, key })),
        );
        expect(batch).toEqual(requests.map(({ kind, key }) => seal(domain, kind, key)));
        for (const id of batch) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
      }),
    );
  });

  it.each([
    ['purpose', { ...name, purpose: 'research' }],
    ['recipient', { ...name, recipient: 'vantaa' }],
    ['permit', { ...name, permit: 'THL/1' }],
    ['epoch', { ...name, epoch: '2027' }],
  ])('is refused in a domain of another %s', (_, other) => {
    fc.assert(
      fc.property(keys, ({ kind, key }) => {
        const id = seal(new Domains([oldSecret]).domain(other), kind, key);
        expect(id).not.toBe(seal(domain, kind, key));
        expect(unseal(domain, kind, id)).toBeUndefined();
      }),
    );
  });

  it('is refused as an id of another kind', () => {
    const id = seal(domain, 'PersonID', 5);
    expect(unseal(domain, 'FamilyID', id)).toBeUndefined();
    expect(unseal(domain, 'ContactID', id)).toBeUndefined();
  });

  it('is refused when any of its bits is flipped', () => {
    fc.assert(
      fc.property(keys, fc.nat(127), ({ kind, key }, bit) => {
        const bytes = Buffer.from(seal(domain, kind, key), 'base64url');
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        expect(unseal(domain, kind, bytes.toString('base64url'))).toBeUndefined();
      }),
    );
  });

  it('is accepted in its canonical form only', () => {
    const id = seal(domain, 'PersonID', 5);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const sameBytes = id.slice(0, 21) + alphabet[alphabet.indexOf(id[21]!) + 1];
    expect(Buffer.from(sameBytes, 'base64url')).toEqual(Buffer.from(id, 'base64url'));
    for (const other of [sameBytes, `${id}==`, ` ${id}`, `${id}\n`, id.slice(1), `${id}A`, '', 5, null, [id]])
      expect(unseal(domain, 'PersonID', other)).toBeUndefined();
  });

  it('of an older version of the secret still unseals, and new ids are sealed by the newest version', () => {
    const rotated = new Domains([newSecret, oldSecret]).domain(name);
    const old = seal(domain, 'PersonID', 5);
    expect(unseal(rotated, 'PersonID', old)).toBe(5);
    expect(seal(rotated, 'PersonID', 5)).not.toBe(old);
    expect(unseal(domain, 'PersonID', seal(rotated, 'PersonID', 5))).toBeUndefined();
  });

  it.each<[KeyScalar, unknown]>([
    ['PersonID', -1],
    ['PersonID', 2 ** 32],
    ['FamilyID', 1.5],
    ['PersonID', '5'],
    ['ContactID', 'ABCDEF0123456789'],
    ['ContactID', 5],
  ])('is not made from a value that is no %s: %p', (kind, key) => {
    expect(() => seal(domain, kind, key as Key)).toThrow(
      expect.objectContaining({ code: 'INTERNAL_SERVER_ERROR' }),
    );
  });
});

describe('a pseudonymisation domain', () => {
  it('has a public tag that depends on every part of its name', () => {
    const domains = new Domains([oldSecret]);
    const names = [
      name,
      { ...name, purpose: 'x' },
      { ...name, recipient: 'x' },
      { ...name, permit: 'x' },
      { ...name, epoch: 'x' },
    ];
    const tags = names.map((one) => domains.domain(one).tag);
    expect(new Set(tags).size).toBe(names.length);
    for (const tag of tags) expect(tag).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it('is cached while it is used, and derived with the same result later', () => {
    const domains = new Domains([oldSecret], 2);
    const get = (epoch: string): Domain => domains.domain({ ...name, epoch });
    const first = get('1');
    get('2');
    expect(get('1')).toBe(first);
    get('3');
    expect(get('1')).toBe(first);
    get('4');
    get('5');
    expect(get('1')).not.toBe(first);
    expect(get('1')).toEqual(first);
  });
});
