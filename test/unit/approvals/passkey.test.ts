/**
 * @property policies/passkeys A passkey's signature is valid for the very text that its holder was shown: not
 * for another text, console, domain, person or key, and not without the holder's PIN or biometrics. Every
 * reader verifies it from owners.yaml alone.
 * @enforcedBy approvals/passkey.ts, approvals/signedDocument.ts, approvals/owners.ts
 */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import { cose, isoCBOR } from '@simplewebauthn/server/helpers';
import fc from 'fast-check';
import { type Approver, type Owners, parseOwners } from '../../../approvals/owners.js';
import { challengeOf } from '../../../approvals/passkey.js';
import { signPayload, writePublicKey } from '../../../approvals/personKey.js';
import { verifySignature, writeDocument } from '../../../approvals/signedDocument.js';
import { closurePayload } from '../../../approvals/policy-revisions/revision.js';
import {
  type AssertionParts,
  type Ceremony,
  passkeyKinds,
  passkeySignature,
  type SoftPasskey,
  softPasskey,
} from '../../city/softAuthenticator.js';

const relyingParty = { id: 'city.example', origins: ['https://polku.city.example'] };
const FORMAT = 'polku-policy-revision/1';
const payload = writeDocument(FORMAT, { sequence: 7, parent: null });

const keys = passkeyKinds.map((kind) => softPasskey(kind, relyingParty));
const [chief] = keys as [SoftPasskey];
const other = softPasskey('ES256', relyingParty);
const owners: Owners = {
  text: '',
  relyingParty,
  people: new Map([person('chief', keys), person('clerk', [other])]),
  peopleOf: new Map([['health', new Set(['chief', 'clerk'])]]),
};

function person(id: string, passkeys: readonly SoftPasskey[]): [string, Approver] {
  return [id, { id, label: 'Office', key: undefined, passkeys, login: undefined, until: undefined }];
}

function verify(signature: string, text = payload, who = 'chief', trusted = owners): void {
  verifySignature({ person: who, signature }, text, trusted, 'revision 7');
}

