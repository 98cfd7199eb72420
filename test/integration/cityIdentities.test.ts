/**
 * @property extraction/no-identity-anywhere No identity code, name or address of a source appears in the data
 * folder, in a log or in a response, in any encoding.
 * @enforcedBy gateway/operation/validateOperation.ts, schema/identityCodeText.ts
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { personas } from '../../gateway/identity/personas.js';
import { filesBelow, identifyingTexts } from '../city/identifyingTexts.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { type Identities, identityCounter } from '../city/searchIdentities.js';
import { serveCity, type ServedCity } from '../city/serveCity.js';

const EVERYTHING = `query ($first: Int!) {
  persons(first: $first) {
    nodes {
      id birthYear sex { code } language { code } district { code }
      families { family { id members { person { id } role startedAt endedAt } servicePath { steps { service { code } unit { code } } } } }
      healthContacts { id startedAt endedAt service { code } unit { code } diagnosis { code } urgency { code } }
      socialContacts { id startedAt service { code } unit { code } kind { code } decision { code } }
      childProtection { id step { code } startedAt unit { code } } incomeSupport { month amount }
      educationContacts { id startedAt service { code } unit { code } hours absenceDays } enrolments { startedAt unit { code } }
      servicePath { steps { sector service { code } startedAt endedAt unit { code } contacts } withheld }
    }
  }
}`;

describe('identities of the exports', () => {
  let city: TestCity;
  let served: ServedCity;
  let identities: Identities;
  let countIdentities: (bytes: Buffer) => number;
  const log: string[] = [];

  beforeAll(async () => {
    for (const method of ['error', 'log', 'warn'] as const) {
      jest.spyOn(console, method).mockImplementation((line: unknown) => void log.push(String(line)));
    }
    city = await makeCity();
    identities = await identifyingTexts(city.exports);
    countIdentities = identityCounter(identities);
    served = await serveCity(city);
  });

  afterAll(async () => {
    await served?.stop();
    await city?.remove();
    jest.restoreAllMocks();
  });

  it('are found by the search in every encoding that it supports', () => {
    const [code] = identities.codes;
    const [text] = identities.texts;
    for (const planted of [code!, text!]) {
      const utf8 = Buffer.from(planted);
      const utf16 = Buffer.from(planted, 'utf16le');
      const noise = Buffer.from('noise');
      const encodings = [
        utf8,
        utf16,
        Buffer.from(utf16).swap16(),
        Buffer.from(utf8.toString('hex')),
        Buffer.from(utf8.toString('hex').toUpperCase()),
        Buffer.from(utf8.toString('base64')),
        Buffer.from(Buffer.concat([noise.subarray(0, 1), utf8]).toString('base64')),
        Buffer.from(Buffer.concat([noise.subarray(0, 2), utf8]).toString('base64url')),
        Buffer.from(utf16.toString('base64')),
      ];
      expect(encodings.map((bytes) => countIdentities(bytes) > 0)).toEqual(encodings.map(() => true));
    }
    expect(identities.codes.size).toBeGreaterThan(2_000);
    expect(identities.texts.size).toBeGreaterThan(1_000);
  });

  it('appear in no answer to any persona', async () => {
    let bytes = 0;
    for (const { id: persona, purposes } of personas) {
      for (const purpose of purposes) {
        const answer = await served.client.ask({
          persona,
          purpose,
          query: EVERYTHING,
          variables: { first: 100 },
          partial: true,
        });
        const body = Buffer.from(JSON.stringify(answer));
        bytes += body.length;
        expect(countIdentities(body)).toBe(0);
      }
    }
    expect(bytes).toBeGreaterThan(100_000);
  });

  it('appear in no answer, error or record about a person looked up by code', async () => {
    const [code] = identities.codes;
    const lookUp = 'query ($code: IdentityCode!) { personByIdentityCode(code: $code) { id birthYear } }';
    const requester = { persona: 'social-worker', purpose: 'social-service' };
    const known = await served.client.ask({ ...requester, query: lookUp, variables: { code } });
    expect(known.data?.['personByIdentityCode']).toMatchObject({ id: expect.stringMatching(/^[\w-]{22}$/) });
    const literal = await served.client.ask({
      ...requester,
      query: `{ personByIdentityCode(code: "${code}") { id } }`,
    });
    expect(literal.errors?.[0]?.extensions?.['code']).toBe('IDENTITY_CODE_LITERAL');
    const wrong = await served.client.ask({
      ...requester,
      query: lookUp,
      variables: { code: `${code!.slice(0, 10)}?` },
    });
    expect(wrong.errors?.[0]?.extensions?.['code']).toBe('IDENTITY_CODE_INVALID');
    for (const answer of [known, literal, wrong]) {
      expect(countIdentities(Buffer.from(JSON.stringify(answer)))).toBe(0);
      expect(JSON.stringify(answer)).not.toContain(code!.slice(0, 10));
    }
  });

  it('appear in no byte of the data folder, nor in a log', async () => {
    const found: string[] = [];
    let files = 0;
    for await (const { path, bytes } of filesBelow(city.data)) {
      files++;
      if (countIdentities(bytes) > 0) found.push(path);
    }
    expect(found).toEqual([]);
    expect(files).toBeGreaterThan(20);
    expect(countIdentities(Buffer.from(log.join('\n')))).toBe(0);
  });
});
