/**
 * @property extraction/folder-names The name of a folder changes no row: Parquet is read in one place,
 * without Hive partitions.
 * @enforcedBy lib/duckdb.ts, eslint.config.js
 */
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { formatDay } from '../../lib/calendar.js';
import { sqlText, withMemoryDatabase } from '../../lib/duckdb.js';
import { extract } from '../../registry-kit/extraction/extract.js';
import { dateParser } from '../../registry-kit/extraction/rows/parseValues.js';
import { readParquet } from '../../registry-kit/extraction/source/files/readParquet.js';
import { openSnapshot } from '../../registry-kit/snapshot/openSnapshot.js';
import { educationRegistry } from '../../subgraphs/education/tables.js';
import { populationRegistry } from '../../subgraphs/population/tables.js';
import { codes, ExtractionSite, readable } from './extractionExports.js';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'polku-parquet-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Writes the rows of a SELECT as Parquet. */
const write = (path: string, select: string) =>
  withMemoryDatabase((connection) => connection.run(`COPY (${select}) TO ${sqlText(path)} (FORMAT parquet)`));

/** The texts of the named columns, by column, and the rejected rows. */
async function read(path: string, columns: readonly string[], hasZone = false) {
  return withMemoryDatabase(async (connection) => {
    const texts: string[][] = columns.map(() => []);
    const rejected: unknown[] = [];
    for await (const batch of readParquet(connection, path, 'health/x.parquet', columns, hasZone)) {
      batch.columns.forEach((column, index) => texts[index]!.push(...column));
      rejected.push(...batch.rejected);
    }
    return { texts, rejected };
  });
}

async function textsOf(values: string, hasZone = false): Promise<readonly string[]> {
  const path = join(folder, 'x.parquet');
  await write(path, `SELECT unnest([${values}]) AS v`);
  return (await read(path, ['v'], hasZone)).texts[0]!;
}

describe('a value of a Parquet column', () => {
  it.each([
    ['101::BIGINT, 101::TINYINT', ['101', '101']],
    ['101.0::DOUBLE, -7.0, 0.5, 1e-7, -0.0', ['101', '-7', '0.5', '0.0000001', '0']],
    ['101.0::FLOAT, 0.1::FLOAT', ['101', '0.1']],
    ['101.00::DECIMAL(9,2), 412.50, 100.00', ['101', '412.5', '100']],
    ["'101'::BLOB, encode('Käpylä')", ['101', 'Käpylä']],
    ["'101', ' x '", ['101', ' x ']],
    ['NULL::DOUBLE, 1.0', ['', '1']],
    ["'nan'::DOUBLE, 1.0", ['', '1']],
    ["UUID '26770feb-36bd-33a6-a255-4acfc0cc3310'", ['26770feb-36bd-33a6-a255-4acfc0cc3310']],
    ['true', ['true']],
  ])('X13: has one text whatever its type: %s', async (values, texts) => {
    expect(await textsOf(values)).toEqual(texts);
  });

  it('X13: is no id when a number has lost digits', async () => {
    expect(await textsOf('10939900000000001::DOUBLE, 16777217::FLOAT::DOUBLE')).toEqual([
      '1.09399e+16',
      '16777216',
    ]);
    expect(await textsOf('33554433::FLOAT')).toEqual(['3.3554432e+7']);
  });

  it.each([
    ["DATE '2012-05-14', NULL", ['2012-05-14', '']],
    ["DATE '12012-05-14', DATE '0044-03-15 (BC)', DATE 'infinity'", ['9999-12-31', '0001-01-01', '']],
    [
      "TIMESTAMP '2012-05-14 00:00:00', TIMESTAMP '2012-05-14 22:30:00.500'",
      ['2012-05-14', '2012-05-14T22:30:00.5'],
    ],
    [
      "TIMESTAMP_NS '2012-05-14 22:30:00', TIMESTAMP_NS '2012-05-14 00:00:00'",
      ['2012-05-14T22:30:00', '2012-05-14'],
    ],
    [
      "TIMESTAMP_S '2012-05-14 22:30:00', TIMESTAMP_MS '2012-05-14 22:30:00'",
      ['2012-05-14T22:30:00', '2012-05-14T22:30:00'],
    ],
    [
      "TIMESTAMPTZ '2012-05-14 22:30:00+00', TIMESTAMPTZ '1910-01-01 00:00:00+02'",
      ['2012-05-14T22:30:00Z', '1909-12-31T22:00:00Z'],
    ],
  ])('X13: is a day or a time in ISO 8601: %s', async (values, texts) => {
    expect(await textsOf(values)).toEqual(texts);
  });

  it('X13: keeps midnight as a time when the mapping names its zone', async () => {
    expect(await textsOf("TIMESTAMP '2012-05-14 00:00:00'", true)).toEqual(['2012-05-14T00:00:00']);
  });

  it('X13: decodes INT96 to its time', async () => {
    const path = join(folder, 'int96.parquet');
    // Written by Arrow: 2012-05-14 22:30:00, 1910-01-01 22:20:10 and null, column t.
    const file =
      'UEFSMRUAFTwVPCwVBhUAFQYVBhwAAAACAAAAAwMAEDpIq0kAAP55JQAAhHzpIUkAAPHnJAAVBBksNQAYBnNjaGVtYRUCABUGJQIYAXQAFgYZHBkcJgAcFQYZJQYA' +
      'GRgBdBUAFgYWYhZiJghJHBUAFQAVAgA8KQYZJgIEAAAAFmIWBiYIFmIAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI1LjAuMRkcHAAAAHoAAABQQVIx';
    await writeFile(path, Buffer.from(file, 'base64'));
    expect((await read(path, ['t'])).texts).toEqual([['2012-05-14T22:30:00', '1910-01-01T22:20:10', '']]);
  });

  it('X13: is rejected with its row when its bytes are not text', async () => {
    const path = join(folder, 'x.parquet');
    await write(
      path,
      `SELECT * FROM (VALUES (1, 'a'::BLOB), (2, '\\xFF\\xFE'::BLOB), (3, 'c'::BLOB)) AS t(id, v)`,
    );
    const { texts, rejected } = await read(path, ['id', 'v']);
    expect([texts, rejected]).toEqual([
      [
        ['1', '3'],
        ['a', 'c'],
      ],
      [{ row: 2, reason: 'wrong-encoding', columns: [] }],
    ]);
  });

  /** Two columns; DuckDB would not write the first one under this name. */
  async function writeTwins(name: string): Promise<string> {
    const path = join(folder, 'x.parquet');
    const standIn = name.replace(/./, 'x');
    await write(path, `SELECT 'other' AS "${standIn}", 'mine' AS "HETU"`);
    const bytes = (await readFile(path, 'latin1')).replaceAll(standIn, name);
    await writeFile(path, bytes, 'latin1');
    return path;
  }

  it('X12: comes from the mapped column although another differs only in case', async () => {
    expect((await read(await writeTwins('hetu'), ['HETU'])).texts).toEqual([['mine']]);
  });

  it('X12: is refused when two columns have the mapped name', async () => {
    await expect(read(await writeTwins('HETU'), ['HETU'])).rejects.toMatchObject({
      code: 'SOURCE_COLUMNS',
      message: expect.stringContaining('more than once: "HETU" (columns 1, 2)'),
    });
  });
});

