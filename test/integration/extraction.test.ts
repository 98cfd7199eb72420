// Long, because its cases share one site of exports, its linkage and its snapshots.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parquetRows, sqlText, withMemoryDatabase } from '../../lib/duckdb.js';
import { sha256OfFile } from '../../lib/regularFile.js';
import type { Linkage } from '../../linkage/linkage.js';
import { hetu } from '../../linkage/localId.js';
import { rowRangeOf, type Table } from '../../registry-kit/columns/table.js';
import type { RegistryDefinition } from '../../registry-kit/columns/tableDefinition.js';
import { extract, extractIfChanged } from '../../registry-kit/extraction/extract.js';
import type { ExtractionProgress } from '../../registry-kit/extraction/progressMeter.js';
import { joinRegistries } from '../../registry-kit/joinedRegistries.js';
import { openSnapshot, readManifest } from '../../registry-kit/snapshot/openSnapshot.js';
import { educationRegistry } from '../../subgraphs/education/tables.js';
import { healthRegistry } from '../../subgraphs/health/tables.js';
import { populationRegistry } from '../../subgraphs/population/tables.js';
import { registries } from '../../subgraphs/registries.js';
import { socialRegistry } from '../../subgraphs/social/tables.js';
import { runPolku } from '../city/runPolku.js';
import { codes, ExtractionSite, readable, SECRET, smallExports, visitsFile } from './extractionExports.js';

// This file is long because it follows exports of every registry into a snapshot. Failures, kills and
// confidentiality have files of their own.

let site: ExtractionSite;
let linkage: Linkage;

beforeEach(async () => {
  site = await ExtractionSite.create();
  linkage = await site.linkage();
});
afterEach(() => site.remove());

/** Tables may shrink without limit here; extractionProtection.test.ts tests the limits. */
const run = (registry: RegistryDefinition) =>
  extract({ registry, source: site.source, data: site.data, linkage, synthetic: true, maxShrink: 100 });

/** Rows without the order of persons, which is secret. */
const sorted = (table: Table) =>
  readable(table, linkage).sort((a, b) => String(a['subject']).localeCompare(String(b['subject'])));

describe('extraction of the population register', () => {
  it('fills every table with dates, codes and linked people in their columns', async () => {
    const manifest = await run(populationRegistry);
    expect(manifest.rejects).toEqual({});
    const { tables } = await openSnapshot(site.data, populationRegistry);
    expect(sorted(tables.persons)).toEqual([
      { subject: 'anna', birth: '1980-02-01', sex: 'female', language: 'fi' },
      { subject: 'bertil', birth: '1978-03-15', death: '2015-06-30', sex: 'male', language: 'sv' },
      { subject: 'cecilia', birth: '2008-12-24', sex: 'female', language: 'sv' },
    ]);
    expect(sorted(tables.guardianships)).toEqual([
      { subject: 'cecilia', guardian: 'anna', start: '2008-12-24' },
    ]);
    expect(sorted(tables.residences)).toEqual([
      { subject: 'anna', district: '211', start: '2002-01-01', end: '2009-12-31' },
      { subject: 'anna', district: '111', start: '2010-01-01' },
    ]);
    expect(sorted(tables.nonDisclosures)).toEqual([{ subject: 'cecilia', start: '2014-01-01' }]);
  });

  it('separates and keeps families, also by a code that changed later', async () => {
    await run(populationRegistry);
    const { memberships } = (await openSnapshot(site.data, populationRegistry)).tables;
    const families = new Map(readable(memberships, linkage).map(({ subject, family }) => [subject, family]));
    expect([...families.keys()].sort()).toEqual(['anna', 'bertil', 'cecilia']);
    expect(families.get('anna')).toBe(families.get('cecilia'));
    expect(families.get('bertil')).not.toBe(families.get('anna'));
  });

  it('gives the same keys when it is repeated, also by another process', async () => {
    await run(populationRegistry);
    const before = (await openSnapshot(site.data, populationRegistry)).tables.persons.subject;
    linkage = await site.linkage();
    await run(populationRegistry);
    expect((await openSnapshot(site.data, populationRegistry)).tables.persons.subject).toEqual(before);
  });

  it('keeps the first of two rows about one person', async () => {
    await site.write({
      population: {
        'henkilot.csv': [
          'henkilotunnus,sukunimi,etunimet,syntymapaiva,sukupuoli,aidinkieli,kuolinpaiva',
          `${codes.anna},Korhonen,Anna,1980-02-01,2,fi,`,
          `${codes.annaBefore},Korhonen,Anna,1980-02-01,2,sv,`,
        ],
        'turvakiellot.csv': ['henkilotunnus,alku,loppu'],
      },
    });
    const manifest = await run(populationRegistry);
    expect(manifest.rejects).toMatchObject({ 'duplicate-subject': 1 });
    const { tables } = await openSnapshot(site.data, populationRegistry);
    expect(readable(tables.persons, linkage)).toEqual([
      { subject: 'anna', birth: '1980-02-01', sex: 'female', language: 'fi' },
    ]);
  });
});

