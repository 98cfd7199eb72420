/**
 * @property gateway/known-attacks
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { serveCity, type ServedCity } from '../city/serveCity.js';
import { approveSmallModel } from '../risk/approveSmallModel.js';
import { devTokens } from './requester.js';
import { eachAttack, heldOr } from './heldAttacks.js';
import { sharpPolicies } from './sharpPolicies.js';
import { Target } from './target.js';

let city: TestCity;
beforeAll(async () => {
  // The gateway prints that it waits for its registries.
  city = await makeCity();
  await approveSmallModel(city.data);
});
afterAll(async () => {
  await city.remove();
});

describe('attacks on a concealing gateway with stricter policies', () => {
  let policies: Awaited<ReturnType<typeof sharpPolicies>>;
  let served: ServedCity;
  let target: Target;
  beforeAll(async () => {
    policies = await sharpPolicies();
    served = await serveCity(city, { policies: policies.folder, conceal: true });
    target = new Target(served.url, (await devTokens(served.url))!);
  });
  afterAll(async () => {
    await served.stop();
    await policies.remove();
  });

  it.each(eachAttack)('%s: held', async (_, attack) => {
    expect(await attack.run(target)).toEqual(
      heldOr(attack, ['1A3B', '2B4D', '3C5E', '4D6F', '2DD2', 'B7A1', 'C8D2', '7BB2', 'A5C1']),
    );
  });
});
