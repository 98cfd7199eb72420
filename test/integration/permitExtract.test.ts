import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PermitManifest } from '../../cli/permit/extractPermit.js';
import { parquetRows, withMemoryDatabase } from '../../lib/duckdb.js';
import type { Manifest } from '../../registry-kit/snapshot/manifest.js';
import { currentSnapshotId } from '../../registry-kit/snapshot/snapshotDraft.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { runPolku } from '../city/runPolku.js';
import { serveCity, type ServedCity } from '../city/serveCity.js';

const CHAPTER = /^[A-Z]\d\d-[A-Z]\d\d$/;

describe('an extract of a research permit', () => {
  let city: TestCity;
  let served: ServedCity;
  let out: string;
  let manifest: PermitManifest;

  const extract = (permit: string, folder: string) =>
    runPolku(['permit', 'extract', permit, '--data', city.data, '--out', folder, '--by', 'a-test', '--dev']);
  const rows = (sql: string) =>
    withMemoryDatabase(async (connection) => (await connection.runAndReadAll(sql)).getRowObjects());
  const table = (type: string) => parquetRows(join(out, `${type}.parquet`));

  beforeAll(async () => {
    city = await makeCity();
    served = await serveCity(city);
    out = join(city.data, 'extract');
    expect(await extract('demo-permit-1', out)).toMatchObject({ code: 0 });
    manifest = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')) as PermitManifest;
  });
  afterAll(async () => {
    await served?.stop();
    await city?.remove();
  });

  it('states what it is, by whose rules it was made, and until when it may be used', () => {
    expect(manifest).toMatchObject({
      permit: 'demo-permit-1',
      recipient: 'university',
      purpose: 'research',
      expires: '2035-12-31',
      policyRevision: expect.stringMatching(/^[0-9a-f]+$/),
    });
    expect(Object.keys(manifest.tables).sort()).toEqual([
      'ChildProtectionStep',
      'HealthContact',
      'Person',
      'SocialContact',
    ]);
    expect(manifest.tables['HealthContact']!.columns).toEqual({
      startedAt: 'year',
      endedAt: 'year',
      service: null,
      diagnosis: 'icd10-chapter',
      urgency: null,
    });
  });

  it('holds the fields of the permit, masked, and no others', async () => {
    const contacts = await rows(`SELECT * FROM ${table('HealthContact')}`);
    expect(contacts.length).toBe(manifest.tables['HealthContact']!.rows);
    expect(contacts.length).toBeGreaterThan(10_000);
    expect(Object.keys(contacts[0]!)).toEqual([
      ...['person', 'id', 'startedAt', 'endedAt', 'service', 'diagnosis', 'urgency'],
    ]);
    const odd = contacts.filter(
      ({ startedAt, diagnosis }) =>
        !/^\d{4}$/.test(String(startedAt)) || (diagnosis !== null && !CHAPTER.test(String(diagnosis))),
    );
    expect(odd).toEqual([]);
    const [{ bands }] = (await rows(
      `SELECT bool_and("birthYear" % 5 = 0) AS bands FROM ${table('Person')}`,
    )) as [{ bands: boolean }];
    expect(bands).toBe(true);
  });

  it('is sorted by the shown values, then by sealed ids', async () => {
    const contacts = await rows(`SELECT * FROM ${table('HealthContact')}`);
    const key = (row: Record<string, unknown>) =>
      ['startedAt', 'endedAt', 'service', 'diagnosis', 'urgency', 'person', 'id'].map((name) =>
        // DuckDB sorts nulls last.
        row[name] === null ? '\uffff' : String(row[name]),
      );
    const before = (a: string[], b: string[]) => {
      const at = a.findIndex((value, index) => value !== b[index]);
      return at < 0 || a[at]! < b[at]!;
    };
    const keys = contacts.map(key);
    expect(keys.findIndex((own, index) => index > 0 && !before(keys[index - 1]!, own))).toBe(-1);
  });

  it('names people as queries of its holder do, and nobody who has objected', async () => {
    const [{ person }] = (await rows(`SELECT person FROM ${table('HealthContact')} LIMIT 1`)) as [
      { person: string },
    ];
    const { data } = await served.client.ask({
      persona: 'researcher',
      purpose: 'research',
      query: 'query ($id: PersonID!) { person(id: $id) { id healthContacts { startedAt } } }',
      variables: { id: person },
    });
    expect(data!['person']).toMatchObject({ id: person });
    const { healthContacts } = data!['person'] as { healthContacts: unknown[] };
    const own = await rows(
      `SELECT count(*)::INTEGER AS n FROM ${table('HealthContact')} WHERE person = '${person}'`,
    );
    expect(own).toEqual([{ n: healthContacts.length }]);
    const [{ kept }] = (await rows(`SELECT count(*)::INTEGER AS kept FROM ${table('HealthContact')}`)) as [
      { kept: number },
    ];
    const all = JSON.parse(
      await readFile(
        join(city.data, 'health', (await currentSnapshotId(city.data, 'health'))!, 'manifest.json'),
        'utf8',
      ),
    ) as Manifest;
    expect(kept).toBeLessThan(all.tables['contacts']!.rows);
  });

  it('A08: is recorded in a chain of its own while a gateway runs', async () => {
    const { code, output } = await runPolku(['audit', 'verify', '--data', city.data]);
    expect(output).toMatch(/^gateway: whole/m);
    expect(output).toMatch(/^permit: whole/m);
    expect(code).toBe(0);
    const found = await runPolku(['audit', 'find', '--data', city.data, '--subject', 'a-test']);
    expect(found.output).toMatch(/university\/a-test {2}research {2}answered/);
  });

  it('is refused without a valid permit, and is not written into a folder with files', async () => {
    const other = join(city.data, 'other');
    expect((await extract('no-such-permit', other)).errors).toMatch(/PERMIT_OPENS_NOTHING/);
    expect(existsSync(other)).toBe(false);
    await mkdir(other);
    await writeFile(join(other, 'mine.txt'), 'keep');
    expect((await extract('demo-permit-1', other)).errors).toMatch(/OUTPUT_EXISTS/);
    expect(await readFile(join(other, 'mine.txt'), 'utf8')).toBe('keep');
  });
});
