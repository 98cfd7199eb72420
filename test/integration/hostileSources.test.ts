/**
 * @property extraction/silent-sources Messages about a source never quote a cell, a column name that may be a
 * cell, a folder name or a reader's own text.
 * @enforcedBy registry-kit/extraction/source/sourceNames.ts,
 * registry-kit/extraction/source/files/fileSource.ts, cli/options.ts
 * @property extraction/regular-files
 */
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeFault } from '../../cli/options.js';
import { sqlName } from '../../lib/duckdb.js';
import type { Linkage } from '../../linkage/linkage.js';
import type { RegistryDefinition } from '../../registry-kit/columns/tableDefinition.js';
import { extract, type ExtractionOptions } from '../../registry-kit/extraction/extract.js';
import { educationRegistry } from '../../subgraphs/education/tables.js';
import { healthRegistry } from '../../subgraphs/health/tables.js';
import { populationRegistry } from '../../subgraphs/population/tables.js';
import { runPolku, startPolku } from '../city/runPolku.js';
import { until } from '../city/until.js';
import { codes, ExtractionSite, SECRET, smallExports, visitsFile } from './extractionExports.js';

// Sources have codes and names in every place that an error could quote. All output and stored files are
// searched for them.

let site: ExtractionSite;
let linkage: Linkage;

beforeEach(async () => {
  site = await ExtractionSite.create();
  linkage = await site.linkage();
});
afterEach(() => site.remove());

const PLANTED = [...Object.values(codes), 'Korhonen', 'Lindström', 'Meikäläinen', 'Salainenkatu'];
const found = (text: string) =>
  PLANTED.filter((planted) => text.toLowerCase().includes(planted.toLowerCase()));

const run = (registry: RegistryDefinition, more: Partial<ExtractionOptions> = {}) =>
  extract({ registry, source: site.source, data: site.data, linkage, synthetic: true, ...more });

/**
 * Everything that is reported about an extraction: the error in all printable forms, progress, the manifest
 * and every list.
 */
async function said(registry: RegistryDefinition): Promise<{ code: unknown; text: string }> {
  const progress: string[] = [];
  const outcome = await run(registry, { onProgress: (step) => progress.push(JSON.stringify(step)) }).catch(
    (error: unknown) => error,
  );
  const files = await readdir(site.data, { recursive: true, withFileTypes: true });
  const lists = await Promise.all(
    files
      .filter((entry) => entry.isFile() && /\.(?:csv|json)$/.test(entry.name))
      .map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')),
  );
  const forms = [
    inspect(outcome, { depth: 9, showHidden: true }),
    JSON.stringify(outcome),
    describeFault(outcome),
  ];
  return { code: (outcome as { code?: unknown }).code, text: [...forms, ...progress, ...lists].join('\n') };
}

const inPopulation = (file: string) => join(site.source, 'population', file);
const lines = (file: string) => smallExports()['population']![file]!;
const { anna, bertil } = codes;

/** The kind of each hostile file, how it is written, and the expected message. */
const hostileCsv: readonly (readonly [what: string, content: () => string | Buffer, expected: RegExp])[] = [
  [
    'a header glued to the first row',
    () => lines('henkilot.csv').join('').repeat(2),
    /"kuolinpaiva" \(column 7 begins with this name\)/,
  ],
  [
    'a header glued to a row of names',
    () => lines('henkilot.csv').join('\n').replace(',kuolinpaiva\n', ',Korhonen,'),
    /lacks .*"kuolinpaiva"/,
  ],
  [
    'no header, and a value that is a name of the mapping',
    () => `${anna},Korhonen,Anna,syntymapaiva,2,fi,\n`,
    /lacks/,
  ],
  [
    'no header, and values that are most names of the mapping',
    () => `${anna},Korhonen,kuolinpaiva,syntymapaiva,sukupuoli,aidinkieli,\n`,
    /lacks .*"henkilotunnus"\. /,
  ],
  [
    'no header, behind a byte-order mark',
    () => `\uFEFF${lines('henkilot.csv').slice(1).join('\n')}\n`,
    /names none/,
  ],
  [
    'a quote opened in the header',
    () => `"${lines('henkilot.csv').join('\n')}"\n`,
    /quote that opens in its first line/,
  ],
  [
    'a quote opened in the last name',
    () => lines('henkilot.csv').join('\n').replace('kuolin', '"kuolin').concat('"'),
    /quote that opens in its first line|Text stands/,
  ],
  [
    'a quote closed in the header',
    () => lines('henkilot.csv').join('\n').replace('henkilotunnus', `"${anna}"Korhonen`),
    /Text stands after a closing quote/,
  ],
  ['one huge name', () => `henkilotunnus ${`${anna} Korhonen `.repeat(20_000)},\n`, /does not end within/],
  ['codes for names', () => `${Object.values(codes).join()},henkilotunnus\n`, /lacks/],
  [
    'a title line',
    () => `Väestö, Meikäläinen ${anna}\n${lines('henkilot.csv').join('\n')}\n`,
    /stand in line 2/,
  ],
  ['another delimiter', () => lines('henkilot.csv').join('\n').replaceAll(',', ';'), /separated by U\+003B/],
  [
    'a line of a spreadsheet',
    () => `sep=;\n${lines('henkilot.csv').join('\n').replaceAll(',', ';')}`,
    /"sep=" line/,
  ],
  ['JSON', () => `{"${anna}":"Korhonen"}\n`, /JSON/],
  [
    'a name twice',
    () => lines('henkilot.csv').join('\n').replace('sukunimi', ' henkilotunnus\u00A0'),
    /more than once: "henkilotunnus" \(columns 1, 2\)/,
  ],
  [
    'a no-break space in a name',
    () => lines('henkilot.csv').join('\n').replace('henkilotunnus', 'henkilo\u00A0tunnus'),
    /with U\+00A0 in it/,
  ],
  [
    'UTF-16BE',
    () => Buffer.from(`\uFEFF${lines('henkilot.csv').join('\n')}`, 'utf16le').swap16(),
    /is in utf-16be; mapping.yaml says utf-8/,
  ],
  [
    'a gzip file that is cut off',
    () => gzipSync(lines('henkilot.csv').join('\n').repeat(99)).subarray(0, -30),
    /gzip file that is cut off/,
  ],
  [
    'a gzip file that is damaged',
    () => gzipSync(lines('henkilot.csv').join('\n')).fill(7, 20, 60),
    /gzip file that is damaged/,
  ],
  [
    'a zip archive that names a person',
    () => Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.from(`${anna}.csv`)]),
    /is a zip archive/,
  ],
  [
    'an Excel workbook',
    () => Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.from(`[Content_Types].xml ${anna}`)]),
    /Excel workbook/,
  ],
];

