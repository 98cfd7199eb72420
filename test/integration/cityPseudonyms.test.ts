/**
 * @property gateway/sealed-ids
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identifyingTexts } from '../city/identifyingTexts.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { serveCity, type ServedCity } from '../city/serveCity.js';

const LOOK_UP = 'query ($code: IdentityCode!) { personByIdentityCode(code: $code) { id } }';
const ASK = 'query ($id: PersonID!) { person(id: $id) { birthYear } }';

const domains = [
  { persona: 'doctor', purpose: 'care' },
  { persona: 'social-worker', purpose: 'social-service' },
  { persona: 'social-worker', purpose: 'child-protection' },
];

describe('ids', () => {
  let city: TestCity;
  let served: ServedCity;
  let ids: string[];

  beforeAll(async () => {
    city = await makeCity();
    served = await serveCity(city);
    const [code] = (await identifyingTexts(city.exports)).codes;
    const answers = await Promise.all(
      domains.map((requester) => served.client.ask({ ...requester, query: LOOK_UP, variables: { code } })),
    );
    ids = answers.map(({ data }) => (data!['personByIdentityCode'] as { id: string }).id);
  });

  afterAll(async () => {
    await served?.stop();
    await city?.remove();
  });

  it('of one person differ between recipients, and between purposes of one recipient', () => {
    expect(new Set(ids).size).toBe(domains.length);
  });

  it('are accepted in their own domain, and refused elsewhere like ids that never existed', async () => {
    for (const [index, requester] of domains.entries()) {
      const own = await served.client.ask({ ...requester, query: ASK, variables: { id: ids[index] } });
      expect(own.errors).toBeUndefined();
      const foreign = await served.client.ask({
        ...requester,
        query: ASK,
        variables: { id: ids[(index + 1) % ids.length] },
      });
      const invented = await served.client.ask({
        ...requester,
        query: ASK,
        variables: { id: 'AAAAAAAAAAAAAAAAAAAAAA' },
      });
      expect(foreign.errors?.[0]?.extensions?.['code']).toBe('ID_UNKNOWN');
      expect(withoutDecision(foreign)).toEqual(withoutDecision(invented));
    }
  });

  it('change with the epoch', async () => {
    await served.stop();
    served = await serveCity(city, { epoch: '2' });
    const answer = await served.client.ask({ ...domains[0]!, query: ASK, variables: { id: ids[0] } });
    expect(answer.errors?.[0]?.extensions?.['code']).toBe('ID_UNKNOWN');
  });
});

function withoutDecision(answer: object): unknown {
  return JSON.parse(
    JSON.stringify(answer, (key, value: unknown) => (key === 'decisionId' ? undefined : value)),
  );
}
