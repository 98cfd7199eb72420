/**
 * @property gateway/known-attacks
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { DATA_OWNER, DOCTOR, startIssuer } from '../city/productionCity.js';
import { approveSmallModel } from '../risk/approveSmallModel.js';
import { devTokens } from './requester.js';
import { attacks } from './attacks.js';
import { type Mutant, mutants } from './planted/mutants.js';
import { startPlanted } from './planted/plantedGateway.js';
import { sharpPolicies } from './sharpPolicies.js';
import { signedWithPasskey } from './signedWithPasskey.js';
import { startImposter } from './startImposter.js';
import { Target } from './target.js';

let city: TestCity;
let policies: Awaited<ReturnType<typeof sharpPolicies>>;
beforeAll(async () => {
  [city, policies] = [await makeCity(), await sharpPolicies()];
  await approveSmallModel(city.data);
});
afterAll(() => Promise.all([city.remove(), policies.remove()]));

describe('attacks find the planted hole in a gateway', () => {
  it.concurrent.each(mutants.map((mutant): [string, Mutant] => [mutant.hole, mutant]))(
    '%s',
    async (_, { holes, conceal = false, hasImposter = false, hasForger = false, foundBy }) => {
      const imposter = hasImposter ? await startImposter(city.data) : undefined;
      const forger = hasForger ? await startIssuer() : undefined;
      // A hole may let an attack write into the store, so no other gateway reads this one.
      const signed = forger && (await signedWithPasskey());
      const gateway = await startPlanted({
        data: city.data,
        users: signed
          ? [
              ...['--issuer', forger!.issuer, '--jwks', forger!.jwks],
              ...['--policies-from', signed.store, '--owners', signed.owners],
            ]
          : ['--dev', '--policies', policies.folder],
        holes,
        conceal,
        remote: imposter,
      });
      try {
        const tokens = forger
          ? { doctor: await forger.token(DOCTOR), 'data-owner': await forger.token(DATA_OWNER) }
          : await devTokens(gateway.url);
        const target = new Target(gateway.url, tokens!, [], imposter, forger);
        const outcomes: string[] = [];
        for (const attack of attacks.filter(({ id }) => foundBy.includes(id)))
          outcomes.push(`${attack.id} ${(await attack.run(target)).outcome}`);
        expect(outcomes.sort()).toEqual(foundBy.map((id) => `${id} broken`).sort());
      } finally {
        await gateway.stop();
        await imposter?.stop();
        forger?.close();
        await signed?.remove();
      }
    },
    // Several gateways start at once on few cores.
    180_000,
  );
});
