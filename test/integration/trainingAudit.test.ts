/**
 * @property risk/training-recorded Training records everybody whose data it read, and they see it in their
 * own log.
 * @enforcedBy cli/risk/readChildren.ts
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readChildren } from '../../cli/risk/readChildren.js';
import { registerTrust } from '../../cli/runtime/openPolicy.js';
import { withRegistries } from '../../cli/runtime/openRegistries.js';
import { Secrets } from '../../cli/runtime/secrets.js';
import { openAuditLog } from '../../gateway/audit/auditLog.js';
import { type AuditRecord, PersonDigests } from '../../gateway/audit/auditRecord.js';
import { findRecords } from '../../gateway/audit/readRecords.js';
import { loginDomain } from '../../gateway/identity/bearerToken.js';
import { Domains, seal } from '../../gateway/pseudonyms.js';
import { parseQuarter } from '../../lib/calendar.js';
import { Linkage } from '../../linkage/linkage.js';
import { hetu } from '../../linkage/localId.js';
import { extract } from '../../registry-kit/extraction/extract.js';
import { RegisterStore } from '../../risk-model/register/registerStore.js';
import { RiskRegisterService } from '../../risk-model/register/riskRegisterService.js';
import { populationRegistry } from '../../subgraphs/population/tables.js';
import { riskSources } from '../../subgraphs/registries.js';
import { codesByKey } from '../city/codesByKey.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import {
  DOCTOR,
  type ProductionCity,
  resident,
  serveProduction,
  startIssuer,
  type TestIssuer,
} from '../city/productionCity.js';
import { runPolku } from '../city/runPolku.js';
import { signedPolicies, type SignedPolicies } from '../city/signedPolicies.js';
import { until } from '../city/until.js';
import { smallModel } from '../risk/smallModel.js';
import { record } from '../unit/gateway/audit/testLog.js';

/** A published test code that belongs to nobody. */
const NEW_CODE = '010594Y9032';

interface Entry {
  readonly id: string;
  readonly kind: string;
  readonly purpose: { readonly id: string };
  readonly recipient: { readonly id: string } | null;
  readonly categories: readonly { readonly id: string }[];
}

