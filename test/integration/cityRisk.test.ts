import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { registerTrust } from '../../gateway/cli/runtime/openPolicy.js';
import { RegisterStore } from '../../subgraphs/risk/register/registerStore.js';
import { RiskDesk } from '../../subgraphs/risk/register/riskDesk.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { type ServedCity, serveCity } from '../city/serveCity.js';
import { smallModel } from '../risk/smallModel.js';

const familyTeam = { persona: 'family-team', purpose: 'child-protection' };

describe('x', () => {
  let city: TestCity;
  let served: ServedCity;
  beforeAll(async () => {
    city = await makeCity();
    const desk = new RiskDesk({ store: new RegisterStore(city.data), trust: registerTrust({ dev: true }) });
    const version = await desk.addModel(smallModel());
    await desk.approve(version, 'because', undefined);
    served = await serveCity(city);
  });
  afterAll(async () => {
    await served?.stop();
    await city?.remove();
  });
  it('y', async () => {
    const { data, errors } = await served.client.ask({ ...familyTeam, query: `{ persons(first: 100) { nodes { id birthYear childProtectionRisk(asOf: "2015-Q1") {
      status withheld probability interval { from until } percentile score base missing baseRate switchedOffBecause
      contributions { registries factors { id label(language: FI) } logOdds } model { version trainedAt approvedAt } calibration { from until children predicted observed }
      limits humanOversight child { id } } } } }` });
    expect(errors).toBeUndefined();
    const nodes = (data as any).persons.nodes;
    const counts: any = {};
    for (const n of nodes) { const s = n.childProtectionRisk.status; counts[s] = (counts[s] ?? 0) + 1; }
    console.log(JSON.stringify(counts), JSON.stringify(nodes.find((n: any) => n.childProtectionRisk.status === 'ASSESSED'), null, 1));
  });
});