describe('a calendar day of a timestamp', () => {
  const day = (text: string, zone?: string) => {
    const parsed = dateParser('typed', undefined, zone)(text);
    return typeof parsed === 'number' ? formatDay(parsed) : parsed;
  };

  it.each([
    ['2012-05-14', undefined, '2012-05-14'],
    ['2012-05-14T22:30:00', undefined, '2012-05-14'],
    ['2012-05-14T22:30:00Z', undefined, '2012-05-15'],
    ['2012-05-14T22:30:00', 'UTC', '2012-05-15'],
    ['2012-05-14T20:30:00', 'UTC', '2012-05-14'],
    ['2012-05-14T23:30:00', 'Europe/Helsinki', '2012-05-14'],
    ['2012-05-14T23:30:00', 'Europe/Stockholm', '2012-05-15'],
    ['2012-05-14T00:30:00', 'Asia/Tokyo', '2012-05-13'],
    ['2012-03-25T02:30:00', 'Europe/Stockholm', '2012-03-25'],
    ['2012-05-14', 'UTC', '2012-05-14'],
  ] as const)('X13: is the day in Finland: %s in %s', (text, zone, expected) => {
    expect(day(text, zone)).toBe(expected);
  });

  it('X13: does not depend on earlier reads, also for historic offsets of minutes and seconds', () => {
    // Until 1921-05-01 Finland was 1 h 39 min 49 s ahead of UTC.
    const times = [
      '1910-01-01T22:20:10Z',
      '1910-01-01T22:20:11Z',
      '1910-01-01T22:59:59Z',
      '1910-01-01T22:00:00Z',
    ];
    const expected = ['1910-01-01', '1910-01-02', '1910-01-02', '1910-01-01'];
    expect(times.map((time) => day(time))).toEqual(expected);
    expect(times.toReversed().map((time) => day(time))).toEqual(expected.toReversed());
  });
});

