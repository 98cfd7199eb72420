/**
 * @property extraction/rows-balance For every table the rows read equal the rows stored plus the rows
 * rejected. A lost or doubled row publishes nothing.
 * @enforcedBy registry-kit/snapshot/manifest.ts, registry-kit/snapshot/openSnapshot.ts
 * @property extraction/protecting-lists A list that protects people tolerates no reject, and no table shrinks
 * unnoticed.
 * @enforcedBy registry-kit/extraction/rejectsReport.ts, registry-kit/extraction/snapshotChecks.ts
 */
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Linkage } from '../../linkage/linkage.js';
import type { RegistryDefinition } from '../../registry-kit/columns/tableDefinition.js';
import { extract, extractIfChanged, type ExtractionOptions } from '../../registry-kit/extraction/extract.js';
import { CsvParser } from '../../registry-kit/extraction/source/files/csvParser.js';
import { RowSet } from '../../registry-kit/extraction/staging/recordKeys.js';
import { StagingTable } from '../../registry-kit/extraction/staging/stagingTable.js';
import { personFlagsRegistry } from '../../registry-kit/person-flags/personFlags.js';
import { openSnapshot, readManifest } from '../../registry-kit/snapshot/openSnapshot.js';
import { MANIFEST } from '../../registry-kit/snapshot/snapshotDraft.js';
import { healthRegistry } from '../../subgraphs/health/tables.js';
import { populationRegistry } from '../../subgraphs/population/tables.js';
import { registries } from '../../subgraphs/registries.js';
import { socialRegistry } from '../../subgraphs/social/tables.js';
import { runPolku } from '../city/runPolku.js';
import { codes, ExtractionSite, SECRET, smallExports, visitsFile } from './extractionExports.js';

let site: ExtractionSite;
let linkage: Linkage;

beforeEach(async () => {
  site = await ExtractionSite.create();
  linkage = await site.linkage();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await site.remove();
});

const run = (registry: RegistryDefinition, more: Partial<ExtractionOptions> = {}) =>
  extract({ registry, source: site.source, data: site.data, linkage, synthetic: true, ...more });

const linesOf = (registry: string, file: string) => smallExports()[registry]![file]!;

/** Replaces a file of the export. */
const write = (registry: string, file: string, lines: readonly string[]) =>
  site.write({ [registry]: { [file]: lines } });

const polku = async (...words: string[]) => {
  const secrets = join(site.data, 'secrets');
  await mkdir(secrets, { recursive: true });
  await writeFile(join(secrets, 'linkage'), SECRET.toString('base64'), { mode: 0o600 });
  return runPolku([...words, '--source', site.source, '--data', site.data]);
};

describe('every table that protects people', () => {
  it('X03: is marked as such in its definition', () => {
    const protecting = registries.flatMap(({ definition: { name, tables } }) =>
      Object.entries(tables).flatMap(([table, { protects }]) => (protects ? [`${name}.${table}`] : [])),
    );
    expect(protecting.sort()).toEqual([
      'education.objections',
      'health.objections',
      'population.nonDisclosures',
      'social.objections',
    ]);
  });
});

