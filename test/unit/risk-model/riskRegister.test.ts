/**
 * @property risk/signed-models A model serves when two people of its owner signed that very file. Any data
 * owner stops it alone, in running servers. A damaged register stops it, too.
 * @enforcedBy risk-model/register, approvals/signedDocument.ts
 * @property risk/shadow-models Scores of a model in shadow mode are counted and shown to nobody.
 * @enforcedBy risk-model/register/shadowTable.ts
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RegisterTrust } from '../../../risk-model/register/verifyRegister.js';
import { LiveRiskModel } from '../../../risk-model/register/liveRiskModel.js';
import { RegisterStore } from '../../../risk-model/register/registerStore.js';
import {
  type RegisterSigner,
  RiskRegisterService,
} from '../../../risk-model/register/riskRegisterService.js';
import { BANDS, readShadowCounts } from '../../../risk-model/register/shadowTable.js';
import { tamper } from '../../city/signedPolicies.js';
import { registerPeople, type RegisterPerson } from '../../risk/registerPeople.js';
import { smallModel, smallTerms } from '../../risk/smallModel.js';

const { owners, key, stranger } = registerPeople();
const by = (person: RegisterPerson): RegisterSigner => ({ person, key: key(person) });
const FACTORS = new Set([...smallTerms.flatMap(([factors]) => factors), 'population.child.age']);

describe('the register of risk models', () => {
  let data: string;
  let service: RiskRegisterService;
  let live: LiveRiskModel;

  const serviceOf = (trust: RegisterTrust) =>
    new RiskRegisterService({ store: new RegisterStore(data), trust: () => Promise.resolve(trust) });
  const liveOf = (trust: RegisterTrust) =>
    new LiveRiskModel({ data, trust: () => Promise.resolve(trust), factors: FACTORS });
  /** The version that a server serves now, or why it serves none. */
  const serves = async (server = live) => {
    await server.refresh();
    const inForce = server.inForce();
    return inForce.state === 'serving' ? inForce.model.version : inForce.state;
  };
  const approve = async (version: string, ...people: RegisterPerson[]) => {
    for (const person of people) await service.approve(version, 'because', by(person));
  };
  const entryFile = async (number: number) =>
    join(data, 'risk', 'register', (await readdir(join(data, 'risk', 'register'))).sort()[number - 1]!);

  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'polku-register-'));
    service = serviceOf(owners);
    live = liveOf(owners);
  });
  afterEach(() => rm(data, { recursive: true }));

  it('lets a version serve when two people of its owner have approved it, and not before', async () => {
    expect(await serves()).toBe('no-model');
    const version = await service.addModel(smallModel());
    expect(await serves()).toBe('no-model');
    expect((await service.approve(version, 'because', by('risk-1'))).missing).toBe(1);
    expect(await serves()).toBe('no-model');
    await approve(version, 'risk-2');
    expect(await serves()).toBe(version);
  });

  it.each<[string, RegisterSigner, string]>([
    ['the same person again', by('risk-1'), 'USAGE'],
    ['a person of another owner', by('health-1'), 'SIGNATURE_INVALID'],
    ['a person who has left', by('gone'), 'SIGNATURE_INVALID'],
    ["a stranger's key in another name", { person: 'risk-2', key: stranger }, 'SIGNATURE_INVALID'],
    ['a stranger', { person: 'stranger', key: stranger }, 'SIGNATURE_INVALID'],
  ])('rejects an approval by %s', async (_, signer, code) => {
    const version = await service.addModel(smallModel());
    await approve(version, 'risk-1');
    await expect(service.approve(version, 'because', signer)).rejects.toMatchObject({ code });
    expect(await serves()).toBe('no-model');
  });

  it('ignores an unsigned approval, except with --dev', async () => {
    const version = await serviceOf('unsigned').addModel(smallModel());
    await serviceOf('unsigned').approve(version, 'because', undefined);
    expect(await serves(liveOf('unsigned'))).toBe(version);
    expect(await serves()).toBe('no-model');
  });

  it('serves the version approved last, and never a retired one', async () => {
    const [first, second] = [
      await service.addModel(smallModel()),
      await service.addModel(smallModel(smallTerms.slice(1))),
    ];
    await approve(second, 'risk-1', 'risk-2');
    await approve(first, 'risk-1', 'risk-2');
    expect(await serves()).toBe(first);
    await service.retire(first, 'another is better', by('risk-3'));
    expect(await serves()).toBe(second);
    await expect(service.approve(first, 'again', by('risk-1'))).rejects.toThrow('is retired');
  });

  it('is stopped by one person of any owner, and resumed only by two people of that owner', async () => {
    const version = await service.addModel(smallModel());
    await approve(version, 'risk-1', 'risk-2');
    expect(await serves()).toBe(version);
    const stop = await service.stop(undefined, 'families were not told', by('health-1'));
    expect(await serves()).toBe('switched-off');
    expect(live.inForce()).toMatchObject({ reason: 'families were not told' });
    await expect(service.resume(stop, 'x', by('risk-1'))).rejects.toMatchObject({
      code: 'SIGNATURE_INVALID',
    });
    expect(await service.resume(stop, 'they are now', by('health-1'))).toBe(false);
    expect(await serves()).toBe('switched-off');
    await expect(service.resume(stop, 'x', by('health-1'))).rejects.toThrow('another person');
    expect(await service.resume(stop, 'they are now', by('health-2'))).toBe(true);
    expect(await serves()).toBe(version);
  });

  it('rejects a stop by a person of no owner, and accepts an unsigned stop', async () => {
    const version = await service.addModel(smallModel());
    await approve(version, 'risk-1', 'risk-2');
    await expect(service.stop(undefined, 'x', by('nobodys'))).rejects.toMatchObject({
      code: 'SIGNATURE_INVALID',
    });
    const stop = await serviceOf('unsigned').stop(undefined, 'at once', undefined);
    expect(await serves()).toBe('switched-off');
    await serviceOf('unsigned').resume(stop, 'x', undefined);
    expect(await serves()).toBe('switched-off');
  });

  it('stops one version, and other approved versions go on', async () => {
    const [first, second] = [
      await service.addModel(smallModel()),
      await service.addModel(smallModel(smallTerms.slice(1))),
    ];
    await approve(first, 'risk-1', 'risk-2');
    await approve(second, 'risk-1', 'risk-2');
    await service.stop(second, 'it drifts', by('health-1'));
    expect(await serves()).toBe(first);
    await service.stop(first, 'it, too', by('health-1'));
    expect(await serves()).toBe('switched-off');
  });

  it('serves only the file that was approved', async () => {
    const version = await service.addModel(smallModel());
    await approve(version, 'risk-1');
    const file = join(data, 'risk', 'models', `${version}.json`);
    await tamper(file, (text) => text.replace('-3000000', '-9000000'));
    await expect(approve(version, 'risk-2')).rejects.toMatchObject({ code: 'RISK_MODEL_INVALID' });
    await writeFile(file, smallModel());
    await approve(version, 'risk-2');
    await tamper(file, (text) => text.replace('-3000000', '-9000000'));
    await expect(live.refresh()).rejects.toMatchObject({ code: 'RISK_MODEL_INVALID' });
    expect(live.inForce().state).toBe('switched-off');
    await writeFile(file, smallModel());
    expect(await serves()).toBe(version);
  });

  it('does not serve a model with unknown factors', async () => {
    const version = await service.addModel(smallModel([[['health.moods'], [0, 0, 1]]]));
    await approve(version, 'risk-1', 'risk-2');
    await expect(live.refresh()).rejects.toThrow('health.moods');
    expect(live.inForce().state).toBe('switched-off');
  });

  it.each<[string, (text: string) => string]>([
    ['an approval moved to another file', (text) => text.replace(/(sha256\W+)[0-9a-f]{8}/, '$100000000')],
    ['an approval by somebody else', (text) => text.replace('risk-1', 'risk-3')],
    ['a text that is not an entry', () => '{}'],
  ])('switches every model off if it is damaged: %s', async (_, change) => {
    const version = await service.addModel(smallModel());
    await approve(version, 'risk-1', 'risk-2');
    expect(await serves()).toBe(version);
    const file = await entryFile(2);
    const text = await readFile(file, 'utf8');
    await tamper(file, change);
    await expect(live.refresh()).rejects.toMatchObject({
      code: expect.stringMatching(/^(RISK_REGISTER|SIGNATURE)_INVALID$/) as unknown,
    });
    expect(live.inForce().state).toBe('switched-off');
    await expect(service.stop(undefined, 'x', by('health-1'))).rejects.toThrow();
    await writeFile(file, text);
    expect(await serves()).toBe(version);
  });

  it.each([1, 2, 4])('switches every model off if entry %s is missing', async (number) => {
    const version = await service.addModel(smallModel());
    await approve(version, 'risk-1', 'risk-2');
    await service.stop(undefined, 'x', by('health-1'));
    expect(await serves()).toBe('switched-off');
    await rm(await entryFile(number));
    await expect(live.refresh()).rejects.toMatchObject({ code: 'RISK_REGISTER_INVALID' });
    expect(live.inForce().state).toBe('switched-off');
  });

  it('orders entries that are written at the same time', async () => {
    const versions = await Promise.all(
      [0, 1, 2, 3].map((left) => service.addModel(smallModel(smallTerms.slice(left)))),
    );
    await Promise.all(
      versions.flatMap((version) => [approve(version, 'risk-1'), approve(version, 'risk-2')]),
    );
    const register = await service.register();
    expect(register.entries.map(({ sequence }) => sequence)).toEqual(register.entries.map((_, at) => at + 1));
    expect(register.versions.map(({ missing }) => missing)).toEqual([0, 0, 0, 0]);
  });

  it('stores one evaluation for each version', async () => {
    const version = await service.addModel(smallModel());
    await service.addEvaluation(version, '{"auc":0.8}');
    expect((await service.register()).versions[0]!.evaluation).toMatch(/^[0-9a-f]{64}$/);
    await expect(service.addEvaluation(version, '{"auc":0.9}')).rejects.toThrow('already');
    await expect(service.addEvaluation('2017-01-01-00000000', '{}')).rejects.toThrow('There is no version');
  });

  it('runs a version in shadow mode: it stores counts only, and nobody sees the scores', async () => {
    const [first, second] = [
      await service.addModel(smallModel()),
      await service.addModel(smallModel([[['health.parents.T60.36m'], [0, 0, 6_000_000]]])),
    ];
    await approve(first, 'risk-1', 'risk-2');
    await service.shadow(second, 'to compare', by('risk-1'));
    expect(await serves()).toBe(first);
    const inForce = live.inForce();
    if (inForce.state !== 'serving') throw new Error('No model serves.');
    const values = new Map([...FACTORS].map((factor) => [factor, 1]));
    const exposure = Float32Array.of(1, 1, 1, 1, 1);
    const own = Float64Array.from(inForce.model.factors, (factor) => values.get(factor)!);
    for (let child = 0; child < 3; child++)
      inForce.scoreInShadow!({ values, shown: new Set(), exposure }, inForce.model.assess(own, exposure));
    await live.close();
    const again = liveOf(owners);
    expect(await serves(again)).toBe(first);
    await again.close();
    const counts = await readShadowCounts(data, first, second);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect(counts.slice(0, BANDS).every((count) => count === 0)).toBe(true);
    expect(counts.findIndex((count) => count === 3) % BANDS).toBe(BANDS - 1);
    await approve(second, 'risk-1', 'risk-2');
    expect(await serves()).toBe(second);
    expect(live.inForce()).not.toHaveProperty('scoreInShadow');
  });
});
