/**
 * @property extraction/orphan-rows A row whose parent record was rejected is rejected, too.
 * @enforcedBy registry-kit/extraction/extractTable.ts, registry-kit/extraction/staging/recordKeys.ts
 */
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Linkage } from '../../../linkage/linkage.js';
import type { RegistryDefinition } from '../../../registry-kit/columns/tableDefinition.js';
import { extractTable } from '../../../registry-kit/extraction/extractTable.js';
import { parseMapping } from '../../../registry-kit/extraction/mapping/readMapping.js';
import { ProgressMeter } from '../../../registry-kit/extraction/progressMeter.js';
import { RejectsReport } from '../../../registry-kit/extraction/rejectsReport.js';
import { PersonLinker } from '../../../registry-kit/extraction/rows/cellReader.js';
import { openRows, withSource } from '../../../registry-kit/extraction/source/openSource.js';
import { RecordKeys, RowSet } from '../../../registry-kit/extraction/staging/recordKeys.js';

/** Visits, diagnoses made in them, and prescriptions for these diagnoses. */
const registry: RegistryDefinition = {
  name: 'clinic',
  schemaVersion: 1,
  tables: {
    prescriptions: {
      order: 'at',
      columns: { diagnosis: { kind: 'record', optional: true }, at: { kind: 'day' } },
    },
    diagnoses: {
      order: 'at',
      columns: { id: { kind: 'record' }, visit: { kind: 'record' }, at: { kind: 'day' } },
    },
    visits: { order: 'at', columns: { id: { kind: 'record' }, at: { kind: 'day' } } },
  },
};

