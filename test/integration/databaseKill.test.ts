/**
 * @property extraction/whole-snapshots
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Linkage } from '../../linkage/linkage.js';
import { explainExtraction, extract, type ExtractionOptions } from '../../registry-kit/extraction/extract.js';
import { joinRegistries } from '../../registry-kit/joinedRegistries.js';
import { openSnapshot } from '../../registry-kit/snapshot/openSnapshot.js';
import { healthRegistry } from '../../subgraphs/health/tables.js';
import { populationRegistry } from '../../subgraphs/population/tables.js';
import {
  administer,
  createCluster,
  type PostgresCluster,
  postgresPrograms,
} from '../city/postgresCluster.js';
import { describeWhere } from '../programs.js';
import { codes, ExtractionSite } from './extractionExports.js';

const MAPPING = `registry: health
scheme: hetu
format: { type: postgres, connection: killed }
absent: [careRelationships, objections]
tables:
  contacts:
    table: clinic.visits
    subject: code
    unique: id
    watermark: changed
    columns: { id: id, start: day, end: day, service: service, unit: unit, professional: person }
`;
const ROWS = 400_000;

const describeHere = describeWhere(
  postgresPrograms !== undefined,
  'No programs of PostgreSQL are below /usr/lib/postgresql: install postgresql.',
);

describeHere('a database whose server is killed', () => {
  let site: ExtractionSite;
  let linkage: Linkage;
  let cluster: PostgresCluster;

  beforeAll(async () => {
    site = await ExtractionSite.create();
    linkage = await site.linkage();
    await extract({
      registry: populationRegistry,
      linkage,
      source: site.source,
      data: site.data,
      synthetic: true,
    });
    cluster = await createCluster();
    await cluster.start();
    await administer(
      cluster.admin,
      "CREATE ROLE reader LOGIN PASSWORD 'Salainen-902'",
      'CREATE SCHEMA clinic',
      'CREATE TABLE clinic.visits (id text, code text, day date, service text, unit text, person text, changed timestamp)',
      `INSERT INTO clinic.visits SELECT 'V' || n, '${codes.anna}', date '2012-01-01' + n % 3000, 'T11', 'TK-1', 'L77', timestamp '2015-01-01' + interval '30 days' * (n = 1)::int FROM generate_series(1, ${ROWS}) n`,
      'GRANT USAGE ON SCHEMA clinic TO reader',
      'GRANT SELECT ON clinic.visits TO reader',
    );
    const folder = join(site.source, '..', 'mappings', 'health');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'mapping.yaml'), MAPPING);
    joinRegistries({ folders: new Map([['health', folder]]) });
  }, 300_000);
  afterAll(async () => {
    joinRegistries({});
    await cluster?.remove();
    await site?.remove();
  });

  const connection = (change: (url: URL) => void = () => undefined) => {
    const url = new URL(cluster.verified);
    change(url);
    return { connection: () => Promise.resolve(url.href) };
  };
  const run = (more: Partial<ExtractionOptions> = {}) =>
    extract({
      registry: healthRegistry,
      linkage,
      data: site.data,
      synthetic: true,
      ...connection(),
      ...more,
    });

  it('is read over TLS, with its name verified', async () => {
    const { place } = await explainExtraction({ registry: healthRegistry, data: site.data, ...connection() });
    expect(place).toMatch(/^PostgreSQL .* as reader, over TLS with the name of the server verified$/);
    const byAddress = connection((url) => (url.hostname = '127.0.0.1'));
    await expect(run(byAddress)).rejects.toMatchObject({
      code: 'SOURCE_CONNECTION',
      message: expect.stringContaining('a certificate for another name'),
    });
    const untrusted = connection((url) => url.searchParams.delete('sslrootcert'));
    await expect(run(untrusted)).rejects.toMatchObject({
      code: 'SOURCE_CONNECTION',
      message: expect.stringContaining('is not trusted'),
    });
  });

  it('leaves the old snapshot whole, and the next extraction takes everything', async () => {
    const { tables } = await run();
    expect(tables['contacts']!.rows).toBe(ROWS);
    let killed: Promise<void> | undefined;
    const whileReading = run({
      full: true,
      onProgress: ({ rows }) => {
        if (rows > 10_000) killed ??= cluster.kill();
      },
    });
    await expect(whileReading).rejects.toMatchObject({ code: 'SOURCE_CONNECTION' });
    await killed;
    expect(killed).toBeDefined();
    expect((await openSnapshot(site.data, healthRegistry)).manifest.tables).toEqual(tables);
    const drafts = (await readdir(join(site.data, 'health'))).filter((name) => name.startsWith('.partial'));
    expect(drafts).toEqual([]);
    await expect(run()).rejects.toMatchObject({
      code: 'SOURCE_CONNECTION',
      message: expect.stringContaining('does not listen'),
    });
    await cluster.start();
    expect((await run()).tables).toEqual(tables);
  });

  it('leaves the old snapshot whole while changes are read, too', async () => {
    const { tables } = await run();
    await administer(
      cluster.admin,
      "UPDATE clinic.visits SET unit = 'TK-2', changed = '2015-02-01' WHERE id = 'V7'",
      "DELETE FROM clinic.visits WHERE id = 'V8'",
    );
    let killed: Promise<void> | undefined;
    const whileReading = run({ onProgress: () => (killed ??= cluster.kill()) });
    await expect(whileReading).rejects.toMatchObject({ code: 'SOURCE_CONNECTION' });
    await killed;
    expect((await openSnapshot(site.data, healthRegistry)).manifest.tables).toEqual(tables);
    await cluster.start();
    const notes: string[] = [];
    const changed = await run({ onNotice: (note) => void notes.push(note) });
    expect(notes).toContain(
      `health.contacts: ${ROWS - 3} rows stay as they are, 1 were deleted, and the others are read.`,
    );
    expect(changed.tables).toEqual((await run({ full: true })).tables);
  });
});
