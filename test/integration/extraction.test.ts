import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { educationRegistry } from '../../subgraphs/education/tables.js';
import { healthRegistry } from '../../subgraphs/health/tables.js';
import type { Linkage } from '../../subgraphs/linkage/linkage.js';
import { hetu } from '../../subgraphs/linkage/scheme.js';
import { populationRegistry } from '../../subgraphs/population/tables.js';
import { rowsOf, type Table } from '../../subgraphs/registry/columns/table.js';
import type { RegistryDefinition } from '../../subgraphs/registry/columns/tableDefinition.js';
import { extract, type ExtractionProgress } from '../../subgraphs/registry/extraction/extract.js';
import { openSnapshot } from '../../subgraphs/registry/snapshot/openSnapshot.js';
import { registries } from '../../subgraphs/registries.js';
import { socialRegistry } from '../../subgraphs/social/tables.js';
import { codes, ExtractionSite, readable } from './extractionExports.js';

let site: ExtractionSite;
let linkage: Linkage;

beforeEach(async () => {
  site = await ExtractionSite.create();
  linkage = await site.linkage();
});
afterEach(() => site.remove());

const run = (registry: RegistryDefinition) =>
  extract({ registry, source: site.source, data: site.data, linkage, synthetic: true });

/** Rows without regard to the order of persons, which is secret. */
const sorted = (table: Table) =>
  readable(table, linkage).sort((a, b) => String(a['subject']).localeCompare(String(b['subject'])));

describe('extraction of the population register', () => {
  it('fills every table, dates, codes and linked people in their places', async () => {
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

  it('keeps families together and apart, also by a code that was changed since', async () => {
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

  it('takes the first of two rows about one person', async () => {
    await site.write({
      population: {
        'henkilot.csv': [
          'henkilotunnus,sukunimi,etunimet,syntymapaiva,sukupuoli,aidinkieli,kuolinpaiva',
          `${codes.anna},Korhonen,Anna,1980-02-01,2,fi,`,
          `${codes.annaBefore},Korhonen,Anna,1980-02-01,2,sv,`,
        ],
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
        professional: 'L77',
        diagnosis: 'I10',
        urgency: '3',
      },
      { subject: 'anna', start: '2013-04-03', end: '2013-04-10', service: 'T90', unit: 'TK-2' },
      {
        subject: 'bertil',
        start: '2012-02-05',
        service: 'T11',
        unit: 'TK-1',
        professional: 'L77',
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

  it('counts what it rejects by reason, and lists file, row and reason', async () => {
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
    expect(header).toBe('file,row,reason');
    expect(lines.sort((a, b) => Number(a.split(',')[1]) - Number(b.split(',')[1]))).toEqual([
      'kaynnit.csv,4,unknown-person',
      'kaynnit.csv,5,missing-code',
      'kaynnit.csv,6,invalid-code',
      'kaynnit.csv,7,invalid-date',
      'kaynnit.csv,8,end-before-start',
      'kaynnit.csv,9,unknown-code',
      'kaynnit.csv,10,missing-value',
      'kaynnit.csv,11,duplicate-id',
      'kaynnit.csv,12,malformed-row',
      'kaynnit.csv,13,malformed-row',
      'kaynnit.csv,14,invalid-value',
    ]);
  });

  it('reads over free text with quotes and line breaks in it', async () => {
    const manifest = await run(socialRegistry);
    expect(manifest.rejects).toEqual({});
    const { tables } = await openSnapshot(site.data, socialRegistry);
    expect(sorted(tables.contacts)).toEqual([
      {
        subject: 'anna',
        start: '2012-05-14',
        service: 'S10',
        unit: 'SO-1',
        professional: 'W1',
        kind: 'meeting',
      },
      {
        subject: 'cecilia',
        start: '2013-01-02',
        end: '2013-01-03',
        service: 'S20',
        unit: 'SO-1',
        professional: 'W1',
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
    expect(rowsOf(tables.objections, 5)).toEqual([0, 0]);
  });

  it('reads Parquet, a month of attendance as a contact of that month', async () => {
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
        professional: 'O1',
        hours: 120.5,
        absenceDays: 2,
      },
    ]);
    expect(readable(tables.enrolments, linkage)[0]).toMatchObject({ start: '2012-02-01', hoursPerWeek: 20 });
    expect(readable(tables.careRelationships, linkage)[0]).toMatchObject({ end: '2012-06-01' });
    expect(tables.objections.rows).toBe(1);
  });

  it('gives the rows of a person by offsets, in the order of time', async () => {
    await run(healthRegistry);
    const { contacts } = (await openSnapshot(site.data, healthRegistry)).tables;
    const anna = linkage.findPerson(hetu, codes.anna) as number;
    const [from, to] = rowsOf(contacts, anna);
    expect(to - from).toBe(2);
    expect([...contacts.subject.subarray(from, to)]).toEqual([anna, anna]);
    expect(contacts.columns.start[from]).toBeLessThan(contacts.columns.start[from + 1]!);
    expect([...contacts.columns.service.texts]).toEqual(['T11', 'T21', 'T90']);
    expect(rowsOf(contacts, 1_000_000)).toEqual([0, 0]);
  });

  it('makes a contact id from the id in the source, not from its row', async () => {
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

describe('a snapshot', () => {
  it('says what it is made of', async () => {
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

  it('is kept together with the one before, and no older', async () => {
    const ids = [];
    for (let time = 0; time < 3; time++) ids.push((await run(populationRegistry)).snapshotId);
    const kept = await readdir(join(site.data, 'population'));
    expect(kept.sort()).toEqual([...ids.slice(1), 'current'].sort());
  });

  it('is taken after the population register, whatever the order of the list', () => {
    const [first, ...others] = registries.map(({ definition }) => definition.name);
    expect(first).toBe('population');
    expect(others).toContain('education');
  });

  it('tells of its progress by table', async () => {
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
    expect(progress.at(0)).toEqual({ registry: 'population', table: 'persons', rows: 3, rejected: 0 });
    expect(progress.map(({ table }) => table)).toEqual(Object.keys(populationRegistry.tables));
  });
});