describe('a training next to a running gateway', () => {
  let city: TestCity;
  let signed: SignedPolicies;
  let issuer: TestIssuer;
  let served: ProductionCity;
  let children: readonly number[];

  beforeAll(async () => {
    city = await makeCity();
    signed = await signedPolicies();
    await signed.first();
    issuer = await startIssuer();
    served = await serveProduction(city.data, signed, issuer);
    await served.ask(DOCTOR, '{ persons(first: 5) { nodes { birthYear healthContacts { startedAt } } } }');
    const options = { data: city.data, policiesFrom: signed.store, owners: signed.owners };
    const table = await withRegistries(options, 'training', (open) =>
      readChildren({
        ...open,
        blocks: [parseQuarter('2007-Q1')!, parseQuarter('2012-Q1')!],
        by: 'a-test',
        role: 'model-developer',
        sources: riskSources,
      }),
    );
    children = [...new Set(table.person)];
  });
  afterAll(async () => {
    await served?.stop();
    issuer?.close();
    await Promise.all([signed?.remove(), city?.remove()]);
  });

  const audit = (words: readonly string[], input?: string) =>
    runPolku(['audit', ...words, '--data', city.data], input === undefined ? {} : { input });
  const secrets = () => new Secrets(join(city.data, 'secrets'));
  const linkage = async () =>
    Linkage.open({ dir: join(city.data, 'linkage'), secret: await secrets().linkage() });

  /** The log of a person who has logged in. */
  async function ownLog(person: number): Promise<readonly Entry[]> {
    const id = seal(loginDomain(new Domains(await secrets().domain()), '1'), 'PersonID', person);
    const { data, errors } = await served.ask(
      resident(id),
      '{ accessLog { id kind purpose { id } recipient { id } categories { id } } }',
    );
    expect(errors).toBeUndefined();
    return (data as { accessLog: readonly Entry[] }).accessLog;
  }

  async function found(person: number): Promise<AuditRecord[]> {
    const digests = PersonDigests.ofVersions(await secrets().audit());
    const records: AuditRecord[] = [];
    for await (const one of findRecords(city.data, { person: new Set([digests.of(person)]) }))
      records.push(one);
    return records;
  }

  it('A08: has a chain of its own, and both verify while the gateway runs', async () => {
    const { code, output } = await audit(['verify']);
    expect(output).toMatch(/^gateway: whole/m);
    expect(output).toMatch(/^training: whole/m);
    expect(code).toBe(0);
    expect((await served.ask(DOCTOR, '{ registries { name } }')).errors).toBeUndefined();
  });

  it('A08: is followed by an evaluation, which has a chain of its own, too', async () => {
    const trust = registerTrust({ owners: signed.owners });
    const desk = new RiskRegisterService({ store: new RegisterStore(city.data), trust });
    const version = await desk.addModel(smallModel());
    const policies = ['--policies-from', signed.store, '--owners', signed.owners];
    const evaluated = await runPolku(['risk', 'evaluate', version, '--data', city.data, ...policies]);
    expect(evaluated).toMatchObject({ code: 0, output: expect.stringMatching(/^On \d+ families/) });
    expect((await served.ask(DOCTOR, '{ registries { name } }')).errors).toBeUndefined();
    const { code, output } = await audit(['verify']);
    for (const chain of ['gateway', 'training', 'evaluation'])
      expect(output).toMatch(new RegExp(`^${chain}: whole`, 'm'));
    expect(code).toBe(0);
  });

  it('C09: is reconciled with the records of every registry', async () => {
    const { code, output } = await audit(['reconcile']);
    expect(output).toMatch(/^The logs agree/);
    expect(code).toBe(0);
  });

  it('C09: names every person whose data it read, in the log and by the command', async () => {
    expect(children.length).toBeGreaterThan(50);
    for (const child of children.slice(0, 20))
      expect(await found(child)).toContainEqual(
        expect.objectContaining({ purpose: 'development', recipient: 'model-development' }),
      );
    const codes = await codesByKey(city.exports, await linkage());
    const child = children.find((person) => codes.has(person))!;
    const { output, errors } = await audit(['find', '--code-file', '-'], `${codes.get(child)}\n`);
    expect(errors).toBe('');
    expect(output).toMatch(/model-development\/a-test {2}development {2}answered/);
    expect(output).not.toContain(codes.get(child));
  });

  it('C09: is shown to people who log in and whose data trained a model', async () => {
    const [child] = children;
    expect(await ownLog(child!)).toContainEqual({
      id: expect.any(String),
      kind: 'MODEL_TRAINING',
      purpose: { id: 'development' },
      recipient: { id: 'model-development' },
      categories: expect.arrayContaining([{ id: 'health' }]),
    });
  });

  it('A06: is found under every key that a person ever had, by the command and by the person', async () => {
    const store = await linkage();
    const codes = await codesByKey(city.exports, store);
    const [older] = children.filter((person) => codes.has(person));
    const younger = store.personKey(hetu, NEW_CODE) as number;
    expect(younger).not.toBe(older);
    const digests = PersonDigests.ofVersions(await secrets().audit());
    const log = await openAuditLog(city.data, { writer: 'permit', signingKey: await secrets().auditKey() });
    await log.append(record('under-the-younger-key', { people: [digests.of(younger)] }));
    await log.close();
    store.aliasPerson(hetu, NEW_CODE, codes.get(older!)!);
    const { exports: source, data } = city;
    await extract({ registry: populationRegistry, source, data, linkage: store, synthetic: true });
    for (const code of [NEW_CODE, codes.get(older!)!]) {
      const { output, errors } = await audit(['find', '--code-file', '-'], `${code}\n`);
      expect(errors).toBe('');
      expect(output).toContain('under-the-younger-key');
      expect(output).toContain('model-development/a-test');
    }
    const idsOf = async (key: number) => (await ownLog(key)).map(({ id }) => id);
    // The gateway loads the new snapshot of the population register, which holds the merge of the two
    // keys.
    await until(async () => (await idsOf(older!)).includes('under-the-younger-key'));
    expect(await idsOf(younger)).toEqual(await idsOf(older!));
  });
});