const mappingText = `registry: clinic
scheme: local:patient
format: { type: csv }
tables:
  prescriptions:
    file: prescriptions.csv
    subject: P
    columns: { diagnosis: { from: DIAGNOSIS, of: diagnoses }, at: AT }
  diagnoses:
    file: diagnoses.csv
    subject: P
    columns: { visit: { from: VISIT, of: visits }, id: ID, at: AT }
  visits:
    file: visits.csv
    subject: P
    unique: id
    columns: { id: ID, at: AT }
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polku-records-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Rows {
  readonly visits: readonly string[];
  readonly diagnoses: readonly string[];
  readonly prescriptions?: readonly string[];
}

/**
 * Extracts the tables; returns rows served and rejected by table, the lines of rejects.csv, and the notices.
 */
async function extracted({ visits, diagnoses, prescriptions = [] }: Rows, text: string = mappingText) {
  await mkdir(join(folder, 'clinic'), { recursive: true });
  const write = (file: string, header: string, rows: readonly string[]) =>
    writeFile(
      join(folder, 'clinic', file),
      [header, ...rows.map((row) => `p1,2012-05-14,${row}`), ''].join('\n'),
    );
  await write('visits.csv', 'P,AT,ID', visits);
  await write('diagnoses.csv', 'P,AT,ID,VISIT', diagnoses);
  await write('prescriptions.csv', 'P,AT,DIAGNOSIS', prescriptions);
  const mapping = parseMapping(text, registry, 'mapping.yaml');
  const linkage = await Linkage.open({ dir: folder, secret: Buffer.alloc(32, 1), expectedPersons: 10 });
  const rejects = new RejectsReport(await open(join(folder, 'rejects.csv'), 'w'), 'clinic', 5, 'the list');
  const notices: string[] = [];
  const records = new Map<string, RecordKeys>();
  const tables: Record<string, { served: number; rejected: number }> = {};
  try {
    await withSource(mapping, { exports: folder, registry: 'clinic' }, async (source) => {
      const extraction = {
        mapping,
        sourceRows: await openRows(mapping, source),
        rejects,
        meter: new ProgressMeter(
          'clinic',
          1,
          () => 0,
          () => undefined,
          undefined,
        ),
        cells: { registry: 'clinic', linkage, persons: new PersonLinker(linkage), codeLists: new Map() },
        records,
        baselines: new Map(),
        notice: (notice: string) => void notices.push(notice),
      };
      for (const table of mapping.tables) {
        const path = join(folder, `${table.name}.parquet`);
        const { rows, rejected } = await extractTable(table, registry.tables[table.name]!, path, extraction);
        tables[table.name] = { served: rows, rejected };
      }
    });
  } finally {
    for (const keys of records.values()) keys.discard();
    await rejects.close();
  }
  const [, ...listed] = (await readFile(join(folder, 'rejects.csv'), 'utf8')).trimEnd().split('\n');
  return { tables, listed, notices };
}

describe('a row that names a record of another table', () => {
  it('X08: is rejected when the record does not exist', async () => {
    const { tables, listed, notices } = await extracted({
      visits: ['v1', 'v2', 'v2'],
      diagnoses: ['d1,v1', 'd2,v3', 'd3,v2', 'd4,V-1'],
      prescriptions: ['d1', 'd2', '', 'd9'],
    });
    expect(tables).toEqual({
      visits: { served: 2, rejected: 1 },
      diagnoses: { served: 2, rejected: 2 },
      prescriptions: { served: 2, rejected: 2 },
    });
    expect(listed).toEqual([
      'visits.csv,3,duplicate-id,ID',
      'diagnoses.csv,2,unknown-record,VISIT',
      'diagnoses.csv,4,unknown-record,VISIT',
      'prescriptions.csv,2,unknown-record,DIAGNOSIS',
      'prescriptions.csv,4,unknown-record,DIAGNOSIS',
    ]);
    expect(notices).toEqual([]);
    expect((await readdir(folder)).filter((file) => file.includes('spill'))).toEqual([]);
  });

  it.each([
    ['d1,Encounter/1001', '1001'],
    ['d1,1001.0', '1001'],
    ['d1,1001', '1001.0'],
    ['d1,1001', '0001001'],
    ['d1,"1001,00"', '1001'],
    ['d1,37C197B5-110F-339B-942E-272137F770B2', '37c197b5-110f-339b-942e-272137f770b2'],
    ['d1,{37c197b5-110f-339b-942e-272137f770b2}', '37c197b5-110f-339b-942e-272137f770b2'],
    ['d1,37c197b5110f339b942e272137f770b2', 'urn:uuid:37c197b5-110f-339b-942e-272137f770b2'],
  ])(
    'X08: is rejected when the id is written in another form, with a notice: %s, %s',
    async (diagnosis, visit) => {
      const { tables, notices } = await extracted({
        visits: [visit, '7'],
        diagnoses: [diagnosis, 'd2,7', 'd3,8'],
      });
      expect(tables['diagnoses']).toEqual({ served: 1, rejected: 2 });
      expect(notices).toEqual([
        expect.stringContaining(
          '1 of the 2 rows of diagnoses.csv with unknown-record in VISIT name a record of visits',
        ),
      ]);
    },
  );

  it('X08: stops the extraction when most rows name no record, with the reason', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => String(1001 + index));
    const diagnoses = ids.map((id) => `d${id},Encounter/${id}`);
    await expect(extracted({ visits: ids, diagnoses })).rejects.toMatchObject({
      code: 'REJECTS_EXCEEDED',
      message: expect.stringMatching(
        /unknown-record in VISIT: 30 rows\n[^]*30 of the 30 rows of diagnoses\.csv with unknown-record/,
      ),
    });
  });

  it('X08: is rejected when the row of the record was rejected', async () => {
    const { tables } = await extracted({
      visits: ['v1', ''],
      diagnoses: ['d1,v1', 'd2,v0', 'd2,v1'],
      prescriptions: ['d2'],
    });
    expect(tables).toEqual({
      visits: { served: 1, rejected: 1 },
      diagnoses: { served: 2, rejected: 1 },
      prescriptions: { served: 1, rejected: 0 },
    });
  });

  it('X08: is a duplicate of no row that names no record', async () => {
    const text = mappingText.replace('file: diagnoses.csv', 'file: diagnoses.csv\n    unique: id');
    const { tables, listed } = await extracted(
      { visits: ['v1'], diagnoses: ['d1,v0', 'd1,v1', 'd1,v1'] },
      text,
    );
    expect(tables['diagnoses']).toEqual({ served: 1, rejected: 2 });
    expect(listed).toEqual(['diagnoses.csv,1,unknown-record,VISIT', 'diagnoses.csv,3,duplicate-id,ID']);
  });
});

describe('record keys', () => {
  const key = fc.bigInt(0n, 2n ** 64n - 1n);
  const few = fc.bigInt(0n, 6n).map((small) => small << 30n);
  const keys = fc.array(fc.record({ exact: fc.oneof(few, key), loose: fc.oneof(few, key) }), {
    maxLength: 60,
  });

  it('X08: are found as by a linear search', () => {
    fc.assert(
      fc.property(keys, keys, fc.nat(10), (parents, children, rejected) => {
        const [named, naming] = [0, 1].map((file) => new RecordKeys(join(folder, `keys${file}`)));
        parents.forEach((parent, row) => named!.add(parent, row));
        children.forEach((child, row) => naming!.add(child, row));
        const out = new RowSet();
        out.add(rejected);
        named!.leaveOut(out);
        const there = parents.filter((_, row) => row !== rejected);
        const unknown = children.flatMap(({ exact }, row) =>
          there.some((parent) => parent.exact === exact) ? [] : [row],
        );
        const other = unknown.filter((row) => there.some(({ loose }) => loose === children[row]!.loose));
        const found = naming!.findUnknown(named!);
        expect([[...found.rows], found.otherForm]).toEqual([unknown, other.length]);
      }),
    );
  });
});

describe('a mapping whose tables name records of each other', () => {
  const faultOf = (text: string) => {
    try {
      return parseMapping(text, registry, 'mapping.yaml').tables.map(({ name }) => name);
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('X08: has the named table read first', () => {
    expect(faultOf(mappingText)).toEqual(['visits', 'diagnoses', 'prescriptions']);
  });

  it('X08: has no cycle, and names no unmapped table', () => {
    expect(
      faultOf(mappingText.replace('{ id: ID, at: AT }', '{ id: { from: ID, of: diagnoses }, at: AT }')),
    ).toBe(
      "mapping.yaml:10:5: The tables prescriptions -> diagnoses -> visits -> diagnoses name each other's records.\n" +
        'mapping.yaml:12:42: No column of "visits" holds the ids of its own records.',
    );
    const own = mappingText.replace('{ from: VISIT, of: visits }', '{ from: VISIT, of: diagnoses }');
    expect(faultOf(own)).toEqual(['diagnoses', 'prescriptions', 'visits']);
    const absent = mappingText
      .replace(/ {2}visits:[^]*$/, '')
      .replace('tables:', 'absent: [visits]\ntables:');
    expect(faultOf(absent)).toContain('The table "visits" is not mapped, so none of its records exists.');
  });
});