describe('a list that protects people', () => {
  const { anna, bertil, cecilia, nobody } = codes;
  const many = Array.from({ length: 400 }, () => `${bertil};01.06.2014`);

  beforeEach(async () => {
    await run(populationRegistry);
  });

  it.each([
    ['all of it in another format of days', [`${bertil};2014-06-01`, `${anna};2014-06-01`], 'invalid-date 2'],
    ['one row of 401 in another format of days', [...many, `${anna};2014-06-01`], 'invalid-date 1'],
    ['a day that does not exist', [`${bertil};31.06.2014`], 'invalid-date 1'],
    ['no day', [...many, `${anna};`], 'missing-value 1'],
    ['a code that is none', [...many, `${anna.slice(0, 10)}?;01.06.2014`], 'invalid-code 1'],
    ['no code', [...many, ';01.06.2014'], 'missing-code 1'],
    ['a row that is cut short', [...many, anna], 'malformed-row 1'],
    ['a row that is too long', [...many, `${anna};01.06.2014;x`], 'malformed-row 1'],
    ['only unknown people', [`${nobody};01.06.2014`], 'unknown-person 1'],
  ])(
    'X03: with %s publishes nothing, whatever rejects other tables may have',
    async (_what, rows, reasons) => {
      await write('health', 'kiellot.csv', ['HETU;ALKUPVM', ...rows]);
      await expect(run(healthRegistry, { maxRejects: 99, maxShrink: 100 })).rejects.toMatchObject({
        code: 'PROTECTION_LIST_INCOMPLETE',
        message: expect.stringMatching(
          new RegExp(`^health/kiellot\\.csv \\(table objections\\) protects .*\\(${reasons}\\)`),
        ),
      });
      await expect(readManifest(site.data, healthRegistry)).rejects.toMatchObject({
        code: 'SNAPSHOT_MISSING',
      });
      const rejects = await readFile(join(site.data, 'health', 'rejects.csv'), 'utf8');
      expect(rejects).toMatch(new RegExp(`^kiellot\\.csv,\\d+,${reasons.split(' ')[0]}`, 'm'));
    },
  );

  it.each([
    ['another format of days', `${anna},1.1.2014,`],
    ['an end before its start', `${anna},2014-01-02,2014-01-01`],
    ['a person unknown to the register itself', `${nobody},2014-01-01,`],
  ])(
    'X03: of the population register with %s publishes neither the register nor its person flags',
    async (_what, row) => {
      const before = [
        await readManifest(site.data, populationRegistry),
        await readManifest(site.data, personFlagsRegistry),
      ];
      await write('population', 'turvakiellot.csv', [...linesOf('population', 'turvakiellot.csv'), row]);
      await expect(run(populationRegistry, { maxRejects: 100, maxShrink: 100 })).rejects.toMatchObject({
        code: 'PROTECTION_LIST_INCOMPLETE',
        message: expect.stringContaining('population/turvakiellot.csv (table nonDisclosures)'),
      });
      expect([
        await readManifest(site.data, populationRegistry),
        await readManifest(site.data, personFlagsRegistry),
      ]).toEqual(before);
    },
  );

  it('X03: of changed codes tolerates no reject, because one person would become two', async () => {
    await write('population', 'tunnusmuutokset.csv', [
      ...linesOf('population', 'tunnusmuutokset.csv'),
      `${bertil};${cecilia}`,
    ]);
    await expect(run(populationRegistry)).rejects.toMatchObject({
      code: 'PROTECTION_LIST_INCOMPLETE',
      message: expect.stringContaining('population/tunnusmuutokset.csv (table codeChanges)'),
    });
  });

  it.each([
    ['health', healthRegistry, 'kiellot.csv', 'objections'],
    ['population', populationRegistry, 'turvakiellot.csv', 'nonDisclosures'],
  ])(
    'X03: of %s with only a header is refused when the previous list had people',
    async (name, registry, file, table) => {
      await run(registry);
      await write(name, file, [linesOf(name, file)[0]!]);
      await expect(run(registry)).rejects.toMatchObject({
        code: 'TABLE_SHRUNK',
        message: expect.stringContaining(`${name}.${table}: 1 rows before, 0 now`),
      });
      expect((await openSnapshot(site.data, registry)).manifest.tables[table]).toMatchObject({ rows: 1 });
    },
  );

  it('X03: counts and reports people unknown to the population register', async () => {
    await write('health', 'kiellot.csv', [...linesOf('health', 'kiellot.csv'), `${nobody};01.06.2014`]);
    const { code, errors } = await polku('extract', 'health');
    expect([code, errors]).toEqual([
      0,
      expect.stringContaining('objections: 1 of 2 rows are about nobody known.'),
    ]);
  });
});

