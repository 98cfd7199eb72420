/** @property gateway/security-events */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { securityEventTable } from '../../schema/securityEvents.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { DOCTOR, serveProduction, startIssuer, type TestIssuer } from '../city/productionCity.js';
import { runPolku } from '../city/runPolku.js';
import { signedPolicies, type SignedPolicies } from '../city/signedPolicies.js';

type Line = Readonly<Record<string, unknown>>;

describe('the file of security events', () => {
  let city: TestCity;
  let signed: SignedPolicies;
  let issuer: TestIssuer;
  let file: string;
  beforeAll(async () => {
    [city, signed, issuer] = [await makeCity(), await signedPolicies(), await startIssuer()];
    await signed.first();
    file = join(city.data, 'events.ndjson');
  });
  afterAll(async () => {
    issuer.close();
    await signed.remove();
    await city.remove();
  });
  const text = () => readFile(file, 'utf8');
  const lines = async () =>
    (await text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  const serve = (keys: object = {}) =>
    serveProduction(city.data, signed, issuer, { keys: { 'log.securityEvents': file, ...keys } });

  it('has the start with its configuration, the policy, refusals and break-glass without names', async () => {
    const first = await serve();
    const query = '{ persons(first: 1) { nodes { birthYear } } }';
    const reason = { 'polku-break-glass': 'Matti cannot speak' };
    expect((await first.ask(DOCTOR, query, {}, reason)).errors).toBeUndefined();
    expect(
      (await first.ask({ ...DOCTOR, purposes: ['care'] }, query, {}, { 'purpose-of-use': 'planning' }))
        .status,
    ).toBe(403);
    await first.stop();
    await (await serve({ 'gateway.epoch': '2' })).stop();

    const events = await lines();
    for (const { event, severity, time, service } of events) {
      expect(securityEventTable[event as keyof typeof securityEventTable].severity).toBe(severity);
      expect([new Date(time as string).toISOString(), service]).toEqual([time, 'gateway']);
    }
    const of = (name: string) => events.filter(({ event }) => event === name);
    expect(of('configuration').map(({ changed }) => changed)).toEqual([false, true]);
    expect(of('policy-in-force')).toHaveLength(2);
    expect(of('break-glass')).toEqual([
      expect.objectContaining({
        outcome: 'answered',
        purpose: 'care',
        decisionId: expect.any(String),
        subject: expect.any(String),
      }),
    ]);
    expect(of('refused')).toEqual([
      expect.objectContaining({ code: 'PURPOSE_NOT_HELD', outcome: 'refused' }),
    ]);
    expect(await text()).not.toMatch(/Matti|somebody|H-2001/);
  });

  it('gets the events of commands: marks, policies and risk models', async () => {
    const before = (await lines()).length;
    const env = { ...process.env, POLKU_LOG_SECURITY_EVENTS: file };
    const person = (await readFile(join(city.exports, 'population', 'henkilot.csv'), 'utf8')).split('\n')[1]!;
    const [code] = /\d{6}[-+A-FU-Y]9\d\d[0-9A-Y]/.exec(person)!;
    const mark = (action: string) =>
      runPolku(['mark', action, 'restriction', '--registry', 'health', '--data', city.data], {
        env,
        input: `${code}\n`,
      });
    for (const { errors } of [await mark('add'), await mark('lift')]) expect(errors).toBe('');
    await signed.propose('health-1', await signed.sources('health.yaml', (policy) => `${policy}\n# 2\n`));
    const place = ['--data', city.data, '--owners', signed.owners];
    const approved = await runPolku(
      [
        'policy',
        'approve',
        '2',
        '--yes',
        '--store',
        signed.store,
        ...place,
        '--key',
        signed.keyFile('health-2'),
      ],
      { env },
    );
    expect(approved.errors).toBe('');
    const stopped = await runPolku(
      ['risk', 'stop', ...place, '--key', signed.keyFile('health-1'), '--reason', 'Meikäläinen asked'],
      { env },
    );
    expect(stopped.errors).toBe('');
    const events = (await lines()).slice(before);
    expect(events).toMatchObject([
      { event: 'marks-added', kind: 'restriction', registry: 'health', people: 1, service: 'command' },
      { event: 'marks-lifted', kind: 'restriction', registry: 'health', people: 1 },
      { event: 'policy-signed', sequence: 2, missing: 0 },
      { event: 'risk-model', action: 'stop' },
    ]);
    expect(await text()).not.toContain(code);
    expect(await text()).not.toMatch(/Meikäläinen|health-1|health-2/);
  });
});
