/**
 * @property risk/signed-through-gateway Through the gateway, too, a model is approved, stopped and resumed
 * only by the signature of a person who may, over the exact next entry of the register.
 * @enforcedBy risk-model/register/riskRegisterService.ts, policies/risk.yaml
 */
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signPayload } from '../../approvals/personKey.js';
import { registerTrust } from '../../cli/runtime/openPolicy.js';
import { RegisterStore } from '../../risk-model/register/registerStore.js';
import { RiskRegisterService } from '../../risk-model/register/riskRegisterService.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import {
  DATA_OWNER,
  DOCTOR,
  FAMILY_TEAM,
  type ProductionCity,
  serveProduction,
  startIssuer,
  type TestIssuer,
} from '../city/productionCity.js';
import { signedPolicies, type SignedPolicies, type Signer } from '../city/signedPolicies.js';
import { smallModel } from '../risk/smallModel.js';

const REGISTER = `{
  riskRegister {
    isSigned serving
    versions { version standing missing approvals { person comment } card { trainedAt limits(language: FI) data { children factorsUsed } horizons { years baseRate } quality { auc } terms { factors { label } least most } } }
    stops { sequence version person comment resumers missing }
    history { sequence act version stop person comment }
    shadow { version }
  }
}`;
const DRAFT = `query ($order: RiskOrder!, $reason: String!, $person: String, $version: String, $stop: Int) {
  riskRegisterDraft(order: $order, reason: $reason, person: $person, version: $version, stop: $stop) { payload }
}`;
const STATE = '{ serving versions { standing missing } stops { sequence missing resumers } }';
const mutation = (name: string) =>
  `mutation ($payload: String!, $signature: String) { ${name}(payload: $payload, signature: $signature) ${STATE} }`;
const mutations = {
  APPROVE: 'approveRiskModel',
  STOP: 'stopRiskModels',
  RESUME: 'resumeRiskModels',
} as const;
const RISKS =
  '{ persons(first: 20) { nodes { childProtectionRisk(asOf: "2012-Q1") { status switchedOffBecause } } } }';

interface Order {
  readonly order: keyof typeof mutations;
  readonly reason?: string;
  readonly person?: Signer | 'nobody';
  readonly version?: string;
  readonly stop?: number;
}