describe('extraction of the other registries', () => {
  beforeEach(() => run(populationRegistry));

  it('links health contacts by any code that a person had', async () => {
    await run(healthRegistry);
    const { tables } = await openSnapshot(site.data, healthRegistry);
    expect(sorted(tables.contacts)).toEqual([
      {
        subject: 'anna',
        start: '2011-02-01',
        service: 'T11',
        unit: 'TK-1',
        diagnosis: 'I10',
        urgency: '3',
      },
      { subject: 'anna', start: '2013-04-03', end: '2013-04-10', service: 'T90', unit: 'TK-2' },
      {
        subject: 'bertil',
        start: '2012-02-05',
        service: 'T11',
        unit: 'TK-1',
        diagnosis: 'J06.9',
        urgency: '2',
      },
      { subject: 'cecilia', start: '2011-02-02', service: 'T21', unit: 'NV-1' },
    ]);
    expect(sorted(tables.careRelationships)).toEqual([
      { subject: 'anna', unit: 'TK-1', start: '2010-01-01', end: '2010-12-31' },
      { subject: 'anna', employee: 'L77', start: '2011-01-01' },
    ]);
    expect(sorted(tables.objections)).toEqual([{ subject: 'bertil', start: '2014-06-01' }]);
  });

  it('X16: counts rejects by reason, and lists file, row, reason and column', async () => {
    const manifest = await run(healthRegistry);
    expect(manifest.rejects).toEqual({
      'malformed-row': 2,
      'duplicate-id': 1,
      'end-before-start': 1,
      'invalid-code': 1,
      'invalid-date': 1,
      'invalid-value': 1,
      'missing-code': 1,
      'missing-value': 1,
      'unknown-code': 1,
      'unknown-person': 1,
    });
    expect(manifest.rejectedRows).toBe(11);
    const report = join(site.data, 'health', manifest.snapshotId, 'rejects.csv');
    const [header, ...lines] = (await readFile(report, 'utf8')).trimEnd().split('\n');
    expect(header).toBe('file,row,reason,column');
    expect(lines.sort((a, b) => Number(a.split(',')[1]) - Number(b.split(',')[1]))).toEqual([
      'kaynnit.csv,4,unknown-person,HETU',
      'kaynnit.csv,5,missing-code,HETU',
      'kaynnit.csv,6,invalid-code,HETU',
      'kaynnit.csv,7,invalid-date,ALKUPVM',
      'kaynnit.csv,8,end-before-start,ALKUPVM+LOPPUPVM',
      'kaynnit.csv,9,unknown-code,PALVELU',
      'kaynnit.csv,10,missing-value,PALVELU',
      'kaynnit.csv,11,duplicate-id,KAYNTITUNNUS',
      'kaynnit.csv,12,malformed-row,',
      'kaynnit.csv,13,malformed-row,',
      'kaynnit.csv,14,invalid-value,YKSIKKO',
    ]);
  });

  it('rejects rows with invalid bytes and rows of ten megabytes, and reads on', async () => {
    const [header, first] = (await readFile(join(site.source, 'health', 'kaynnit.csv'), 'utf8')).split('\n');
    const good = (id: string) => first!.replace('K1', id);
    const rows = [
      good('A'),
      good('B').replace('Lindström', 'Lindstr\xf6m'),
      `C;${'x'.repeat(10_000_000)}`,
      good('D'),
    ];
    const bytes = [header!, ...rows].map((row) =>
      Buffer.from(`${row}\n`, row.includes('\xf6') ? 'latin1' : 'utf8'),
    );
    bytes[1] = Buffer.from(`${good('A')}\n`);
    bytes[4] = Buffer.from(`${good('D')}\n`);
    await writeFile(join(site.source, 'health', 'kaynnit.csv'), Buffer.concat(bytes));
    const manifest = await run(healthRegistry);
    expect(manifest.rejects).toEqual({ 'malformed-row': 1, 'wrong-encoding': 1 });
    const report = await readFile(join(site.data, 'health', manifest.snapshotId, 'rejects.csv'), 'utf8');
    expect(report).toBe(
      'file,row,reason,column\nkaynnit.csv,2,wrong-encoding,\nkaynnit.csv,3,malformed-row,\n',
    );
    expect(manifest.tables['contacts']!.rows).toBe(2);
  });

  it('accepts a leap day, rejects 30 February, and gives the same bytes in every time zone', async () => {
    const days = [
      '29.02.2004',
      '31.12.2015',
      '01.01.2016',
      '30.02.2002',
      '29.02.2003',
      '29.02.1900',
      '29.02.2000',
    ];
    const visits = days.map((day, row) => `D${row};${codes.anna};Nimi;${day};;T11;TK-1;L1;;3`);
    await site.write({ health: { 'kaynnit.csv': visitsFile(visits) } });
    const manifest = await run(healthRegistry);
    expect(manifest.rejects).toEqual({ 'invalid-date': 3 });
    const { tables } = await openSnapshot(site.data, healthRegistry);
    expect(readable(tables.contacts, linkage).map(({ start }) => start)).toEqual([
      '2000-02-29',
      '2004-02-29',
      '2015-12-31',
      '2016-01-01',
    ]);
    for (const TZ of ['America/New_York', 'Pacific/Kiritimati']) {
      const secrets = join(site.data, TZ, 'secrets');
      await mkdir(secrets, { recursive: true });
      await writeFile(join(secrets, 'linkage'), SECRET.toString('base64'), { mode: 0o600 });
      const data = join(site.data, TZ);
      for (const registry of ['population', 'health']) {
        const options = ['--source', site.source, '--data', data, '--expected-persons', '100'];
        const { code } = await runPolku(['extract', registry, ...options], { env: { ...process.env, TZ } });
        expect(code).toBe(0);
      }
      expect((await readManifest(data, healthRegistry)).tables).toEqual(manifest.tables);
    }
  });

  it('reads past free text with quotes and line breaks', async () => {
    const manifest = await run(socialRegistry);
    expect(manifest.rejects).toEqual({});
    const { tables } = await openSnapshot(site.data, socialRegistry);
    expect(sorted(tables.contacts)).toEqual([
      {
        subject: 'anna',
        start: '2012-05-14',
        service: 'S10',
        unit: 'SO-1',
        kind: 'meeting',
      },
      {
        subject: 'cecilia',
        start: '2013-01-02',
        end: '2013-01-03',
        service: 'S20',
        unit: 'SO-1',
        decision: 'granted',
      },
    ]);
    expect(sorted(tables.incomeSupport)).toEqual([{ subject: 'anna', month: '2012-05-01', amount: 412.5 }]);
    expect(sorted(tables.childProtection)).toEqual([
      {
        subject: 'cecilia',
        start: '2013-01-01',
        end: '2013-01-01',
        step: 'notification',
        unit: 'SO-1',
      },
    ]);
    expect(tables.objections.rows).toBe(0);
    expect(rowRangeOf(tables.objections, 5)).toEqual([0, 0]);
  });

  it('reads Parquet, with a month of attendance as a contact of that month', async () => {
    const { cecilia, nobody } = codes;
    await site.writeParquet(
      'education',
      'attendance.parquet',
      `SELECT * FROM (VALUES
         ('R1', '${cecilia}', 'Cecilia Lindström', DATE '2012-02-01', 'PK-11', 'V10', 'O1', 120.5, 2),
         ('R2', '${nobody}', 'Ei Kukaan', DATE '2012-02-01', 'PK-11', 'V10', 'O1', 100, 0),
         ('R1', '${cecilia}', 'Cecilia Lindström', DATE '2012-03-01', 'PK-11', 'V10', NULL, 100, 0)
       ) t(record_id, child_code, child_name, "month", unit, service, educator, hours, absence_days)`,
    );
    await site.writeParquet(
      'education',
      'enrolments.parquet',
      `SELECT '${cecilia}' AS child_code, 'PK-11' AS unit, 'V10' AS service, DATE '2012-02-01' AS start_date,
         NULL::DATE AS end_date, 20.0 AS hours_per_week`,
    );
    await site.writeParquet(
      'education',
      'staff.parquet',
      `SELECT '${cecilia}' AS child_code, 'O1' AS educator, 'PK-11' AS unit, DATE '2012-02-01' AS start_date,
         DATE '2012-06-01' AS end_date`,
    );
    await site.writeParquet(
      'education',
      'objections.parquet',
      `SELECT '${cecilia}' AS child_code, DATE '2012-02-01' AS from_date`,
    );
    const manifest = await run(educationRegistry);
    expect(manifest.rejects).toEqual({ 'duplicate-id': 1, 'unknown-person': 1 });
    const { tables } = await openSnapshot(site.data, educationRegistry);
    expect(readable(tables.contacts, linkage)).toEqual([
      {
        subject: 'cecilia',
        start: '2012-02-01',
        end: '2012-02-29',
        service: 'V10',
        unit: 'PK-11',
        hours: 120.5,
        absenceDays: 2,
      },
    ]);
    expect(readable(tables.enrolments, linkage)[0]).toMatchObject({ start: '2012-02-01', hoursPerWeek: 20 });
    expect(readable(tables.careRelationships, linkage)[0]).toMatchObject({ end: '2012-06-01' });
    expect(tables.objections.rows).toBe(1);
  });

  it('finds the rows of a person by offsets, in the order of time', async () => {
    await run(healthRegistry);
    const { contacts } = (await openSnapshot(site.data, healthRegistry)).tables;
    const anna = linkage.findPerson(hetu, codes.anna) as number;
    const [from, to] = rowRangeOf(contacts, anna);
    expect(to - from).toBe(2);
    expect([...contacts.subject.subarray(from, to)]).toEqual([anna, anna]);
    expect(contacts.columns.start[from]).toBeLessThan(contacts.columns.start[from + 1]!);
    expect([...contacts.columns.service.texts]).toEqual(['T11', 'T21', 'T90']);
    expect(rowRangeOf(contacts, 1_000_000)).toEqual([0, 0]);
  });

  it('derives a contact id from the id in the source, not from its row', async () => {
    await run(healthRegistry);
    const ids = async () => {
      const { contacts } = (await openSnapshot(site.data, healthRegistry)).tables;
      return [...contacts.columns.id].sort();
    };
    const before = await ids();
    expect(before).toContain(linkage.recordKey('health', 'contacts', 'K2'));
    const path = join(site.source, 'health', 'kaynnit.csv');
    const [header, ...rows] = (await readFile(path, 'utf8')).trimEnd().split('\n');
    await site.write({ health: { 'kaynnit.csv': [header!, ...rows.slice(0, 3).reverse(), rows.at(-1)!] } });
    await run(healthRegistry);
    expect(await ids()).toEqual(before);
  });
});

