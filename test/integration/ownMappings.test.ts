import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { joinRegistries } from '../../registry-kit/joinedRegistries.js';
import type { ServedCity } from '../city/serveCity.js';

// Another city, with its own ids, no residences and only two registries. The list of registries is read
// when modules are loaded.
const folder = await mkdtemp(join(tmpdir(), 'polku-mappings-'));
joinRegistries({
  leftOut: ['social', 'education'],
  folders: new Map(['population', 'health'].map((name) => [name, join(folder, 'mappings', name)])),
});

const POPULATION = `registry: population
scheme: local:resident
format: { type: csv, dates: iso }
knows: persons
absent: [guardianships, residences, nonDisclosures]
tables:
  persons: { file: people.csv, subject: id, unique: subject, interval: [birth, death], columns: { birth: born, sex: sex, language: language } }
  memberships:
    file: families.csv
    subject: id
    interval: [start, end]
    columns: { family: { from: family, scheme: local:family }, role: role, start: start }
`;
const HEALTH = `registry: health
scheme: local:resident
format: { type: csv, dates: iso }
absent: [careRelationships, objections]
tables:
  contacts:
    file: visits.csv
    subject: id
    unique: id
    interval: [start, end]
    columns: { id: visit, start: day, service: service, unit: unit }
`;

const rows = (header: string, row: (number: number) => string) =>
  `${[header, ...Array.from({ length: 40 }, (_, number) => row(number))].join('\n')}\n`;
const files: Readonly<Record<string, string>> = {
  'mappings/population/mapping.yaml': POPULATION,
  'mappings/health/mapping.yaml': HEALTH,
  'exports/population/people.csv': rows(
    'id,born,sex,language',
    (number) => `R${number},19${50 + number}-01-01,female,fi`,
  ),
  'exports/population/families.csv': rows(
    'id,family,role,start',
    (number) => `R${number},F${number},parent,2000-01-01`,
  ),
  'exports/health/visits.csv': rows(
    'visit,id,day,service,unit',
    (number) => `V${number},R${number},2012-02-03,T11,TK-1`,
  ),
};

for (const [path, text] of Object.entries(files)) {
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), text);
}

const { Secrets } = await import('../../cli/runtime/secrets.js');
const { Linkage } = await import('../../linkage/linkage.js');
const { registries } = await import('../../subgraphs/registries.js');
const { extract } = await import('../../registry-kit/extraction/extract.js');
const { serveCity } = await import('../city/serveCity.js');

describe('a city that maps its own exports', () => {
  let served: ServedCity;

  beforeAll(async () => {
    const data = join(folder, 'data');
    const secret = await new Secrets(join(data, 'secrets')).linkage();
    const linkage = await Linkage.open({ dir: join(data, 'linkage'), secret, expectedPersons: 100 });
    for (const { definition: registry } of registries)
      await extract({ registry, source: join(folder, 'exports'), data, linkage, synthetic: true });
    served = await serveCity({ exports: join(folder, 'exports'), data, remove: async () => {} });
  });
  afterAll(async () => {
    await served?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const ask = (query: string) => served.client.ask({ persona: 'planner', purpose: 'planning', query });

  it('X23: lists for each registry what its source does not hold', async () => {
    const { data } = await ask('{ registries { name absent } }');
    expect(data).toEqual({
      registries: [
        {
          name: 'population',
          absent: ['guardianships', 'memberships.end', 'nonDisclosures', 'persons.death', 'residences'],
        },
        {
          name: 'health',
          absent: expect.arrayContaining(['careRelationships', 'contacts.diagnosis', 'objections']),
        },
      ],
    });
  });

  it('X23: counts groups by the columns that exist', async () => {
    const { data, errors } = await ask('{ cohort(where: { healthContacts: {} }) { size { count } } }');
    expect(errors).toBeUndefined();
    expect((data as { cohort: { size: { count: number } } }).cohort.size.count).toBeGreaterThan(30);
  });

  it.each([
    [
      'a table by district',
      '{ cohort(where: { healthContacts: {} }) { table(by: [DISTRICT], years: [2012]) { cells { count } } } }',
      'residences',
    ],
    [
      'a criterion over residences',
      '{ cohort(where: { district: { atEndOf: 2012 } }) { size { count } } }',
      'residences',
    ],
    [
      'a criterion over a column',
      '{ cohort(where: { healthContacts: { diagnoses: ["J06"] } }) { size { count } } }',
      'contacts.diagnosis',
    ],
  ])('X23: names the missing column when %s needs it', async (_, query, absent) => {
    const { data, errors } = await ask(query);
    expect(errors).toMatchObject([
      { message: expect.stringContaining(absent), extensions: { code: 'NOT_IN_REGISTER' } },
    ]);
    expect(JSON.stringify(data)).not.toContain('count');
  });
});