describe('a table that shrinks', () => {
  const visits = (count: number) =>
    visitsFile(
      Array.from({ length: count }, (_, row) => `V${row};${codes.anna};Nimi;01.02.2012;;T11;TK-1;L1;;3`),
    );

  beforeEach(async () => {
    await run(populationRegistry);
    await write('health', 'kaynnit.csv', visits(100));
    await run(healthRegistry);
  });

  it.each([
    ['its header only', 0],
    ['half of its rows', 50],
    ['over a tenth of its rows missing', 89],
  ])(
    'X04: with %s publishes nothing, and reports the previous and the new number of rows',
    async (_what, rows) => {
      const before = await readManifest(site.data, healthRegistry);
      await write('health', 'kaynnit.csv', visits(rows));
      await expect(run(healthRegistry)).rejects.toMatchObject({
        code: 'TABLE_SHRUNK',
        message: expect.stringMatching(
          new RegExp(`health\\.contacts: 100 rows before, ${rows} now\\n.*--max-shrink 100`),
        ),
        details: { tables: [{ table: 'contacts', rowsBefore: 100, rows }] },
      });
      await expect(run(healthRegistry, { maxShrink: 5 })).rejects.toMatchObject({ code: 'TABLE_SHRUNK' });
      expect((await openSnapshot(site.data, healthRegistry)).manifest).toEqual(before);
      expect((await run(healthRegistry, { maxShrink: 100 })).tables['contacts']).toMatchObject({ rows });
    },
  );

  it('X04: because of rejects alone is refused as well', async () => {
    await write('health', 'kaynnit.csv', [
      ...visits(80),
      ...visits(100)
        .slice(81)
        .map((row) => row.replace('T11', 'T00')),
    ]);
    await expect(run(healthRegistry, { maxRejects: 50 })).rejects.toMatchObject({ code: 'TABLE_SHRUNK' });
  });

  it('X04: by a little is published, and so is one that grows', async () => {
    for (const rows of [90, 300]) {
      await write('health', 'kaynnit.csv', visits(rows));
      expect((await run(healthRegistry)).tables['contacts']).toMatchObject({ rows });
    }
  });

  it('X04: is compared also with a snapshot that this version would not serve', async () => {
    const { snapshotId } = await readManifest(site.data, healthRegistry);
    const path = join(site.data, 'health', snapshotId, MANIFEST);
    const manifest = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({ ...manifest, schemaVersion: 0 }));
    await write('health', 'kaynnit.csv', visits(0));
    await expect(run(healthRegistry)).rejects.toMatchObject({ code: 'TABLE_SHRUNK' });
  });

  it.each(['', '{}', '{"tables":{"contacts":{}}}'])(
    'X04: is not published when the previous manifest is %j, unless the caller asks for it',
    async (text) => {
      const { snapshotId } = await readManifest(site.data, healthRegistry);
      await writeFile(join(site.data, 'health', snapshotId, MANIFEST), text);
      await expect(run(healthRegistry)).rejects.toMatchObject({
        code: 'SNAPSHOT_INVALID',
        message: expect.stringContaining('--max-shrink 100'),
      });
      expect((await run(healthRegistry, { maxShrink: 100 })).tables['contacts']).toMatchObject({ rows: 100 });
    },
  );

  it('X04: and is empty in a first snapshot gets a warning; the command accepts --max-shrink', async () => {
    await write('social', 'contacts.csv', [linesOf('social', 'contacts.csv')[0]!]);
    const first = await polku('extract', 'social');
    expect([first.code, first.errors]).toEqual([
      0,
      expect.stringMatching(
        /contacts is empty\. Is that right\?\n +objections is empty: nobody is protected by it/,
      ),
    ]);
    await write('health', 'kaynnit.csv', visits(95));
    const refused = await polku('extract', 'health', '--max-shrink', '4');
    expect([refused.code, refused.errors]).toEqual([1, expect.stringContaining('TABLE_SHRUNK')]);
  });
});