describe('extraction when the population register identifies people by its own ids', () => {
  beforeEach(async () => {
    const mappings = join(site.source, 'mappings');
    for (const registry of ['population', 'health']) {
      const text = await readFile(join('subgraphs', registry, 'mapping.yaml'), 'utf8');
      await mkdir(join(mappings, registry), { recursive: true });
      const own = text.replace('scheme: hetu', 'scheme: local:resident').replace(/^codeChanges: .*$/m, '');
      await writeFile(join(mappings, registry, 'mapping.yaml'), own);
    }
    const folders = ['population', 'health'].map((name): [string, string] => [name, join(mappings, name)]);
    joinRegistries({ folders: new Map(folders) });
    const { persons, ...others } = {
      persons: ['R1,x,x,1980-02-01,2,fi,', '1.09E+16,x,x,1978-03-15,1,sv,', 'NULL,x,x,1978-03-15,1,sv,'],
      'huoltajuudet.csv': ['huollettava,huoltaja,alku,loppu', 'R1,R9,2008-12-24,'],
      'perheet.csv': ['perhetunnus,henkilotunnus,rooli,alku,loppu', 'P-1,R1,vanhempi,2008-12-24,'],
      'asuminen.csv': ['henkilotunnus,katuosoite,osa_alue,alku,loppu'],
      'turvakiellot.csv': ['henkilotunnus,alku,loppu'],
    };
    const header = 'henkilotunnus,sukunimi,etunimet,syntymapaiva,sukupuoli,aidinkieli,kuolinpaiva';
    const visits = ['R1', 'R2', '1.09E+16'].map((id, row) => `K${row};${id};x;05.02.2012;;T11;TK-1;L77;;`);
    await site.write({
      population: { ...others, 'henkilot.csv': [header, ...persons] },
      health: {
        'kaynnit.csv': visitsFile(visits),
        'hoitosuhteet.csv': ['HETU;TYONTEKIJA;YKSIKKO;ALKUPVM;LOPPUPVM'],
        'kiellot.csv': ['HETU;ALKUPVM'],
      },
    });
  });
  afterEach(() => joinRegistries({}));

  it('X09: makes nobody known in another registry', async () => {
    await expect(run(healthRegistry)).rejects.toMatchObject({ code: 'SNAPSHOT_MISSING' });
    const population = await run(populationRegistry);
    expect(population.rejects).toEqual({ 'invalid-code': 2, 'unknown-person': 1 });
    expect(linkage.knownPersons).toBe(1);
    const health = await run(healthRegistry);
    expect(health.rejects).toEqual({ 'invalid-code': 1, 'unknown-person': 1 });
    expect(health.tables['contacts']).toMatchObject({ rows: 1, rejected: 2 });
    expect(linkage.knownPersons).toBe(1);
  });
});

