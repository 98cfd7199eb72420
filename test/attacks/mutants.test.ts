import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { approveSmallModel } from '../risk/approveSmallModel.js';
import { attacks } from './attacks.js';
import { openTarget } from './openTarget.js';
import { type Mutant, mutants } from './planted/mutants.js';
import { startPlanted } from './planted/plantedGateway.js';
import { sharpPolicies } from './sharpPolicies.js';
import { startImposter } from './startImposter.js';
import { Target } from './target.js';

let city: TestCity;
let policies: Awaited<ReturnType<typeof sharpPolicies>>;
beforeAll(async () => {
  [city, policies] = [await makeCity(), await sharpPolicies()];
  await approveSmallModel(city.data);
});
afterAll(() => Promise.all([city.remove(), policies.remove()]));

describe('a gateway with a planted hole: the attacks find that', () => {
  it.concurrent.each(mutants.map((mutant): [string, Mutant] => [mutant.hole, mutant]))(
    '%s',
    async (_, { holes, conceal = false, hasImposter = false, foundBy }) => {
      const imposter = hasImposter ? await startImposter(city.data) : undefined;
      const gateway = await startPlanted({
        data: city.data,
        policies: policies.folder,
        holes,
        conceal,
        remote: imposter,
      });
      try {
        const { url, tokens } = await openTarget(gateway.url);
        const target = new Target(url, tokens, [], imposter);
        const outcomes: string[] = [];
        for (const attack of attacks.filter(({ id }) => foundBy.includes(id)))
          outcomes.push(`${attack.id} ${(await attack.run(target)).outcome}`);
        expect(outcomes.sort()).toEqual(foundBy.map((id) => `${id} broken`).sort());
      } finally {
        await gateway.stop();
        await imposter?.stop();
      }
    },
    // Several start at once on few cores.
    180_000,
  );
});
