/**
 * @property gateway/known-attacks
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { DOCTOR, startIssuer } from '../city/productionCity.js';
import { signedPolicies, type SignedPolicies } from '../city/signedPolicies.js';
import { approveSmallModel } from '../risk/approveSmallModel.js';
import { devTokens } from './requester.js';
import { attacks } from './attacks.js';
import { type Mutant, mutants } from './planted/mutants.js';
import { startPlanted } from './planted/plantedGateway.js';
import { sharpPolicies } from './sharpPolicies.js';
import { startImposter } from './startImposter.js';
import { Target } from './target.js';

let city: TestCity;
let policies: Awaited<ReturnType<typeof sharpPolicies>>;
let signed: SignedPolicies;
beforeAll(async () => {
  [city, policies, signed] = [await makeCity(), await sharpPolicies(), await signedPolicies()];
  await approveSmallModel(city.data);
  await signed.first();
});
afterAll(() => Promise.all([city.remove(), policies.remove(), signed.remove()]));

describe('attacks find the planted hole in a gateway', () => {
  it.concurrent.each(mutants.map((mutant): [string, Mutant] => [mutant.hole, mutant]))(
    '%s',
    async (_, { holes, conceal = false, hasImposter = false, hasForger = false, foundBy }) => {
      const imposter = hasImposter ? await startImposter(city.data) : undefined;
      const forger = hasForger ? await startIssuer() : undefined;
      const gateway = await startPlanted({
        data: city.data,
        users: forger
          ? [
              ...['--issuer', forger.issuer, '--jwks', forger.jwks],
              ...['--policies-from', signed.store, '--owners', signed.owners],
            ]
          : ['--dev', '--policies', policies.folder],
        holes,
        conceal,
        remote: imposter,
      });
      try {
        const tokens = forger ? { doctor: await forger.token(DOCTOR) } : await devTokens(gateway.url);
        const target = new Target(gateway.url, tokens!, [], imposter, forger);
        const outcomes: string[] = [];
        for (const attack of attacks.filter(({ id }) => foundBy.includes(id)))
          outcomes.push(`${attack.id} ${(await attack.run(target)).outcome}`);
        expect(outcomes.sort()).toEqual(foundBy.map((id) => `${id} broken`).sort());
      } finally {
        await gateway.stop();
        await imposter?.stop();
        forger?.close();
      }
    },
    // Several gateways start at once on few cores.
    180_000,
  );
});
