/**
 * @property extraction/json-confidentiality An error or a note about JSON repeats no value of it.
 * @enforcedBy registry-kit/extraction/source/json/readJsonLines.ts,
 * registry-kit/extraction/source/json/jsonPath.ts
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Linkage } from '../../linkage/linkage.js';
import type { RegistryDefinition } from '../../registry-kit/columns/tableDefinition.js';
import { readDeclaration } from '../../registry-kit/declared/declaration.js';
import { extract, type ExtractionOptions } from '../../registry-kit/extraction/extract.js';
import { joinRegistries } from '../../registry-kit/joinedRegistries.js';
import { openSnapshot } from '../../registry-kit/snapshot/openSnapshot.js';
import { healthRegistry } from '../../subgraphs/health/tables.js';
import { populationRegistry } from '../../subgraphs/population/tables.js';
import {
  clinicResources,
  encounter,
  episodes,
  exportsWithHealth,
  HETU,
  lines,
  patient,
  patientId,
  patients,
  VISITS,
} from '../fhir/resources.js';
import { codes, type Exports, ExtractionSite, readable } from './extractionExports.js';
import { fileOf } from './howTo.js';

const { anna, bertil, cecilia, nobody } = codes;

const bySubject = (rows: Record<string, unknown>[]) =>
  rows.toSorted((a, b) => String(a['subject']).localeCompare(String(b['subject'])));

describe('resources of FHIR', () => {
  let site: ExtractionSite;
  let linkage: Linkage;
  let notices: string[];

  beforeEach(async () => {
    site = await ExtractionSite.create(exportsWithHealth());
    linkage = await site.linkage();
    notices = [];
  });
  afterEach(async () => {
    joinRegistries({});
    await site.remove();
  });

  const run = (registry: RegistryDefinition, more: Partial<ExtractionOptions> = {}) =>
    extract({
      registry,
      linkage,
      source: site.source,
      data: site.data,
      synthetic: true,
      onNotice: (text) => void notices.push(text),
      ...more,
    });

  /** Maps a registry by a text; its other files stay as they are. */
  async function map(registry: string, mapping: string): Promise<void> {
    const folder = join(site.source, '..', 'mappings', registry);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'mapping.yaml'), mapping);
    joinRegistries({ folders: new Map([[registry, folder]]) });
  }

  const health = () => map('health', fileOf('connect-fhir.md', 'data/health/mapping.yaml'));
  const resources = (encounters: readonly string[]): Exports => ({
    health: {
      'Patient.ndjson': lines(patients),
      'Encounter.ndjson': encounters,
      'EpisodeOfCare.ndjson': lines(episodes),
    },
  });

  it('become the same snapshot as the same rows in CSV, byte for byte of its data', async () => {
    await run(populationRegistry);
    const csv = await run(healthRegistry);
    await site.write(resources(lines(VISITS.map(encounter))));
    await health();
    const fhir = await run(healthRegistry);
    expect(fhir.tables).toEqual(csv.tables);
    expect(fhir.rejectedRows).toBe(0);
  });

  it('are rejected by reason, and what was entered in error is left out', async () => {
    await run(populationRegistry);
    const good = encounter(VISITS[0]!);
    const bad = (id: string, more: object) => ({ ...good, id, ...more });
    await site.write(
      resources([
        ...lines([
          good,
          bad('E2', { status: 'entered-in-error' }),
          bad('E3', { period: { start: '2012' } }),
          bad('E4', { period: { start: '2012-02-31' } }),
          bad('E5', { subject: { reference: 'Patient/p-99' } }),
          bad('E6', { subject: { reference: `Patient/${patientId(nobody)}` } }),
          bad('E7', {
            serviceProvider: [{ reference: 'Organization/A1' }, { reference: 'Organization/B1' }],
          }),
          bad('E8', { id: 9007199254740993 }),
          bad('E9', { period: { start: { value: '2012-01-01' } } }),
        ]),
        '{"resourceType":"Encounter",',
      ]),
    );
    await health();
    const { tables, rejects } = await run(healthRegistry);
    expect(tables['contacts']).toMatchObject({ read: 10, rows: 1, rejected: 8, leftOut: 1 });
    expect(rejects).toEqual({
      'inexact-number': 1,
      'invalid-date': 1,
      'malformed-row': 1,
      'missing-code': 1,
      'not-a-value': 1,
      'partial-date': 1,
      'several-values': 1,
      'unknown-person': 1,
    });
  });

  it('are a population register: codes, guardians and security labels', async () => {
    const relatives = [
      {
        resourceType: 'RelatedPerson',
        patient: { reference: `Patient/${patientId(cecilia)}` },
        relationship: [{ coding: [{ code: 'GUARD' }] }],
        identifier: [{ system: HETU, value: anna }],
        period: { start: '2008-12-24' },
      },
      {
        resourceType: 'RelatedPerson',
        patient: { reference: `Patient/${patientId(cecilia)}` },
        relationship: [{ coding: [{ code: 'AUNT' }] }],
        identifier: [{ system: HETU, value: bertil }],
      },
    ];
    const label = (code: string) => ({
      system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality',
      code,
    });
    await site.write({
      population: {
        'Patient.ndjson': lines([
          patient(anna, { birthDate: '1980-02-01', gender: 'female', meta: { security: [label('N')] } }),
          patient(bertil, {
            birthDate: '1978-03-15',
            gender: 'male',
            deceasedDateTime: '2015-06-30T01:00:00+03:00',
          }),
          patient(cecilia, {
            birthDate: '2008-12-24',
            gender: 'female',
            meta: { security: [label('N'), label('R'), { system: 'urn:other', code: 'V' }] },
          }),
        ]),
        'RelatedPerson.ndjson': lines(relatives),
      },
    });
    await map('population', fileOf('connect-fhir.md', 'data/population/mapping.yaml'));
    const { tables } = await run(populationRegistry);
    expect(tables['guardianships']).toMatchObject({ rows: 1, leftOut: 1 });
    const snapshot = await openSnapshot(site.data, populationRegistry);
    const rows = (table: keyof typeof snapshot.tables) =>
      bySubject(readable(snapshot.tables[table], linkage));
    expect(rows('persons')).toEqual([
      { subject: 'anna', birth: '1980-02-01', sex: 'female', language: 'fi' },
      { subject: 'bertil', birth: '1978-03-15', death: '2015-06-30', sex: 'male', language: 'fi' },
      { subject: 'cecilia', birth: '2008-12-24', sex: 'female', language: 'fi' },
    ]);
    expect(rows('guardianships')).toEqual([{ subject: 'cecilia', guardian: 'anna', start: '2008-12-24' }]);
    expect(rows('nonDisclosures')).toEqual([{ subject: 'cecilia', start: '1900-01-01' }]);
  });

  it('say which path no resource has, and fail if none has any, without a value of them', async () => {
    await run(populationRegistry);
    await site.write(resources(lines(VISITS.map((row) => ({ ...encounter(row), priority: { EM: anna } })))));
    await health();
    await run(healthRegistry);
    expect(notices).toContain(
      'No object of Encounter.ndjson has a value at "priority.coding.code". Is the path right?',
    );
    await site.write(resources([JSON.stringify({ [anna]: anna })]));
    const fault = await run(healthRegistry).catch((cause: Error) => cause);
    expect(fault).toMatchObject({ code: 'SOURCE_COLUMNS' });
    expect(`${notices.join()}${(fault as Error).message}`).not.toMatch(/\d{6}[-+A]9\d\d/);
  });

  it('may be several files, compressed or not, whose rejects name the file', async () => {
    await run(populationRegistry);
    const csv = await run(healthRegistry);
    const mapping = fileOf('connect-fhir.md', 'data/health/mapping.yaml');
    await map('health', mapping.replaceAll('Encounter.ndjson', 'Encounter-*.ndjson'));
    const [first, ...others] = lines(VISITS.map(encounter));
    await site.write(resources([]));
    const folder = join(site.source, 'health');
    await writeFile(join(folder, 'Encounter-1.ndjson'), `${first}\nnot JSON\n`);
    await writeFile(join(folder, 'Encounter-2.ndjson'), gzipSync(`${others.join('\n')}\nneither\n`));
    const { tables, snapshotId } = await run(healthRegistry);
    expect(tables['contacts']).toMatchObject({
      sha256: csv.tables['contacts']!.sha256,
      read: 5,
      rejected: 2,
    });
    const rejects = await readFile(join(site.data, 'health', snapshotId, 'rejects.csv'), 'utf8');
    expect(rejects.trim().split('\n').slice(1)).toEqual([
      'Encounter-1.ndjson,2,malformed-row,',
      'Encounter-2.ndjson,3,malformed-row,',
    ]);
    await map('health', mapping.replaceAll('Encounter.ndjson', 'Visit-*.ndjson'));
    await expect(run(healthRegistry)).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: expect.stringContaining('No file matches health/Visit-*.ndjson'),
    });
  });
});