describe('the register of risk models through a gateway in production', () => {
  let city: TestCity;
  let signed: SignedPolicies;
  let issuer: TestIssuer;
  let served: ProductionCity;
  let version: string;

  beforeAll(async () => {
    [city, signed, issuer] = await Promise.all([makeCity(), signedPolicies(), startIssuer()]);
    await signed.first();
    const service = new RiskRegisterService({
      store: new RegisterStore(city.data),
      trust: registerTrust({ owners: signed.owners }),
    });
    version = await service.addModel(smallModel());
    served = await serveProduction(city.data, signed, issuer);
  });
  afterAll(async () => {
    await served?.stop();
    issuer?.close();
    await Promise.all([city?.remove(), signed?.remove()]);
  });

  const codes = ({ errors }: { errors?: readonly { extensions?: Record<string, unknown> }[] }) =>
    errors?.map(({ extensions }) => extensions?.['code']);
  const draft = async (order: Order) => served.ask(DATA_OWNER, DRAFT, { reason: 'because', ...order });
  const payloadOf = async (order: Order) => {
    const { data, errors } = await draft(order);
    expect(errors).toBeUndefined();
    return (data!['riskRegisterDraft'] as { payload: string }).payload;
  };
  const send = (order: Order['order'], payload: string, signature: string | null) =>
    served.ask(DATA_OWNER, mutation(mutations[order]), { payload, signature });
  const sign = async (payload: string, person: Signer | 'stranger') =>
    signPayload(payload, await signed.key(person));
  const give = async (order: Order & { readonly person: Signer }) => {
    const payload = await payloadOf(order);
    const { data, errors } = await send(order.order, payload, await sign(payload, order.person));
    expect(errors).toBeUndefined();
    return data![mutations[order.order]];
  };
  const statuses = async () => {
    const { data } = await served.ask(FAMILY_TEAM, RISKS);
    const { nodes } = data!['persons'] as { nodes: { childProtectionRisk: { status: string } }[] };
    return new Set(nodes.map(({ childProtectionRisk: { status } }) => status));
  };

  it('is shown to data owners with the model card, and to nobody else', async () => {
    const { data, errors } = await served.ask(DATA_OWNER, REGISTER);
    expect(errors).toBeUndefined();
    expect(data!['riskRegister']).toMatchObject({
      isSigned: true,
      serving: null,
      versions: [
        {
          version,
          standing: 'WAITING',
          missing: 2,
          approvals: [],
          card: { data: { children: 900, factorsUsed: 8 }, quality: null },
        },
      ],
      stops: [],
      history: [{ sequence: 1, act: 'TRAINED', version, person: null }],
    });
    expect(JSON.stringify(data)).toContain('Luku ennustaa lastensuojelun asiakkuutta');
    expect(codes(await served.ask(DOCTOR, REGISTER))).toContain('GRAPHQL_VALIDATION_FAILED');
    expect(codes(await served.ask(FAMILY_TEAM, REGISTER))).toContain('GRAPHQL_VALIDATION_FAILED');
    for (const name of Object.values(mutations))
      expect(codes(await served.ask(FAMILY_TEAM, mutation(name), { payload: 'x', signature: 'x' }))).toEqual([
        'GRAPHQL_VALIDATION_FAILED',
      ]);
  });

  it('lets a version serve at once after two people of its owner have signed', async () => {
    const first = await give({ order: 'APPROVE', version, person: 'city-1' });
    expect(first).toMatchObject({ serving: null, versions: [{ standing: 'WAITING', missing: 1 }] });
    expect(await statuses()).toEqual(new Set(['NO_MODEL']));
    expect(codes(await draft({ order: 'APPROVE', version, person: 'city-1' }))).toEqual(['BAD_USER_INPUT']);
    const second = await give({ order: 'APPROVE', version, person: 'city-2' });
    expect(second).toMatchObject({ serving: version, versions: [{ standing: 'SERVES', missing: 0 }] });
    expect(await statuses()).toContain('ASSESSED');
  });

  it('stops at once by one person of any owner, with the reason, and resumes by two of that owner', async () => {
    const stopped = await give({ order: 'STOP', person: 'health-1', reason: 'codes have changed' });
    const [stop] = (stopped as { stops: { sequence: number }[] }).stops;
    expect(stopped).toMatchObject({ serving: null, stops: [{ missing: 2, resumers: [] }] });
    expect(await statuses()).toEqual(new Set(['SWITCHED_OFF']));
    const { data } = await served.ask(FAMILY_TEAM, RISKS);
    expect(JSON.stringify(data)).toContain('"switchedOffBecause":"codes have changed"');
    const resume = { order: 'RESUME', stop: stop!.sequence } as const;
    expect(codes(await draft({ ...resume, person: 'city-1' }))).toEqual(['SIGNATURE_INVALID']);
    expect(await give({ ...resume, person: 'health-1' })).toMatchObject({
      serving: null,
      stops: [{ missing: 1, resumers: ['health-1'] }],
    });
    expect(await statuses()).toEqual(new Set(['SWITCHED_OFF']));
    expect(await give({ ...resume, person: 'health-2' })).toMatchObject({ serving: version, stops: [] });
    expect(await statuses()).toContain('ASSESSED');
  });

  it.each([
    ['no signature', async () => null, 'SIGNATURE_INVALID'],
    ["a stranger's signature", async (payload: string) => sign(payload, 'stranger'), 'SIGNATURE_INVALID'],
    ["another person's signature", async (payload: string) => sign(payload, 'city-1'), 'SIGNATURE_INVALID'],
    ['a signature that is none', async () => 'x', 'SIGNATURE_INVALID'],
  ] as const)('is not changed by a stop with %s', async (_, signature, code) => {
    const payload = await payloadOf({ order: 'STOP', person: 'health-1' });
    expect(codes(await send('STOP', payload, await signature(payload)))).toEqual([code]);
    expect(await statuses()).toContain('ASSESSED');
  });

  it('is not changed by a signature that comes from another login than that of its person', async () => {
    const owners = await readFile(signed.owners, 'utf8');
    const payload = await payloadOf({ order: 'STOP', person: 'health-1' });
    const signature = await sign(payload, 'health-1');
    await writeFile(signed.owners, owners.replace('health-1: {', 'health-1: { login: somebody-else,'));
    expect(codes(await send('STOP', payload, signature))).toEqual(['SIGNATURE_INVALID']);
    expect(await statuses()).toContain('ASSESSED');
    await writeFile(signed.owners, owners.replace('health-1: {', 'health-1: { login: somebody,'));
    const stopped = await give({ order: 'STOP', person: 'health-1' });
    await writeFile(signed.owners, owners);
    const [stop] = (stopped as { stops: { sequence: number }[] }).stops;
    for (const person of ['health-1', 'health-2'] as const)
      await give({ order: 'RESUME', stop: stop!.sequence, person });
  });

  it('is not changed by a text that was altered, signed for another step, or used before', async () => {
    const payload = await payloadOf({ order: 'STOP', person: 'health-1', reason: 'one' });
    const signature = await sign(payload, 'health-1');
    expect(codes(await send('STOP', payload.replace('one', 'two'), signature))).toEqual([
      'SIGNATURE_INVALID',
    ]);
    expect(codes(await send('APPROVE', payload, signature))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await send('STOP', 'no entry', signature))).toEqual(['BAD_USER_INPUT']);
    const nobodys = payload.replace(/"person": .*,/, '"person": null,');
    expect(codes(await send('STOP', nobodys, null))).toEqual(['SIGNATURE_INVALID']);
    const old = payload.replace(/"time": "\d{4}/, '"time": "2001');
    expect(codes(await send('STOP', old, await sign(old, 'health-1')))).toEqual(['RISK_REGISTER_STALE']);
    const { errors } = await send('STOP', payload, signature);
    expect(errors).toBeUndefined();
    expect(codes(await send('STOP', payload, signature))).toEqual(['RISK_REGISTER_STALE']);
    const { data } = await served.ask(DATA_OWNER, REGISTER);
    const { stops } = data!['riskRegister'] as { stops: { sequence: number }[] };
    for (const person of ['health-1', 'health-2'] as const)
      await give({ order: 'RESUME', stop: stops[0]!.sequence, person });
  });

  it.each([
    ['by a person of no owner', { order: 'STOP', person: 'nobody' }, 'SIGNATURE_INVALID'],
    ['by nobody', { order: 'STOP' }, 'SIGNATURE_INVALID'],
    ['without a reason', { order: 'STOP', person: 'health-1', reason: ' ' }, 'BAD_USER_INPUT'],
    [
      'with an identity code as the reason',
      { order: 'STOP', person: 'health-1', reason: 'see 010190-999R' },
      'BAD_USER_INPUT',
    ],
    ['of a version that is not there', { order: 'STOP', version: 'x', person: 'health-1' }, 'BAD_USER_INPUT'],
    ['of no version', { order: 'APPROVE', person: 'city-1' }, 'BAD_USER_INPUT'],
    ['of a stop that is not there', { order: 'RESUME', stop: 999, person: 'city-1' }, 'BAD_USER_INPUT'],
  ] as const)('drafts nothing %s', async (_, order, code) => {
    expect(codes(await draft(order))).toEqual([code]);
  });
});
