import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { AuditRecord } from '../../gateway/audit/auditRecord.js';
import { openAuditLog } from '../../gateway/audit/auditLog.js';
import { findRecords } from '../../gateway/audit/findRecords.js';
import { PersonDigests } from '../../gateway/audit/personDigests.js';
import { readChildren } from '../../gateway/cli/risk/readChildren.js';
import { withRegistries } from '../../gateway/cli/runtime/openRegistries.js';
import { Secrets } from '../../gateway/cli/runtime/secrets.js';
import { policiesFolder } from '../../gateway/cli/options.js';
import { parseQuarter } from '../../schema/quarter.js';
import { Linkage } from '../../subgraphs/linkage/linkage.js';
import { hetu } from '../../subgraphs/linkage/scheme.js';
import { riskSources } from '../../subgraphs/registries.js';
import { record } from '../unit/audit/testLog.js';
import { codesByKey } from '../city/codesByKey.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { runPolku } from '../city/runPolku.js';
import { type ServedCity, serveCity } from '../city/serveCity.js';

/** A published test code: nobody's. */
const NEW_CODE = '010594Y9032';

describe('a training beside a gateway', () => {
  let city: TestCity;
  let served: ServedCity;
  let children: readonly number[];

  beforeAll(async () => {
    city = await makeCity();
    served = await serveCity(city);
    await served.client.ask({
      persona: 'doctor',
      purpose: 'care',
      query: '{ persons(first: 5) { nodes { birthYear healthContacts { startedAt } } } }',
    });
    const options = { data: city.data, policies: policiesFolder, dev: true };
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
    await city?.remove();
  });

  const audit = (words: readonly string[], input?: string) =>
    runPolku(['audit', ...words, '--data', city.data], input === undefined ? {} : { input });
  const secrets = () => new Secrets(join(city.data, 'secrets'));
  const linkage = async () =>
    Linkage.open({ dir: join(city.data, 'linkage'), secret: await secrets().linkage() });

  async function found(person: number): Promise<AuditRecord[]> {
    const digests = new PersonDigests(await secrets().audit());
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
    expect(
      (await served.client.ask({ persona: 'doctor', purpose: 'care', query: '{ registries { name } }' }))
        .errors,
    ).toBeUndefined();
  });

  it('C09: is reconciled with what every registry noted', async () => {
    const { code, output } = await audit(['reconcile']);
    expect(output).toMatch(/^The logs agree/);
    expect(code).toBe(0);
  });

  it('C09: names everybody whose data it read, by the command and in the log of the person', async () => {
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

  it('A06: a person is found under every key that they have had', async () => {
    const store = await linkage();
    const codes = await codesByKey(city.exports, store);
    const [older] = children.filter((person) => codes.has(person));
    const younger = store.personKey(hetu, NEW_CODE) as number;
    expect(younger).not.toBe(older);
    const digests = new PersonDigests(await secrets().audit());
    const log = await openAuditLog(city.data, { writer: 'permit', signingKey: await secrets().auditKey() });
    await log.append(record('under-the-younger-key', { people: [digests.of(younger)] }));
    await log.close();
    store.aliasPerson(hetu, NEW_CODE, codes.get(older!)!);
    await store.save();
    for (const code of [NEW_CODE, codes.get(older!)!]) {
      const { output, errors } = await audit(['find', '--code-file', '-'], `${code}\n`);
      expect(errors).toBe('');
      expect(output).toContain('under-the-younger-key');
      expect(output).toContain('model-development/a-test');
    }
  });
});
