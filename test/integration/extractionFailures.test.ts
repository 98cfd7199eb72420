/**
 * @property extraction/whole-snapshots
 * @property extraction/changing-sources A source that changes while it is read, or that loses many rows to
 * rejects, publishes nothing.
 * @enforcedBy registry-kit/extraction/source/files/fileSource.ts, registry-kit/extraction/rejectsReport.ts
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Linkage } from '../../linkage/linkage.js';
import type { RegistryDefinition } from '../../registry-kit/columns/tableDefinition.js';
import { extract, type ExtractionOptions } from '../../registry-kit/extraction/extract.js';
import type { ExtractionProgress } from '../../registry-kit/extraction/progressMeter.js';
import { readSourceMarker } from '../../registry-kit/snapshot/manifest.js';
import { openSnapshot } from '../../registry-kit/snapshot/openSnapshot.js';
import { healthRegistry } from '../../subgraphs/health/tables.js';
import { populationRegistry } from '../../subgraphs/population/tables.js';
import { startPolku } from '../city/runPolku.js';
import { codes, ExtractionSite, SECRET, visitsFile } from './extractionExports.js';

let site: ExtractionSite;
let linkage: Linkage;

beforeEach(async () => {
  site = await ExtractionSite.create();
  linkage = await site.linkage();
});
afterEach(() => site.remove());

const run = (registry: RegistryDefinition, more: Partial<ExtractionOptions> = {}) =>
  extract({ registry, source: site.source, data: site.data, linkage, synthetic: true, ...more });

/** Everything below the data directory, by path. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** So many visits that reading them takes a while. */
async function writeManyVisits(): Promise<void> {
  const { anna, bertil } = codes;
  const rows = Array.from(
    { length: 220_000 },
    (_, row) => `V${row};${row % 2 ? anna : bertil};Nimi;01.0${1 + (row % 9)}.2012;;T11;TK-1;L${row % 50};;3`,
  );
  await site.write({ health: { 'kaynnit.csv': visitsFile(rows) } });
}