describe('a snapshot', () => {
  it('describes what it was made from', async () => {
    const manifest = await run(populationRegistry);
    expect(manifest).toMatchObject({ registry: 'population', schemaVersion: 1, synthetic: true });
    expect(
      Object.fromEntries(Object.entries(manifest.tables).map(([name, { rows }]) => [name, rows])),
    ).toEqual({
      persons: 3,
      guardianships: 1,
      memberships: 3,
      residences: 2,
      nonDisclosures: 1,
    });
    expect((await openSnapshot(site.data, populationRegistry)).manifest).toEqual(manifest);
    expect((await run(populationRegistry)).sourceFingerprint).toBe(manifest.sourceFingerprint);
    await site.write({ population: { 'turvakiellot.csv': ['henkilotunnus,alku,loppu'] } });
    expect((await run(populationRegistry)).sourceFingerprint).not.toBe(manifest.sourceFingerprint);
  });

  it('X07: is refused when it holds a code that its enumeration lacks', async () => {
    const { snapshotId, tables } = await run(populationRegistry);
    const folder = join(site.data, 'population', snapshotId);
    const persons = join(folder, 'persons.parquet');
    await withMemoryDatabase(async (connection) => {
      await connection.run(
        `CREATE TABLE persons AS SELECT * REPLACE ('M' AS sex) FROM ${parquetRows(persons)}`,
      );
      await connection.run(`COPY persons TO ${sqlText(persons)} (FORMAT parquet)`);
    });
    const manifest = join(folder, 'manifest.json');
    const text = await readFile(manifest, 'utf8');
    await writeFile(manifest, text.replace(tables['persons']!.sha256, await sha256OfFile(persons)));
    await expect(openSnapshot(site.data, populationRegistry)).rejects.toMatchObject({
      code: 'SNAPSHOT_INVALID',
      message: expect.stringContaining('"sex" of persons.parquet has codes that its enumeration lacks'),
    });
  });

  it('is kept together with the previous one, and older ones are removed', async () => {
    const ids = [];
    for (let time = 0; time < 3; time++) ids.push((await run(populationRegistry)).snapshotId);
    const kept = await readdir(join(site.data, 'population'));
    expect(kept.sort()).toEqual([...ids.slice(1), 'current'].sort());
  });

  it('is made after the population register, whatever the order of the list', () => {
    const [first, ...others] = registries.map(({ definition }) => definition.name);
    expect(first).toBe('population');
    expect(others).toContain('education');
  });

  it('reports progress by table', async () => {
    const progress: ExtractionProgress[] = [];
    const { source, data } = site;
    await extract({
      registry: populationRegistry,
      source,
      data,
      linkage,
      synthetic: true,
      onProgress: (step) => progress.push(step),
    });
    const tables = [...new Set(progress.map(({ table }) => table))];
    expect(tables).toEqual(['codeChanges', ...Object.keys(populationRegistry.tables)]);
    const shares = progress.map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(progress.at(-1)).toMatchObject({ registry: 'population', rows: 11, rejected: 0, share: 1 });
  });
});

