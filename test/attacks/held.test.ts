/**
 * @property gateway/known-attacks Attacks that broke other gateways fail here, and each planted hole is
 * found.
 * @enforcedBy gateway/gateway.ts
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Secrets } from '../../cli/runtime/secrets.js';
import { packageRoot } from '../../lib/packageRoot.js';
import { freePort } from '../city/freePort.js';
import type { HostileRegistry } from '../city/hostileRegistry.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import {
  DATA_OWNER,
  DOCTOR,
  type ProductionCity,
  serveProduction,
  startIssuer,
  type TestIssuer,
} from '../city/productionCity.js';
import { serveCity, type ServedCity } from '../city/serveCity.js';
import type { SignedPolicies } from '../city/signedPolicies.js';
import { approveSmallModel } from '../risk/approveSmallModel.js';
import { devTokens } from './requester.js';
import { attacks } from './attacks.js';
import { approvalAttacks } from './attacks/approvals.js';
import { imposterAttacks } from './attacks/imposters.js';
import { tokenAttacks } from './attacks/tokens.js';
import { attacksPage } from './attacksPage.js';
import { eachAttack, heldOr, labelled } from './heldAttacks.js';
import { type OverheardRegistry, startOverheard } from './heldRegistries.js';
import { signedWithPasskey } from './signedWithPasskey.js';
import { startImposter } from './startImposter.js';
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

describe('attacks on a gateway that explains refusals, with test registries', () => {
  let registries: OverheardRegistry[];
  let served: ServedCity;
  let target: Target;
  beforeAll(async () => {
    const gatewayPort = await freePort();
    await new Secrets(join(city.data, 'secrets')).gatewayKey();
    registries = [];
    for (const name of ['health', 'social'])
      registries.push(await startOverheard(name, { data: city.data, gatewayPort }));
    const remote = new Map(registries.map(({ name, between }) => [name, between]));
    served = await serveCity(city, { port: gatewayPort, remote });
    const tokens = (await devTokens(served.url))!;
    // A request that reaches both registries, to be captured.
    const first = new Target(served.url, tokens);
    const [{ requester }] = await first.whoSee(
      'Query.persons',
      'Person.healthContacts',
      'Person.socialContacts',
    );
    await first.ask(
      requester,
      '{ persons(first: 1) { nodes { healthContacts { id } socialContacts { id } } } }',
    );
    target = new Target(
      served.url,
      tokens,
      registries.map((registry) => registry.port()),
    );
  });
  afterAll(async () => {
    await served.stop();
    await Promise.all(registries.map((registry) => registry.stop()));
  });

  it.each(eachAttack)('%s: held', async (_, attack) => {
    expect(await attack.run(target)).toEqual(
      heldOr(attack, [
        '6A82',
        '6AA1',
        '7E14',
        '18CA',
        'E217',
        '4D6F',
        '2DD2',
        'B7A1',
        'C8D2',
        '7BB2',
        'A5C1',
      ]),
    );
  });
});

describe('attacks on a gateway with one hostile registry', () => {
  let imposter: HostileRegistry;
  let served: ServedCity;
  let target: Target;
  beforeAll(async () => {
    imposter = await startImposter(city.data);
    served = await serveCity(city, { remote: new Map([[imposter.name, imposter.url]]) });
    target = new Target(served.url, (await devTokens(served.url))!, [], imposter);
  });
  afterAll(async () => {
    await served.stop();
    await imposter.stop();
  });

  it.each(imposterAttacks.map(labelled))(
    'G01: %s: held',
    async (_, attack) => {
      expect(await attack.run(target)).toEqual({ outcome: 'held' });
    },
    120_000,
  );
});

describe('attacks on a gateway whose identity provider signs any token', () => {
  let issuer: TestIssuer;
  let signed: SignedPolicies;
  let served: ProductionCity;
  let target: Target;
  beforeAll(async () => {
    [issuer, signed] = [await startIssuer(), await signedWithPasskey()];
    served = await serveProduction(city.data, signed, issuer);
    const tokens = {
      doctor: await issuer.token(DOCTOR),
      'data-owner': await issuer.token(DATA_OWNER),
    };
    target = new Target(served.url, tokens, [], undefined, issuer);
  });
  afterAll(async () => {
    await served.stop();
    await signed.remove();
    issuer.close();
  });

  it.each(tokenAttacks.filter(({ id }) => id === '7BB2').map(labelled))(
    'G13: %s: held',
    async (_, attack) => {
      expect(await attack.run(target)).toEqual({ outcome: 'held' });
    },
  );

  it.each(approvalAttacks.map(labelled))('%s: held', async (_, attack) => {
    expect(await attack.run(target)).toEqual({ outcome: 'held' });
  });
});

describe('attacks', () => {
  it('have unique ids of four hexadecimal digits', () => {
    const ids = attacks.map(({ id }) => id);
    expect(ids.filter((id) => !/^[0-9A-F]{4}$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('are listed in docs/attacks.md (npm run attacks -- --page > docs/attacks.md)', async () => {
    const page = await readFile(join(packageRoot(), 'docs', 'attacks.md'), 'utf8');
    expect(page).toBe(attacksPage());
  });
});