describe('a hostile CSV file', () => {
  it.each(hostileCsv)(
    'X01, X12, X19: is refused without quoting its content: %s',
    async (_what, content, expected) => {
      await writeFile(inPopulation('henkilot.csv'), content());
      const { code, text } = await said(populationRegistry);
      expect(['SOURCE_COLUMNS', 'SOURCE_UNREADABLE']).toContain(code);
      expect(text).toMatch(expected);
      expect(found(text)).toEqual([]);
    },
  );

  it('X01: is accepted with bare CR line ends', async () => {
    await writeFile(inPopulation('henkilot.csv'), lines('henkilot.csv').join('\r'));
    const { code, text } = await said(populationRegistry);
    expect(code).toBeUndefined();
    expect((await run(populationRegistry)).tables['persons']!.rows).toBe(3);
    expect(found(text)).toEqual([]);
  });

  it('X19: is accepted when it is compressed by gzip, in several members too', async () => {
    const [header, ...rows] = lines('henkilot.csv');
    const members = [`${header}\n`, rows.map((row) => `${row}\n`).join('')].map((text) => gzipSync(text));
    await writeFile(inPopulation('henkilot.csv'), Buffer.concat(members));
    expect((await run(populationRegistry)).tables['persons']!.rows).toBe(3);
  });

  it('X22: with unpaired quotes loses no row unnoticed', async () => {
    await run(populationRegistry);
    const visits = ['A', 'B', 'C', 'D'].map((id) => `${id};${anna};Korhonen Anna;02.02.2011;;T11;TK-1;L77;;`);
    visits[0] = visits[0]!.replace('Korhonen', '"Korhonen');
    visits[1] = visits[1]!.replace('Anna', 'Anna"');
    await site.write({ health: { 'kaynnit.csv': visitsFile(visits) } });
    const manifest = await run(healthRegistry);
    expect(manifest.tables['contacts']).toMatchObject({ rows: 2, rejected: 2 });
    expect(manifest.rejects).toEqual({ 'lone-quote': 2 });
    expect(found((await said(healthRegistry)).text)).toEqual([]);
  });
});

const EDUCATION = ['attendance', 'enrolments', 'staff', 'objections'];

/** Writes all of early education's files from one SELECT. */
async function writeEducation(select: string): Promise<void> {
  for (const file of EDUCATION) await site.writeParquet('education', `${file}.parquet`, select);
}
const inEducation = (file: string) => join(site.source, 'education', `${file}.parquet`);