describe('extraction of unchanged exports', () => {
  /** Processes the registries as `polku extract --all` does; returns which snapshots were reused. */
  const all = async () => {
    const kept: Record<string, boolean> = {};
    for (const registry of [populationRegistry, healthRegistry, socialRegistry]) {
      const options = {
        registry,
        source: site.source,
        data: site.data,
        linkage,
        synthetic: true,
        maxShrink: 100,
      };
      kept[registry.name] = (await extractIfChanged(options)).kept;
    }
    return kept;
  };
  const none = { population: false, health: false, social: false };
  const whole = { population: true, health: true, social: true };
  const population = (file: string, more: string) =>
    site.write({ population: { [file]: [...smallExports()['population']![file]!, more] } });

  beforeEach(async () => {
    expect(await all()).toEqual(none);
  });

  it('keeps every snapshot, also in another process', async () => {
    expect(await all()).toEqual(whole);
    linkage = await site.linkage();
    expect(await all()).toEqual(whole);
  });

  it('repeats the registry whose export changed, and no other', async () => {
    await site.write({ health: { 'kiellot.csv': ['HETU;ALKUPVM'] } });
    expect(await all()).toEqual({ ...whole, health: false });
    expect(await all()).toEqual(whole);
  });

  it('repeats only the population register when it made nobody known', async () => {
    await population('asuminen.csv', `${codes.bertil},Uusikatu 1,111,2011-01-01,`);
    expect(await all()).toEqual({ ...whole, population: false });
  });

  it('repeats all registries after a new person became known', async () => {
    await population('henkilot.csv', `${codes.nobody},Uusi,Asukas,2002-02-02,1,fi,`);
    expect(await all()).toEqual(none);
    const { tables } = await openSnapshot(site.data, healthRegistry);
    expect(tables.contacts.rows).toBe(5);
    expect(await all()).toEqual(whole);
  });

  it('repeats all registries after two people were merged', async () => {
    await population('tunnusmuutokset.csv', `${codes.bertil},${codes.cecilia},2012-01-01`);
    expect(await all()).toEqual(none);
    expect(await all()).toEqual(whole);
  });

  it('repeats registries after an interrupted population extraction made people known', async () => {
    await population('henkilot.csv', `${codes.nobody},Uusi,Asukas,2002-02-02,1,fi,`);
    const stop = new AbortController();
    const broken = extract({
      registry: populationRegistry,
      source: site.source,
      data: site.data,
      linkage,
      synthetic: true,
      signal: stop.signal,
      onProgress: ({ share }) => share === 1 && stop.abort(),
    });
    await expect(broken).rejects.toMatchObject({ code: 'EXTRACTION_INTERRUPTED' });
    await linkage.save();
    await site.write({ population: { 'henkilot.csv': smallExports()['population']!['henkilot.csv']! } });
    expect(await all()).toEqual(none);
  });

  it('X06: reuses nothing with a new linkage store until the snapshots of the old one are removed', async () => {
    await rm(join(site.data, 'linkage'), { recursive: true });
    linkage = await site.linkage();
    await expect(all()).rejects.toMatchObject({ code: 'LINKAGE_STORE_CHANGED' });
    for (const folder of ['population', 'overlays', 'health', 'social'])
      await rm(join(site.data, folder), { recursive: true });
    expect(await all()).toEqual(none);
  });

  it('repeats what is damaged, or from another population', async () => {
    const { snapshotId } = await readManifest(site.data, healthRegistry);
    await writeFile(join(site.data, 'health', snapshotId, 'contacts.parquet'), 'x');
    expect(await all()).toEqual({ ...whole, health: false });
    await rm(join(site.data, 'overlays'), { recursive: true });
    expect(await all()).toEqual({ ...whole, population: false });
    const options = { registry: healthRegistry, source: site.source, data: site.data, linkage };
    expect((await extractIfChanged({ ...options, synthetic: false })).kept).toBe(false);
  });
});