describe('extraction refuses', () => {
  it('a missing source file, named by its path below the source', async () => {
    await rm(join(site.source, 'population', 'asuminen.csv'));
    await expect(run(populationRegistry)).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: expect.stringContaining('population/asuminen.csv is missing'),
    });
  });

  it('a file that is not Parquet, without quoting its content', async () => {
    await run(populationRegistry);
    const { educationRegistry } = await import('../../subgraphs/education/tables.js');
    const files = ['attendance', 'enrolments', 'staff', 'objections'];
    await site.write({
      education: Object.fromEntries(files.map((file) => [`${file}.parquet`, [codes.anna]])),
    });
    const failure = await run(educationRegistry).catch((error: Error) => error);
    expect(failure).toMatchObject({ code: 'SOURCE_UNREADABLE' });
    expect((failure as Error).message).not.toContain(codes.anna);
  });

  it('a truncated Parquet file', async () => {
    await run(populationRegistry);
    const { educationRegistry } = await import('../../subgraphs/education/tables.js');
    for (const file of ['attendance', 'enrolments', 'staff', 'objections']) {
      await site.writeParquet('education', `${file}.parquet`, 'SELECT range AS child_code FROM range(50000)');
      const path = join(site.source, 'education', `${file}.parquet`);
      await truncate(path, Math.floor((await stat(path)).size / 2));
    }
    await expect(run(educationRegistry)).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
  });

  it('a source that changes while it is read, and keeps the previous snapshot', async () => {
    await run(populationRegistry);
    const before = await run(healthRegistry);
    await writeManyVisits();
    const visits = join(site.source, 'health', 'kaynnit.csv');
    const changes = [
      () => appendFileSync(visits, `W1;${codes.anna};Nimi;01.01.2012;;T11;TK-1;L1;;3\n`),
      () => truncateSync(visits, 5_000_000),
      // The same length, changed in the part that is read last.
      () => writeFileSync(visits, readFileSync(visits, 'latin1').replace(/L\d+(?=;[^\n]*\n$)/, 'L00')),
    ];
    const whole = await readFile(visits);
    for (const change of changes) {
      await writeFile(visits, whole);
      let changed = false;
      const onProgress = ({ share }: ExtractionProgress) => {
        if (!changed && share > 0.1) change();
        changed ||= share > 0.1;
      };
      await expect(run(healthRegistry, { onProgress })).rejects.toMatchObject({
        code: 'SOURCE_CHANGED',
        message: expect.stringContaining('health/kaynnit.csv'),
      });
      expect((await openSnapshot(site.data, healthRegistry)).manifest).toEqual(before);
    }
  });

  it('a source with too many rejects, and keeps the list of rejects', async () => {
    await run(populationRegistry);
    const before = await run(healthRegistry);
    await writeManyVisits();
    const visits = join(site.source, 'health', 'kaynnit.csv');
    await writeFile(visits, (await readFile(visits, 'utf8')).replaceAll(';T11;TK-1;L7;', ';T99;TK-1;L7;'));
    const refused = run(healthRegistry, { maxRejects: 1 });
    const list = join(site.data, 'health', 'rejects.csv');
    await expect(refused).rejects.toMatchObject({
      code: 'REJECTS_EXCEEDED',
      message: expect.stringContaining(
        `Of the 220000 rows of kaynnit.csv, 4400 were rejected (unknown-code 4400): over 1 %, so nothing was published. ${list} lists`,
      ),
    });
    const lines = (await readFile(list, 'utf8')).trimEnd().split('\n');
    expect([lines.length, lines[1]]).toEqual([4_401, 'kaynnit.csv,8,unknown-code,PALVELU']);
    expect((await readdir(join(site.data, 'health'))).sort()).toEqual(
      [before.snapshotId, 'current', 'rejects.csv'].sort(),
    );
    expect((await openSnapshot(site.data, healthRegistry)).manifest).toEqual(before);
    // The default limit is 5 %.
    expect((await run(healthRegistry)).rejectedRows).toBe(4_400);
    expect(await readdir(join(site.data, 'health'))).not.toContain('rejects.csv');
  });

  it('X01: missing columns, all at once, with suggestions and no other name of the file', async () => {
    await site.write({ population: { 'perheet.csv': ['perhetunnus,henkilotunus,rooli,alku,until'] } });
    await expect(run(populationRegistry)).rejects.toMatchObject({
      code: 'SOURCE_COLUMNS',
      message: expect.stringMatching(
        /^population\/perheet\.csv lacks .*"henkilotunnus" \(did you mean "henkilotunus"\?\), "loppu"\. It has 5 columns, and 3 of the 5 that/,
      ),
      details: { missing: ['henkilotunnus', 'loppu'] },
    });
  });

  it('a file without a header, without quoting the first row', async () => {
    await site.write({ population: { 'perheet.csv': ['F1,010594Y9032,vanhempi,2001-01-01,'] } });
    const failure = await run(populationRegistry).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'SOURCE_COLUMNS',
      message: expect.stringContaining('names none of the columns'),
    });
    expect(JSON.stringify([String(failure), failure])).not.toContain('010594Y9032');
  });

  it('a registry of identity codes before any person is known', async () => {
    await expect(run(healthRegistry)).rejects.toMatchObject({
      code: 'SNAPSHOT_MISSING',
      message: expect.stringContaining('polku extract population'),
    });
  });

  it('a data directory that cannot be written', async () => {
    await writeFile(site.data, 'a file');
    await expect(run(populationRegistry)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });

  it('a second extraction at the same time', async () => {
    const both = await Promise.allSettled([run(populationRegistry), run(populationRegistry)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = both.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(refused.reason).toMatchObject({ code: 'EXTRACTION_RUNNING' });
    await openSnapshot(site.data, populationRegistry);
  });

  it('to continue when it is interrupted, and leaves no files', async () => {
    await run(populationRegistry);
    await run(healthRegistry);
    await writeManyVisits();
    const before = await filesBelow(site.data);
    const stop = new AbortController();
    const interrupted = run(healthRegistry, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(interrupted).rejects.toMatchObject({ code: 'EXTRACTION_INTERRUPTED' });
    expect(await filesBelow(site.data)).toEqual(before);
  });

  it('and leaves only its lock file after any failure', async () => {
    await rm(join(site.source, 'population', 'turvakiellot.csv'));
    await run(populationRegistry).catch(() => undefined);
    await site.write({ population: { 'turvakiellot.csv': ['x'] } });
    await run(populationRegistry).catch(() => undefined);
    expect(await filesBelow(site.data)).toEqual([join(site.data, 'locks', 'extraction.lock')]);
  });
});

describe('the command, stopped in the middle of an extraction,', () => {
  const old = async () => {
    await run(populationRegistry);
    const manifest = await run(healthRegistry);
    await writeManyVisits();
    return manifest;
  };

  /** Starts `polku extract health` and waits until it has begun to write. */
  const start = async (): Promise<ChildProcess> => {
    const secrets = join(site.data, 'secrets');
    await mkdir(secrets, { recursive: true });
    await writeFile(join(secrets, 'linkage'), SECRET.toString('base64'), { mode: 0o600 });
    const child = startPolku(['extract', 'health', '--source', site.source, '--data', site.data]);
    while (child.exitCode === null && !(await partialFolders()).length) await sleep(5);
    return child;
  };
  const partialFolders = async () =>
    (await readdir(join(site.data, 'health'))).filter((name) => name.startsWith('.partial-'));

  it('by kill -9 leaves the previous snapshot whole, and the next extraction cleans up', async () => {
    const before = await old();
    const child = await start();
    child.kill('SIGKILL');
    expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
    expect(await partialFolders()).toHaveLength(1);
    expect((await openSnapshot(site.data, healthRegistry)).manifest).toEqual(before);

    linkage = await site.linkage();
    const next = await run(healthRegistry);
    expect(next.tables['contacts']?.rows).toBe(220_000);
    const kept = await readdir(join(site.data, 'health'));
    expect(kept.sort()).toEqual([before.snapshotId, next.snapshotId, 'current'].sort());
    expect(await readdir(site.data)).not.toContain('.extracting');
  });

  it('by Ctrl-C leaves only the previous snapshot', async () => {
    const before = await old();
    const child = await start();
    let errors = '';
    child.stderr!.on('data', (text: Buffer) => (errors += text.toString()));
    child.kill('SIGINT');
    expect((await once(child, 'close'))[0]).toBe(1);
    expect(errors).toContain('EXTRACTION_INTERRUPTED');
    expect((await readdir(join(site.data, 'health'))).sort()).toEqual([before.snapshotId, 'current'].sort());
    expect(await readdir(site.data)).not.toContain('.extracting');
    expect((await openSnapshot(site.data, healthRegistry)).manifest).toEqual(before);
  });
});

describe('a snapshot', () => {
  const manifestPath = async () => {
    const id = (await readFile(join(site.data, 'population', 'current'), 'utf8')).trim();
    return join(site.data, 'population', id, 'manifest.json');
  };

  it('that is missing names the command to run', async () => {
    await expect(openSnapshot(site.data, populationRegistry)).rejects.toMatchObject({
      code: 'SNAPSHOT_MISSING',
      message: expect.stringContaining('polku extract population'),
    });
  });

  it('of a newer schema is refused', async () => {
    await run(populationRegistry);
    const path = await manifestPath();
    const manifest = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({ ...manifest, schemaVersion: 99 }));
    await expect(openSnapshot(site.data, populationRegistry)).rejects.toMatchObject({
      code: 'SNAPSHOT_NEWER',
    });
  });

  it.each([
    ['a manifest that is not JSON', 'manifest.json', () => 'x'],
    ['a manifest of another registry', 'manifest.json', () => '{"registry":"health","schemaVersion":1}'],
    ['a table cut short', 'persons.parquet', (content: Buffer) => content.subarray(0, -9)],
    [
      'one flipped byte in a table',
      'persons.parquet',
      (content: Buffer) => content.with(20, content[20]! ^ 1),
    ],
  ])('with %s is refused', async (_, file, damage) => {
    await run(populationRegistry);
    const path = join(await manifestPath(), '..', file);
    await writeFile(path, damage(await readFile(path)));
    await expect(openSnapshot(site.data, populationRegistry)).rejects.toMatchObject({
      code: 'SNAPSHOT_INVALID',
    });
  });

  it('without one of its tables is refused', async () => {
    await run(populationRegistry);
    await rm(join(await manifestPath(), '..', 'memberships.parquet'));
    await expect(openSnapshot(site.data, populationRegistry)).rejects.toMatchObject({
      code: 'SNAPSHOT_INVALID',
      message: expect.stringContaining('memberships.parquet'),
    });
  });
});

describe('the marker of a synthetic source', () => {
  it('is required: without it, people count as real', async () => {
    expect(await readSourceMarker(site.source)).toEqual({ synthetic: false });
  });

  it.each([
    ['{"synthetic":true}', true],
    ['{"synthetic":"true"}', false],
    ['null', false],
  ])('%s', async (text, synthetic) => {
    await writeFile(join(site.source, 'polku-city.json'), text);
    expect(await readSourceMarker(site.source)).toEqual({ synthetic });
  });

  it('is refused when it is not JSON', async () => {
    await writeFile(join(site.source, 'polku-city.json'), '{');
    await expect(readSourceMarker(site.source)).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
  });
});