describe('the signature of a passkey', () => {
  it.each(keys.map((key) => [key.kind, key] as const))('is accepted with %s', (_, key) => {
    expect(() => verify(key.sign(payload))).not.toThrow();
  });

  it('is accepted whatever its counter says, and with the mark of a synchronised passkey', () => {
    expect(() => verify(chief.sign(payload, { counter: 3 }))).not.toThrow();
    expect(() => verify(chief.sign(payload, { flags: 0x1d }))).not.toThrow();
  });

  it('has a challenge that any client can compute', () => {
    // printf 'polku-approval/1\n{}\n' | openssl dgst -sha256 -binary | basenc --base64url
    expect(challengeOf('{}\n')).toBe('vxasQ8tDLIUH_7dagqmqKP5-Pkw7rj4SIxJejTeGwBg');
  });

  it('is accepted next to the key of a file of the same person', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const both = { ...person('chief', keys)[1], key: publicKey };
    const trusted = { ...owners, people: new Map([['chief', both]]) };
    expect(() => verify(chief.sign(payload), payload, 'chief', trusted)).not.toThrow();
    expect(() => verify(signPayload(payload, privateKey), payload, 'chief', trusted)).not.toThrow();
  });

  const next = writeDocument(FORMAT, { sequence: 8, parent: null });
  const closure = closurePayload('rejected', payload, 'no');

  it.each<[string, string, string, string?]>([
    ['of another text', chief.sign(`${payload} `), 'another text was signed'],
    ['of the next number', chief.sign(next), 'another text was signed'],
    ['of a rejection of the same proposal', chief.sign(closure), 'another text was signed'],
    [
      'with the challenge of no domain',
      chief.sign(payload, { challenge: Buffer.from(payload).toString('base64url') }),
      'another text was signed',
    ],
    ['made when the passkey was created', chief.sign(payload, { type: 'webauthn.create' }), 'another use'],
    ['of another address', chief.sign(payload, { origin: 'https://polku.city.example.evil' }), 'address'],
    ['of another port', chief.sign(payload, { origin: 'https://polku.city.example:444' }), 'address'],
    ['of a clear connection', chief.sign(payload, { origin: 'http://polku.city.example' }), 'address'],
    ['made inside another page', chief.sign(payload, { crossOrigin: true }), 'inside another page'],
    [
      'that names a page around it',
      chief.sign(payload, { topOrigin: 'https://a.example' }),
      'inside another',
    ],
    ['of another domain', chief.sign(payload, { rpId: 'polku.city.example' }), 'another domain'],
    ['of nobody who was present', chief.sign(payload, { flags: 0x04 }), 'nobody touched'],
    ['without PIN or biometrics', chief.sign(payload, { flags: 0x01 }), 'PIN or biometrics'],
    ['of a passkey with impossible marks', chief.sign(payload, { flags: 0x15 }), 'malformed'],
    ['that announces extensions and has none', chief.sign(payload, { flags: 0x85 }), 'malformed'],
    ['of the passkey of another person', other.sign(payload), 'not one of this person'],
    [
      'of another key under the id of an own passkey',
      other.sign(payload, { credential: chief.id }),
      'another key',
    ],
    [
      'of an own passkey under the id of another',
      chief.sign(payload, { credential: keys[1]!.id }),
      'another',
    ],
    ['with nothing in it', 'passkey:', 'not the signature of a passkey'],
    ['that is JSON in clear', `passkey:${JSON.stringify(chief.assert(payload))}`, 'not the signature'],
    ['that is a list', passkeySignature([chief.assert(payload)]), 'not the signature'],
    ['that lacks a part', passkeySignature({ ...chief.assert(payload), signature: undefined }), 'not the'],
    ['with a number for a part', passkeySignature({ ...chief.assert(payload), signature: 1 }), 'not the'],
    ['with text after it', `${chief.sign(payload)}!`, 'not the signature of a passkey'],
    ['that is too long', `passkey:${'A'.repeat(9_000)}`, 'not the signature of a passkey'],
    ['without its mark', chief.sign(payload).slice('passkey:'.length), 'another key signed it'],
  ])('is rejected if it is one %s', (_, signature, why) => {
    expect(() => verify(signature)).toThrow(
      expect.objectContaining({ code: 'SIGNATURE_INVALID', message: expect.stringContaining(why) }),
    );
  });

  it('is rejected under the name of another person', () => {
    expect(() => verify(chief.sign(payload), payload, 'clerk')).toThrow('not one of this person');
    expect(() => verify(chief.sign(payload), payload, 'stranger')).toThrow('is not in owners.yaml');
  });

  it('is rejected where owners.yaml names no console', () => {
    const trusted = { ...owners, relyingParty: undefined };
    expect(() => verify(chief.sign(payload), payload, 'chief', trusted)).toThrow('names no console');
  });

  it('is rejected after any bit of it was changed', () => {
    const parts = keys.map((key) => key.assert(payload));
    const names = ['authenticatorData', 'clientDataJSON', 'signature'] as const;
    const change = fc.record({ at: fc.nat(), bit: fc.nat(7), name: fc.constantFrom(...names) });
    fc.assert(
      fc.property(fc.constantFrom(...parts), change, (honest, { at, bit, name }) => {
        const bytes = Buffer.from(honest[name], 'base64url');
        bytes[at % bytes.length]! ^= 1 << bit;
        const altered = { ...honest, [name]: bytes.toString('base64url') };
        expect(() => verify(passkeySignature(altered))).toThrow(
          expect.objectContaining({ code: 'SIGNATURE_INVALID' }),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('never ends in another error, whatever the text is', () => {
    const honest = chief.assert(payload);
    const part = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.constantFrom(...Object.values(honest)),
      fc.anything(),
    );
    const parts = fc.record({ id: part, authenticatorData: part, clientDataJSON: part, signature: part });
    const text = fc.oneof(fc.string(), fc.base64String(), parts.map(passkeySignature));
    fc.assert(
      fc.property(text, (some) => {
        expect(() => verify(some.startsWith('passkey:') ? some : `passkey:${some}`)).toThrow(
          expect.objectContaining({ code: 'SIGNATURE_INVALID' }),
        );
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the verification of passkeys', () => {
  /** The verdict of another implementation of WebAuthn §7.2. It takes keys in COSE form. */
  async function accepts(key: SoftPasskey, { id, ...response }: AssertionParts): Promise<boolean> {
    try {
      const { verified } = await verifyAuthenticationResponse({
        response: { id, rawId: id, type: 'public-key', response, clientExtensionResults: {} },
        expectedChallenge: challengeOf(payload),
        expectedOrigin: [...relyingParty.origins],
        expectedRPID: relyingParty.id,
        credential: { id: key.id, publicKey: coseOf(key), counter: 0 },
      });
      return verified && id === key.id;
    } catch {
      return false;
    }
  }

  it('agrees with SimpleWebAuthn about every ceremony outside frames', async () => {
    const ceremony = fc.record<Partial<Ceremony>>(
      {
        type: fc.constantFrom('webauthn.get', 'webauthn.create'),
        challenge: fc.constantFrom(challengeOf(payload), challengeOf('another'), ''),
        origin: fc.constantFrom(relyingParty.origins[0]!, 'https://city.example', 'null'),
        rpId: fc.constantFrom(relyingParty.id, 'polku.city.example'),
        flags: fc.constantFrom(0x00, 0x01, 0x04, 0x05, 0x0d, 0x15, 0x1d),
        counter: fc.nat(1_000),
        credential: fc.constantFrom(chief.id, other.id),
      },
      { requiredKeys: [] },
    );
    let valid = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...keys), ceremony, async (key, changes) => {
        const parts = key.assert(payload, changes);
        const theirs = await accepts(key, parts);
        const trusted = { ...owners, people: new Map([person('chief', [key])]) };
        if (theirs) valid++;
        const ours = () => verify(passkeySignature(parts), payload, 'chief', trusted);
        if (theirs) expect(ours).not.toThrow();
        else expect(ours).toThrow(expect.objectContaining({ code: 'SIGNATURE_INVALID' }));
      }),
      { numRuns: 500 },
    );
    expect(valid).toBeGreaterThan(0);
  });
});

/** A public key as authenticators write it (RFC 9052, RFC 8812). */
function coseOf({ kind, key }: SoftPasskey): Uint8Array<ArrayBuffer> {
  const { x = '', y = '', n = '', e = '' } = key.export({ format: 'jwk' });
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
  const { COSEKEYS, COSEKTY, COSEALG, COSECRV } = cose;
  const fields: Record<typeof kind, readonly (readonly [number, number | Uint8Array])[]> = {
    ES256: [
      [COSEKEYS.kty, COSEKTY.EC2],
      [COSEKEYS.alg, COSEALG.ES256],
      [COSEKEYS.crv, COSECRV.P256],
      [COSEKEYS.x, bytes(x)],
      [COSEKEYS.y, bytes(y)],
    ],
    EdDSA: [
      [COSEKEYS.kty, COSEKTY.OKP],
      [COSEKEYS.alg, COSEALG.EdDSA],
      [COSEKEYS.crv, COSECRV.ED25519],
      [COSEKEYS.x, bytes(x)],
    ],
    RS256: [
      [COSEKEYS.kty, COSEKTY.RSA],
      [COSEKEYS.alg, COSEALG.RS256],
      [COSEKEYS.n, bytes(n)],
      [COSEKEYS.e, bytes(e)],
    ],
  };
  return isoCBOR.encode(new Map(fields[kind]) as Parameters<typeof isoCBOR.encode>[0]);
}

describe('owners.yaml with passkeys', () => {
  const CONSOLE = 'relyingParty: { id: city.example, origins: [https://polku.city.example] }';
  const parse = (people: string, head = CONSOLE) =>
    parseOwners({ file: 'owners.yaml', text: `${head}\npeople:\n${people}\nowners: { health: [] }\n` });
  const line = (name: string, { id, spki }: Pick<SoftPasskey, 'id' | 'spki'>) =>
    `  ${name}: { label: Office, passkeys: [{ id: ${id}, key: ${spki} }] }`;

  it('names people with passkeys, key files, or both', () => {
    const file = writePublicKey(generateKeyPairSync('ed25519').publicKey);
    const read = parse(
      `${line('chief', chief)}\n  clerk: { label: Office, key: ${file}, passkeys: [{ id: ${other.id}, key: ${other.spki}, label: Phone }] }`,
    );
    expect(read.relyingParty).toEqual(relyingParty);
    expect(read.people.get('chief')).toMatchObject({ key: undefined, passkeys: [{ id: chief.id }] });
    expect(read.people.get('clerk')!.key).toBeDefined();
    expect(read.people.get('clerk')!.passkeys).toMatchObject([{ label: 'Phone' }]);
  });

  const spki = (key: { publicKey: typeof chief.key }) =>
    key.publicKey.export({ type: 'spki', format: 'der' }).toString('base64url');
  const p384 = spki(generateKeyPairSync('ec', { namedCurve: 'P-384' }));
  const short = spki(generateKeyPairSync('rsa', { modulusLength: 1024 }));

  it.each<[string, string, string, string?]>([
    ['a person without any key', '  chief: { label: Office }', '"chief" cannot sign.'],
    ['two people with one passkey', `${line('a', chief)}\n${line('b', chief)}`, 'has the key of "a"'],
    [
      'two people with one id of a passkey',
      `${line('a', chief)}\n${line('b', { ...other, id: chief.id })}`,
      'has the key of "a"',
    ],
    [
      'two people with one login',
      `${line('a', chief).replace(' }] }', ' }], login: u1 }')}\n${line('b', other).replace(' }] }', ' }], login: u1 }')}`,
      'has the login of "a"',
    ],
    ['a key of another curve', line('a', { id: 'x', spki: p384 }), 'P-256, Ed25519 or RSA'],
    ['a short key', line('a', { id: 'x', spki: short }), 'P-256, Ed25519 or RSA'],
    ['a key that is none', line('a', { id: 'x', spki: 'AAAA' }), 'P-256, Ed25519 or RSA'],
    ['passkeys and no console', line('a', chief), 'names none', ''],
    ['an origin with a path', line('a', chief), 'is not an origin', console_('https://city.example/ui')],
    ['an origin in clear', line('a', chief), 'must be https', console_('http://city.example')],
    ['an origin of another domain', line('a', chief), 'not at the domain', console_('https://acity.example')],
  ])('rejects %s', (_, people, why, head = CONSOLE) => {
    expect(() => parse(people, head)).toThrow(
      expect.objectContaining({ code: 'POLICY_INVALID', message: expect.stringContaining(why) }),
    );
  });

  function console_(origin: string): string {
    return `relyingParty: { id: city.example, origins: ['${origin}'] }`;
  }

  it('may name a console on the own machine for trying things out', () => {
    const local = 'relyingParty: { id: localhost, origins: ["http://localhost:4000"] }';
    expect(parse(line('a', chief), local).relyingParty!.id).toBe('localhost');
  });
});
