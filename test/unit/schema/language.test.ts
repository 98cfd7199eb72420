import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { exportJWK } from 'jose';
import { trustedIssuer } from '../../../gateway/identity/trustedIssuer.js';
import { acceptedLanguage, type Language } from '../../../schema/language.js';
import { signDecisionContext, verifyDecisionContext } from '../../../schema/tokens/decisionContext.js';
import { contextOf, testCaller, tokenOf } from '../../city/testCaller.js';

describe('Accept-Language', () => {
  it.each([
    [undefined, 'EN'],
    ['', 'EN'],
    ['fi', 'FI'],
    ['sv', 'SV'],
    ['en', 'EN'],
    ['FI', 'FI'],
    ['fi-FI', 'FI'],
    ['sv-Latn-FI', 'SV'],
    ['sv-FI,sv;q=0.9,fi;q=0.8,en;q=0.7', 'SV'],
    ['en-GB, en; q=0.9, fi ;q=0.8', 'EN'],
    ['fi;q=0.5,sv;q=0.8,en;q=0.1', 'SV'],
    ['fi;q=0.123, sv;q=0.124', 'SV'],
    // Equal qualities: the first range.
    ['sv,fi', 'SV'],
    ['fi,sv', 'FI'],
    ['fi;q=0.8,sv;q=0.8', 'FI'],
    // Languages that are not spoken here are passed over.
    ['de, sv;q=0.3', 'SV'],
    ['de, fr;q=0.5', 'EN'],
    ['fil, fit', 'EN'],
    // A quality of 0 means not acceptable; the wildcard covers what no other range names.
    ['fi;q=0', 'EN'],
    ['*', 'EN'],
    ['*, fi', 'FI'],
    ['en;q=0, *', 'FI'],
    ['en;q=0, fi;q=0, *;q=0.1', 'SV'],
    ['*;q=0.9, sv;q=0.5', 'EN'],
    ['*;q=0, sv', 'SV'],
    ['*;q=0', 'EN'],
    ['fi;q=0.2, fi-FI;q=0.9, sv;q=0.5', 'FI'],
    // Malformed ranges count as absent.
    [',,, fi,', 'FI'],
    ['fi;q=2, sv;q=0.1', 'SV'],
    ['fi;q=0.1234, sv;q=0.1', 'SV'],
    ['fi;q=, sv;q=0.1', 'SV'],
    ['fi;q=-1', 'EN'],
    ['fi;level=1', 'EN'],
    ['fi q=1', 'EN'],
    ['fi_FI', 'EN'],
    ['suomenkieli', 'EN'],
    ['\u0000fi', 'EN'],
    ['-fi', 'EN'],
    [';;;', 'EN'],
    ['__proto__, constructor', 'EN'],
    [`${'de,'.repeat(10_000)}fi`, 'EN'],
    [' '.repeat(100_000), 'EN'],
  ])('%j is %s', (header, expected) => {
    expect(acceptedLanguage(header)).toBe(expected);
  });
});

describe('the language in a decision context', () => {
  const gateway = generateKeyPairSync('ed25519');
  const issuer = generateKeyPairSync('ed25519');
  const caller = testCaller({ recipient: 'clinic', roles: ['clinician'], purposes: ['care'] });

  async function received(language: unknown): Promise<unknown> {
    const keys = { keys: [await exportJWK(issuer.publicKey)] };
    const trusted = [trustedIssuer({ issuer: 'idp', audience: 'polku', keys })];
    const context = { ...contextOf(caller), language: language as Language };
    const signed = await signDecisionContext(context, {
      audience: 'health',
      body: '{}',
      key: gateway.privateKey,
    });
    const tokens = { context: signed, caller: await tokenOf(caller, issuer.privateKey) };
    const expectation = { audience: 'health', body: async () => '{}', trusted };
    return (await verifyDecisionContext(tokens, { ...expectation, gatewayKeys: [gateway.publicKey] }))
      .language;
  }

  it.each(['FI', 'SV', 'EN'])('reaches a registry: %s', async (language) => {
    expect(await received(language)).toBe(language);
  });
  it('is English where an older gateway sends none, or a newer one another', async () => {
    expect(await Promise.all([undefined, 'DE', 'toString', 7].map(received))).toEqual(Array(4).fill('EN'));
  });
});