const clinics = [join(import.meta.dirname, 'clinicExport'), process.env['SYNTHEA_DATA']].filter(
  (folder) => folder !== undefined,
);

describe.each(clinics)('a declared registry from the export %#', (source) => {
  it('has the same data from FHIR as from CSV', async () => {
    const site = await ExtractionSite.create({});
    try {
      const { encounters, conditions } = await clinicResources(source);
      const half = Math.floor(encounters.length / 2);
      await site.write({
        clinic: {
          'Encounter-1.ndjson': lines(encounters.slice(0, half)),
          'Encounter-2.ndjson': lines(encounters.slice(half)),
          'Condition.ndjson': lines(conditions),
        },
      });
      const folder = join(site.source, '..', 'clinic');
      await mkdir(folder);
      for (const file of ['registry.yaml', 'codes.yaml'])
        await writeFile(join(folder, file), fileOf('onboard-a-registry.md', `data/clinic/${file}`));
      for (const file of ['encounters.csv', 'conditions.csv'])
        await writeFile(join(site.source, 'clinic', file), await readFile(join(source, file)));
      joinRegistries({ folders: new Map([['clinic', folder]]) });
      const { definition: registry } = await readDeclaration(folder);
      const linkage = await site.linkage();
      const tables = async (howTo: string) => {
        await writeFile(join(folder, 'mapping.yaml'), fileOf(howTo, 'data/clinic/mapping.yaml'));
        const options = { registry, linkage, source: site.source, data: site.data, synthetic: true };
        return (await extract(options)).tables;
      };
      const csv = await tables('onboard-a-registry.md');
      expect(csv['contacts']!.rows).toBeGreaterThan(50);
      expect(await tables('connect-fhir.md')).toEqual(csv);
    } finally {
      joinRegistries({});
      await site.remove();
    }
  });
});