const hostileParquet: readonly (readonly [what: string, write: () => Promise<void>, expected: RegExp])[] = [
  [
    'columns named by codes',
    () =>
      writeEducation(`SELECT 1 AS ${sqlName(anna)}, 2 AS ${sqlName(`Korhonen ${bertil}`)}, 3 AS child_code`),
    /lacks/,
  ],
  [
    'records with fields named by codes',
    () =>
      writeEducation(
        `SELECT {${sqlName(anna)}: 'Korhonen'} AS child_code, 'R' AS record_id, DATE '2012-02-01' AS "month", 'P' AS unit, 'V10' AS service, 'O' AS educator, 1 AS hours, 1 AS absence_days, DATE '2012-02-01' AS start_date, DATE '2012-02-02' AS end_date, 1 AS hours_per_week, DATE '2012-02-01' AS from_date`,
      ),
    /"child_code" \(column 1\) .* holds lists or records/,
  ],
  [
    'a column whose name occurs twice but for capitals',
    () => writeEducation(`SELECT '${anna}' AS child_code, '${bertil}' AS "Child_Code"`),
    /lacks/,
  ],
  [
    'text that is no Parquet',
    () =>
      site.write({
        education: Object.fromEntries(
          EDUCATION.map((file) => [`${file}.parquet`, [`child_code,${anna}`, 'Korhonen']]),
        ),
      }),
    /is not Parquet/,
  ],
  [
    'Parquet that is cut off',
    async () => {
      await writeEducation(`SELECT '${anna}' AS child_code FROM range(50000)`);
      for (const file of EDUCATION)
        await truncate(inEducation(file), (await stat(inEducation(file))).size - 40);
    },
    /is cut off/,
  ],
  [
    'Parquet whose footer is damaged',
    async () => {
      await writeEducation(`SELECT '${anna}' AS child_code, 'Korhonen' AS ${sqlName(bertil)}`);
      for (const file of EDUCATION) {
        const bytes = await readFile(inEducation(file));
        await writeFile(inEducation(file), bytes.fill(0xff, bytes.length - 60, bytes.length - 20));
      }
    },
    /damaged/,
  ],
  [
    'Parquet packed by gzip',
    async () => {
      await writeEducation(`SELECT '${anna}' AS child_code`);
      for (const file of EDUCATION)
        await writeFile(inEducation(file), gzipSync(await readFile(inEducation(file))));
    },
    /is a gzip file, not Parquet/,
  ],
];

describe('a hostile Parquet file', () => {
  it.each(hostileParquet)(
    'X01, X19: is refused without quoting its content: %s',
    async (_what, write, expected) => {
      await run(populationRegistry);
      await write();
      const { code, text } = await said(educationRegistry);
      expect(['SOURCE_COLUMNS', 'SOURCE_UNREADABLE']).toContain(code);
      expect(text).toMatch(expected);
      expect(found(text)).toEqual([]);
    },
  );
});

describe('a source that is not a regular file', () => {
  it.each([
    ['named pipe', async (path: string) => void execFileSync('mkfifo', [path])],
    ['folder', async (path: string) => void (await mkdir(path))],
  ])('X05: is refused at once, and named by its kind: %s', async (kind, make) => {
    await rm(inPopulation('henkilot.csv'));
    await make(inPopulation('henkilot.csv'));
    await expect(run(populationRegistry)).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: expect.stringContaining(`population/henkilot.csv is a ${kind}.`),
    });
  });

  it('X05: is named when its folder is a file', async () => {
    await rm(join(site.source, 'population'), { recursive: true });
    await writeFile(join(site.source, 'population'), codes.anna);
    const { code, text } = await said(populationRegistry);
    expect(code).toBe('SOURCE_UNREADABLE');
    expect(text).toContain('a part of its path is a file, not a folder');
    expect(found(text)).toEqual([]);
  });

  it('X05: stops before the next file when the caller aborts', async () => {
    await expect(run(populationRegistry, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'EXTRACTION_INTERRUPTED',
    });
  });
});

describe('the command', () => {
  beforeEach(async () => {
    const secrets = join(site.data, 'secrets');
    await mkdir(secrets, { recursive: true });
    await writeFile(join(secrets, 'linkage'), SECRET.toString('base64'), { mode: 0o600 });
  });
  const extractFrom = (source: string, registry = 'population') =>
    runPolku(['extract', registry, '--source', source, '--data', site.data, '--expected-persons', '100']);

  it('X01: prints nothing of a source whose folder and header hold codes', async () => {
    const source = join(site.source, `..`, `child_code=${anna}`);
    await rename(site.source, source);
    await writeFile(join(source, 'population', 'henkilot.csv'), lines('henkilot.csv').join(''));
    const glued = await extractFrom(source);
    await rm(join(source, 'population', 'henkilot.csv'));
    const missing = await extractFrom(source);
    await writeFile(join(source, 'polku-city.json'), `{"${anna}`);
    const marker = await extractFrom(source);
    const all = [glued, missing, marker];
    expect(all.map(({ code }) => code)).toEqual([1, 1, 1]);
    expect(all.map(({ errors }) => errors.split(':')[0])).toEqual([
      'SOURCE_COLUMNS',
      'SOURCE_UNREADABLE',
      'SOURCE_UNREADABLE',
    ]);
    expect(found(all.map(({ output, errors }) => output + errors).join('\n'))).toEqual([]);
  });

  it('X05: ends on SIGTERM while it digests a large source', async () => {
    // A sparse file: it takes long to read, and uses no space.
    await truncate(inPopulation('henkilot.csv'), 2 ** 36);
    const child = startPolku(['extract', 'population', '--source', site.source, '--data', site.data]);
    let errors = '';
    child.stderr!.on('data', (text: Buffer) => (errors += text.toString()));
    const ended = new Promise((resolve) => child.once('close', resolve));
    const locks = join(site.data, 'locks');
    try {
      await until(async () => (await readdir(locks).catch((): string[] => [])).includes('extraction.lock'));
      child.kill('SIGTERM');
      expect([await ended, errors]).toEqual([1, expect.stringContaining('EXTRACTION_INTERRUPTED')]);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