describe('an export of Parquet files', () => {
  let site: ExtractionSite;
  beforeEach(async () => (site = await ExtractionSite.create()));
  afterEach(() => site.remove());

  const { anna, cecilia } = codes;
  const attendance = (record: string, day: string) =>
    `SELECT ${record} AS record_id, '${cecilia}' AS child_code, ${day} AS "month", 'PK-11' AS unit, 'V10' AS service,
       'O1' AS educator, 120.5 AS hours, 2 AS absence_days`;

  async function writeEducation(contacts: string): Promise<void> {
    await site.writeParquet('education', 'attendance.parquet', contacts);
    await site.writeParquet(
      'education',
      'enrolments.parquet',
      `SELECT '${cecilia}' AS child_code, 'PK-11' AS unit, 'V10' AS service, DATE '2012-02-01' AS start_date, NULL::DATE AS end_date, 20.0 AS hours_per_week`,
    );
    await site.writeParquet(
      'education',
      'staff.parquet',
      `SELECT '${cecilia}' AS child_code, 'O1' AS educator, 'PK-11' AS unit, DATE '2012-02-01' AS start_date, NULL::DATE AS end_date`,
    );
    await site.writeParquet(
      'education',
      'objections.parquet',
      `SELECT '${cecilia}' AS child_code, DATE '2012-02-01' AS from_date`,
    );
  }

  /** The contacts of a snapshot of early education. */
  async function contacts(source: string, data: string) {
    const linkage = await site.linkage();
    const options = { source, data, linkage, synthetic: true };
    await extract({ ...options, registry: populationRegistry });
    const { rejects } = await extract({ ...options, registry: educationRegistry });
    const { tables } = await openSnapshot(data, educationRegistry);
    return { rejects, ids: [...tables.contacts.columns.id], rows: readable(tables.contacts, linkage) };
  }

  it('X02: has the rows of its files, whatever the folder names, and so has its snapshot', async () => {
    await writeEducation(attendance("'R1'", "DATE '2012-02-01'"));
    const plain = await contacts(site.source, site.data);
    expect(plain.rows).toMatchObject([{ subject: 'cecilia', start: '2012-02-01', service: 'V10' }]);
    const named = ['month=2015-03-01', 'service=V99', `child_code=${anna}`, 'subject=7', 'start=2001-01-01'];
    const source = join(site.source, '..', ...named, 'exports');
    await mkdir(join(source, '..'), { recursive: true });
    await rename(site.source, source);
    const data = join(site.data, '..', ...named, 'data');
    expect(await contacts(source, data)).toEqual(plain);
  });

  it.each([
    ['a day', "DATE '2012-02-01'"],
    ['midnight', "TIMESTAMP '2012-02-01 00:00:00'"],
    ['a time', "TIMESTAMP '2012-02-01 23:30:00'"],
    ['a moment', "TIMESTAMPTZ '2012-01-31 22:30:00+00'"],
    ['a text', "'2012-02-01'"],
  ])('X13: gives the same days when its column holds %s', async (_what, day) => {
    await writeEducation(attendance("'R1'", day));
    expect(await contacts(site.source, site.data)).toMatchObject({
      rejects: {},
      rows: [{ start: '2012-02-01', end: '2012-02-29' }],
    });
  });

  it('X13: gives one key to an id, whatever its type', async () => {
    const keys = new Set<bigint>();
    for (const id of ['101::BIGINT', '101.0::DOUBLE', '101::DECIMAL(9,2)', "'101'", "'101'::BLOB"]) {
      await writeEducation(attendance(id, "DATE '2012-02-01'"));
      for (const key of (await contacts(site.source, site.data)).ids) keys.add(key);
    }
    expect(keys.size).toBe(1);
  });

  it('X13: reads an open end as empty, without rejecting the row', async () => {
    await writeEducation(attendance("'R1'", "DATE '2012-02-01'"));
    await site.writeParquet(
      'education',
      'staff.parquet',
      `SELECT '${cecilia}' AS child_code, 'O1' AS educator, 'PK-11' AS unit, TIMESTAMP '2012-02-01 08:00:00' AS start_date, TIMESTAMPTZ '9999-12-31 23:59:59+00' AS end_date`,
    );
    const { rejects } = await contacts(site.source, site.data);
    expect(rejects).toEqual({});
    const { tables } = await openSnapshot(site.data, educationRegistry);
    expect(readable(tables.careRelationships, await site.linkage())).toEqual([
      { subject: 'cecilia', employee: 'O1', unit: 'PK-11', start: '2012-02-01' },
    ]);
  });

  it('X12: is refused when a mapped column occurs twice', async () => {
    await writeEducation(attendance("'R1'", "DATE '2012-02-01'"));
    await site.writeParquet(
      'education',
      'objections.parquet',
      `SELECT '${cecilia}' AS child_code, '${anna}' AS " child_code ", DATE '2012-02-01' AS from_date`,
    );
    await expect(contacts(site.source, site.data)).rejects.toMatchObject({
      code: 'SOURCE_COLUMNS',
      message: expect.stringContaining('more than once: "child_code" (columns 1, 2)'),
    });
  });
});
