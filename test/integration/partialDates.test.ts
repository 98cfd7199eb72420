import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { formatPartialDay } from '../../lib/partialDate.js';
import { parseDeclaration } from '../../registry-kit/declared/declaration.js';
import { extract } from '../../registry-kit/extraction/extract.js';
import { joinRegistries } from '../../registry-kit/joinedRegistries.js';
import { proposeRegistry } from '../../registry-kit/proposal/proposeRegistry.js';
import { openSnapshot } from '../../registry-kit/snapshot/openSnapshot.js';
import { populationRegistry } from '../../subgraphs/population/tables.js';
import { codes, ExtractionSite } from './extractionExports.js';

const DECLARATION = `registry: ward
tables:
  contacts: { description: Visits. }
  conditions:
    description: Conditions.
    type: WardCondition
    columns:
      onset: { kind: partial-day, optional: true }
`;
const MAPPING = `registry: ward
scheme: hetu
format: { type: fhir }
absent: [contacts, careRelationships, objections]
tables:
  conditions:
    file: Condition.ndjson
    subject: subject.identifier.value
    columns: { start: recordedDate, onset: onsetDateTime }
`;

let site: ExtractionSite;

beforeAll(async () => {
  site = await ExtractionSite.create();
  const folder = join(site.source, '..', 'ward');
  await mkdir(folder);
  await writeFile(join(folder, 'mapping.yaml'), MAPPING);
  await writeFile(join(folder, 'codes.yaml'), '{}\n');
  joinRegistries({ folders: new Map([['ward', folder]]) });
});
afterAll(async () => {
  joinRegistries({});
  await site?.remove();
});

it('dates of FHIR stay as partial as they are, from the export to the snapshot', async () => {
  const onsets = ['2019', '2019-05', '2019-05-04', '2019-05-04T23:30:00Z', undefined, '2019-13', '9999'];
  await site.write({
    ward: {
      'Condition.ndjson': onsets.map((onsetDateTime, day) =>
        JSON.stringify({
          resourceType: 'Condition',
          subject: { identifier: { value: codes.anna } },
          recordedDate: `2020-01-0${day + 1}`,
          onsetDateTime,
        }),
      ),
    },
  });
  const shared = {
    linkage: await site.linkage(),
    source: site.source,
    data: site.data,
    synthetic: true,
  };
  await extract({ ...shared, registry: populationRegistry });
  const { definition } = parseDeclaration(DECLARATION, 'registry.yaml');
  const { rejects } = await extract({ ...shared, registry: definition });
  expect(rejects).toEqual({ 'invalid-date': 1 });
  const { tables } = await openSnapshot(site.data, definition);
  const { onset } = (tables as unknown as Record<string, { columns: Record<string, Int32Array> }>)[
    'conditions'
  ]!.columns;
  expect(Array.from(onset!, formatPartialDay)).toEqual([
    '2019',
    '2019-05',
    '2019-05-04',
    '2019-05-05',
    null,
    null,
  ]);
});

it('a registry is proposed with partial dates where some lack their day', async () => {
  const columns = ['Patient', 'Start', 'Onset', 'Year'];
  const rows = ['2019', '2019-05', '2019-05-04'].map((onset, day) => [
    `P-${day}`,
    `2020-01-0${day + 1}`,
    onset,
    '2019',
  ]);
  const { files } = await proposeRegistry(
    'ward',
    [
      {
        kind: 'file',
        source: 'visits.csv',
        format: { type: 'csv' },
        columns,
        rows: async function* () {
          yield await Promise.resolve(columns.map((_, at) => rows.map((row) => row[at]!)));
        },
      },
    ],
    'schema',
  );
  expect(files['registry.yaml']).toMatch(/^ +onset: \{ kind: partial-day,/m);
  expect(files['registry.yaml']).not.toMatch(/year: \{ kind: partial-day/);
  expect(files['policy.yaml']).toMatch(/WardContact\.onset: \{ .*quasi: year \}/);
});