describe('rows read', () => {
  it('equal rows stored plus rows rejected by reason, for every table in the manifest', async () => {
    const { tables, codeChanges } = await run(populationRegistry);
    expect(codeChanges).toEqual({ read: 1, rows: 1, rejected: 0, rejects: {} });
    const health = await run(healthRegistry);
    for (const { read, rows, rejected, rejects } of [
      ...Object.values(tables),
      ...Object.values(health.tables),
    ]) {
      expect(read).toBe(rows + rejected);
      expect(Object.values(rejects!).reduce((sum, count) => sum + count, 0)).toBe(rejected);
    }
    expect(health.tables['contacts']).toMatchObject({ read: 15, rows: 4, rejected: 11 });
    expect(health.tables['contacts']!.rejects).toMatchObject({ 'duplicate-id': 1, 'malformed-row': 2 });
    expect(health.tables['objections']).toMatchObject({ read: 1, rows: 1, rejected: 0, rejects: {} });
  });

  it.each([
    [
      'one is lost before it is sorted',
      () => {
        const { append } = StagingTable.prototype;
        let row = 0;
        jest.spyOn(StagingTable.prototype, 'append').mockImplementation(function (
          this: StagingTable,
          ...given
        ) {
          if (++row !== 2) append.apply(this, given);
        });
      },
    ],
    [
      'one of a table without ids is written twice',
      () => {
        const { append } = StagingTable.prototype;
        jest.spyOn(StagingTable.prototype, 'append').mockImplementation(function (
          this: StagingTable,
          ...given
        ) {
          append.apply(this, given);
          const isCare = Reflect.get(this, 'options').unique === undefined;
          if (isCare && given[1] === 1) append.apply(this, given);
        });
      },
    ],
    [
      'one is lost where the file is split',
      () => {
        const { takeRows } = CsvParser.prototype;
        let done = false;
        jest.spyOn(CsvParser.prototype, 'takeRows').mockImplementation(function (this: CsvParser, last) {
          const batch = takeRows.call(this, last);
          if (done || batch.rowNumbers.length < 2) return batch;
          done = true;
          const without = <Value>(values: readonly Value[]) => values.filter((_, index) => index !== 0);
          return { ...batch, columns: batch.columns.map(without), rowNumbers: without(batch.rowNumbers) };
        });
      },
    ],
    [
      'the file that is written lacks one',
      () => {
        const { setDuplicatesAside } = StagingTable.prototype;
        jest.spyOn(StagingTable.prototype, 'setDuplicatesAside').mockImplementation(function (
          this: StagingTable,
        ) {
          const result = setDuplicatesAside.call(this);
          const lost = new RowSet();
          lost.add(2);
          this.setAside(lost);
          return result;
        });
      },
    ],
  ])('that do not add up because %s publish nothing', async (_what, plant) => {
    await run(populationRegistry);
    const before = await run(healthRegistry);
    plant();
    await expect(run(healthRegistry, { maxShrink: 100 })).rejects.toMatchObject({
      code: 'ROWS_LOST',
      message: expect.stringMatching(/^The rows of health\.\w+ do not add up: \d+ were read/),
    });
    expect((await openSnapshot(site.data, healthRegistry)).manifest).toEqual(before);
  });

  it('X22: still add up when an export with one more row is extracted again', async () => {
    await run(populationRegistry);
    const { tables } = await run(socialRegistry);
    await appendFile(
      join(site.source, 'social', 'contacts.csv'),
      `S9,${codes.anna},Anna Korhonen,2012-05-14,,S10,SO-1,W1,,,\n`,
    );
    const { tables: next } = await run(socialRegistry);
    expect(next['contacts']!.read! - tables['contacts']!.read!).toBe(1);
    expect(next['contacts']!.rows - tables['contacts']!.rows).toBe(1);
  });
});

describe('the manifest of a snapshot', () => {
  const change = async (edit: (contacts: Record<string, unknown>) => object) => {
    await run(populationRegistry);
    const { snapshotId } = await run(healthRegistry);
    const path = join(site.data, 'health', snapshotId, MANIFEST);
    const manifest = JSON.parse(await readFile(path, 'utf8')) as {
      tables: Record<string, Record<string, unknown>>;
    };
    const { contacts } = manifest.tables;
    await writeFile(
      path,
      JSON.stringify({ ...manifest, tables: { ...manifest.tables, contacts: edit(contacts!) } }),
    );
  };

  it.each([
    [
      'more rows than its file has',
      ({ sha256 }: object & { sha256?: unknown }) => ({ sha256, rows: 5, rejected: 11 }),
    ],
    ['rows that do not add up', (contacts: object) => ({ ...contacts, read: 16 })],
    ['rejects that do not add up', (contacts: object) => ({ ...contacts, rejects: { 'invalid-date': 1 } })],
    ['a number of rows that is none', (contacts: object) => ({ ...contacts, rows: '4' })],
  ])('with %s is refused', async (_what, edit) => {
    await change(edit);
    await expect(openSnapshot(site.data, healthRegistry)).rejects.toMatchObject({ code: 'SNAPSHOT_INVALID' });
  });

  it('of an older version with fewer counts is served; its source is extracted again', async () => {
    await change(({ rows, rejected, sha256 }) => ({ rows, rejected, sha256 }));
    expect((await openSnapshot(site.data, healthRegistry)).tables.contacts.rows).toBe(4);
    const options = {
      registry: healthRegistry,
      source: site.source,
      data: site.data,
      linkage,
      synthetic: true,
    };
    expect((await extractIfChanged(options)).kept).toBe(false);
    expect((await extractIfChanged(options)).kept).toBe(true);
  });
});
