import { existsSync } from 'node:fs';
import { appendFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadOwners } from '../../approvals/owners.js';
import { createPersonKey } from '../../approvals/personKey.js';
import { verifySignature } from '../../approvals/signedDocument.js';
import type { PermitManifest } from '../../cli/permit/permitManifest.js';
import { parquetRows, withMemoryDatabase } from '../../lib/duckdb.js';
import { sha256OfFile } from '../../lib/regularFile.js';
import type { Manifest } from '../../registry-kit/snapshot/manifest.js';
import { currentSnapshotId } from '../../registry-kit/snapshot/snapshotDraft.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { type Finished, runPolku } from '../city/runPolku.js';
import { serveCity, type ServedCity } from '../city/serveCity.js';

const REASON = 'the university works in a closed environment';
const CHAPTER = /^[A-Z]\d\d-[A-Z]\d\d$/;

describe('an extract of a research permit', () => {
  let city: TestCity;
  let served: ServedCity;
  let out: string;
  let manifest: PermitManifest;
  /** Releases that are refused: by who extracted it, without a reason, unasked, by a stranger. */
  const attempts: Finished[] = [];
  let released: Finished;

  const extract = (permit: string, folder: string) =>
    runPolku(['permit', 'extract', permit, '--data', city.data, '--out', folder, '--by', 'a-test', '--dev']);
  const ownersFile = () => join(city.data, 'release-owners.yaml');
  const release = (folder: string, ...options: readonly string[]) =>
    runPolku([
      ...['permit', 'release', folder, '--reason', 'the output was checked'],
      ...['--owners', ownersFile(), ...options],
    ]);
  /** A person of the health services, with a key. */
  async function signer(): Promise<string> {
    const file = join(city.data, 'signer.key');
    const key = await createPersonKey(file);
    await writeFile(
      ownersFile(),
      `people:\n  health-1: { label: Office, key: ${key} }\nowners: { health: [health-1] }\n`,
    );
    return file;
  }
  /** Somebody with a key of their own, but not in owners.yaml. */
  async function stranger(): Promise<string> {
    const file = join(city.data, 'stranger.key');
    await createPersonKey(file);
    return file;
  }
  const rows = (sql: string) =>
    withMemoryDatabase(async (connection) => (await connection.runAndReadAll(sql)).getRowObjects());
  const table = (type: string) => parquetRows(join(out, `${type}.parquet`));

  beforeAll(async () => {
    city = await makeCity();
    served = await serveCity(city);
    out = join(city.data, 'extract');
    expect(await extract('demo-permit-1', out)).toMatchObject({ code: 0 });
    await writeFile(ownersFile(), 'people: {}\nowners: { health: [] }\n');
    attempts.push(await release(out, '--dev', '--by', 'a-test', '--despite', REASON, '--yes'));
    attempts.push(await release(out, '--dev', '--by', 'another', '--yes'));
    attempts.push(await release(out, '--dev', '--by', 'another', '--despite', REASON));
    attempts.push(await release(out, '--key', await stranger(), '--despite', REASON, '--yes'));
    expect(existsSync(out)).toBe(false);
    released = await release(out, '--key', await signer(), '--despite', REASON, '--yes');
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

  it("has the people that the permit's holder finds by pages, where they have contacts", async () => {
    const found: string[] = [];
    for (let after: string | undefined, more = true; more; after = found.at(-1)) {
      const { data } = await served.client.ask({
        persona: 'researcher',
        purpose: 'research',
        query: 'query ($after: PersonID) { persons(first: 500, after: $after) { nodes { id } hasMore } }',
        variables: { after },
      });
      const page = data!['persons'] as { nodes: { id: string }[]; hasMore: boolean };
      found.push(...page.nodes.map(({ id }) => id));
      more = page.hasMore;
    }
    const inFiles = await rows(
      `SELECT person FROM ${table('HealthContact')} UNION SELECT person FROM ${table('SocialContact')} ORDER BY 1`,
    );
    expect(found.length).toBeGreaterThan(500);
    expect(found.toSorted()).toEqual(inFiles.map(({ person }) => person));
  });

  it('A08: is recorded in a chain of its own while a gateway runs', async () => {
    const { code, output } = await runPolku(['audit', 'verify', '--data', city.data]);
    expect(output).toMatch(/^gateway: whole/m);
    expect(output).toMatch(/^permit: whole/m);
    expect(code).toBe(0);
    const found = await runPolku(['audit', 'find', '--data', city.data, '--subject', 'a-test']);
    expect(found.output).toMatch(/university\/a-test {2}research {2}answered/);
  });

  it('is held until another person releases it, with a reason for what the check found', () => {
    const [same, unexplained, unasked, byStranger] = attempts as [Finished, Finished, Finished, Finished];
    expect(same.errors).toMatch(/^SIGNATURE_INVALID: "a-test" made this extract/m);
    expect(unexplained.errors).toMatch(/^OUTPUT_CHECK_FAILED: /m);
    expect(unexplained.errors).toMatch(
      /^ {2}Person: persons who share birthYear.* with fewer than 4 others: \d+/m,
    );
    expect(unasked.errors).toMatch(/^USAGE: Nothing is signed, because nobody can be asked/m);
    expect(byStranger.errors).toMatch(/^SIGNATURE_INVALID: .* belongs to nobody/m);
    expect(attempts.map(({ code }) => code)).not.toContain(0);
    expect(released).toMatchObject({ code: 0, errors: '' });
    expect(released.output).toMatch(/^HealthContact: \d+ rows about \d+ persons$/m);
    expect(existsSync(`${out}.held`)).toBe(false);
  });

  it('has the signed statement of who released it, over the manifest and by it over every file', async () => {
    const { payload, person, signature } = JSON.parse(
      await readFile(join(out, 'release.json'), 'utf8'),
    ) as Record<'payload' | 'person' | 'signature', string>;
    expect(person).toBe('health-1');
    const owners = await loadOwners(ownersFile());
    verifySignature({ person, signature }, payload, owners, 'the release');
    expect(JSON.parse(payload)).toMatchObject({
      permit: 'demo-permit-1',
      manifest: await sha256OfFile(join(out, 'manifest.json')),
      despite: REASON,
    });
    for (const [type, { sha256 }] of Object.entries(manifest.tables))
      expect(await sha256OfFile(join(out, `${type}.parquet`))).toBe(sha256);
  });

  it('describes itself by DCAT-AP, with the variables of the permit and no others', async () => {
    const dataset = JSON.parse(await readFile(join(out, 'dataset.jsonld'), 'utf8')) as object;
    expect(dataset).toMatchObject({
      '@type': 'dcat:Dataset',
      'healthdcatap:hasStructuredData': true,
      'dct:valid': { '@value': '2035-12-31' },
    });
    const names = [...JSON.stringify(dataset).matchAll(/"csvw:name":"(\w+)"/g)].map(([, name]) => name);
    expect(names.sort()).toEqual(
      Object.values(manifest.tables)
        .flatMap(({ columns }) => Object.keys(columns))
        .sort(),
    );
  });

  it('is not released after a file was changed', async () => {
    const changed = join(city.data, 'changed');
    await cp(out, `${changed}.held`, { recursive: true });
    await appendFile(join(`${changed}.held`, 'Person.parquet'), 'x');
    const { errors } = await release(changed, '--dev', '--by', 'another', '--despite', REASON, '--yes');
    expect(errors).toMatch(/^EXTRACT_INVALID: Person.parquet .* was changed after the extraction/m);
    expect((await release(join(city.data, 'nothing'), '--dev', '--by', 'another')).errors).toMatch(
      /^EXTRACT_INVALID: No extract waits/m,
    );
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
