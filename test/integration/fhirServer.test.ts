/**
 * @property extraction/fhir-server A FHIR server gets the token of Polku only at its own address, and nothing
 * that it says is repeated in an error.
 * @enforcedBy registry-kit/extraction/source/fhirServer/bulkExport.ts,
 * registry-kit/extraction/source/fhirServer/fhirFault.ts
 */
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Linkage } from '../../linkage/linkage.js';
import type { RegistryDefinition } from '../../registry-kit/columns/tableDefinition.js';
import {
  explainExtraction,
  extract,
  type ExtractionOptions,
  extractIfChanged,
} from '../../registry-kit/extraction/extract.js';
import { joinRegistries } from '../../registry-kit/joinedRegistries.js';
import type { Manifest } from '../../registry-kit/snapshot/manifest.js';
import { readManifest } from '../../registry-kit/snapshot/openSnapshot.js';
import { healthRegistry } from '../../subgraphs/health/tables.js';
import { populationRegistry } from '../../subgraphs/population/tables.js';
import { until } from '../city/until.js';
import { type BulkFaults, BulkServer } from '../fhir/bulkServer.js';
import { encounter, episodes, exportsWithHealth, lines, patients, VISITS } from '../fhir/resources.js';
import { ExtractionSite } from './extractionExports.js';
import { fileOf } from './howTo.js';

describe('a FHIR server', () => {
  let site: ExtractionSite;
  let linkage: Linkage;
  let server: BulkServer;
  /** The snapshot of the same rows as CSV. */
  let csv: Manifest;

  beforeAll(async () => {
    site = await ExtractionSite.create(exportsWithHealth());
    linkage = await site.linkage();
    await run(populationRegistry);
    csv = await run(healthRegistry);
    const folder = join(site.source, '..', 'mappings', 'health');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'mapping.yaml'), fileOf('connect-fhir.md', 'data/server/mapping.yaml'));
    joinRegistries({ folders: new Map([['health', folder]]) });
  });
  afterAll(async () => {
    joinRegistries({});
    await site.remove();
  });
  beforeEach(() => start());
  afterEach(() => server.stop());

  async function start(algorithm?: 'ES384' | 'RS384'): Promise<void> {
    server = await BulkServer.start(algorithm);
    const [first, ...others] = lines(VISITS.map(encounter));
    server.files.set('Patient', [lines(patients)]);
    server.files.set('Encounter', [[first!], others]);
    server.files.set('EpisodeOfCare', [lines(episodes)]);
  }

  const connection = (change: object = {}) => ({
    connection: () => Promise.resolve(JSON.stringify({ ...server.connection, ...change })),
  });
  const run = (registry: RegistryDefinition, more: Partial<ExtractionOptions> = {}) =>
    extract({ registry, linkage, source: site.source, data: site.data, synthetic: true, ...more });
  const health = () => run(healthRegistry, connection());
  const snapshot = () => readManifest(site.data, healthRegistry);

  /** Extracts and fails; the snapshot before is whole, and the message gives nothing away. */
  async function failing(
    faults: BulkFaults,
    more: Partial<ExtractionOptions> = connection(),
  ): Promise<object> {
    server.faults = faults;
    const before = await snapshot();
    const error = (await run(healthRegistry, more).then(
      () => undefined,
      (cause: unknown) => cause,
    )) as Error | undefined;
    expect(await snapshot()).toEqual(before);
    const drafts = (await readdir(join(site.data, 'health'))).filter((name) => name.startsWith('.partial'));
    expect(drafts).toEqual([]);
    expect(error?.cause).toBeUndefined();
    expect(error?.message).not.toMatch(/\d{6}[-+A]9\d\d|Bearer|t-0|\/file\//);
    return error!;
  }

  it.each(['ES384', 'RS384'] as const)(
    'gives the same snapshot as CSV, to a client with %s',
    async (algorithm) => {
      await server.stop();
      await start(algorithm);
      server.faults = {
        waits: [
          [202, '0'],
          [429, '0'],
          [503, '0'],
        ],
      };
      const { tables } = await health();
      expect(tables).toEqual(csv.tables);
      expect(server.complaints).toEqual([]);
      expect(server.scopes).toEqual(['system/Encounter.rs system/EpisodeOfCare.rs system/Patient.rs']);
      expect(server.deleted).toEqual(['0']);
    },
  );

  it('is asked for tokens again as they expire', async () => {
    server.faults = { tokenSeconds: 31, waits: [[202, '2']] };
    await health();
    expect(server.scopes.length).toBeGreaterThan(1);
    expect(server.complaints).toEqual([]);
  });

  it('keeps its snapshot while it exports the same', async () => {
    const options = { registry: healthRegistry, linkage, data: site.data, synthetic: true, ...connection() };
    const { manifest } = await extractIfChanged(options);
    expect(await extractIfChanged(options)).toEqual({ manifest, kept: true });
    server.files.set('EpisodeOfCare', [lines([...episodes, episodes[0]!])]);
    expect((await extractIfChanged(options)).kept).toBe(false);
  });

  it('is asked for no export by an explanation', async () => {
    const { place, parts } = await explainExtraction({
      registry: healthRegistry,
      data: site.data,
      ...connection(),
    });
    expect(place).toBe(`the FHIR server ${server.origin}/fhir, as polku`);
    expect(parts[0]!.description).toBe(`Encounter of ${server.origin}/fhir/$export`);
    expect([server.scopes.length, server.deleted]).toEqual([1, []]);
  });

  it.each<[string, BulkFaults, string, RegExp]>([
    ['has no SMART', { withoutSmart: true }, 'SOURCE_UNREADABLE', /must offer SMART Backend Services/],
    ['forbids the export', { refusesWith: 403 }, 'SOURCE_DENIED', /\(HTTP 403\)/],
    ['has no export', { refusesWith: 404 }, 'SOURCE_UNREADABLE', /"export" of the connection/],
    ['is busy', { refusesWith: 429 }, 'SOURCE_BUSY', /\(HTTP 429\)/],
    ['answers the request itself', { refusesWith: 200 }, 'SOURCE_UNREADABLE', /\(HTTP 200\)/],
    ['fails while it exports', { waits: [[500]] }, 'SOURCE_UNREADABLE', /\(HTTP 500\)/],
    ['could not export everything', { outcome: 'error' }, 'SOURCE_UNREADABLE', /could not export everything/],
    ['counts other resources', { miscounts: true }, 'SOURCE_UNREADABLE', /has 4 resources, .* said 5/],
    ['breaks off within a file', { cutsFiles: true }, 'SOURCE_CONNECTION', /broke off/],
    [
      'has files elsewhere',
      { filesElsewhere: 'https://files.example' },
      'SOURCE_UNREADABLE',
      /"fileServers"/,
    ],
    [
      'has files without TLS',
      { filesElsewhere: 'http://files.example' },
      'SOURCE_UNREADABLE',
      /"fileServers"/,
    ],
    ['gives no manifest', { manifest: '"240271-9502"' }, 'SOURCE_UNREADABLE', /does not list its files/],
    ['gives no JSON', { manifest: '{"output":[240271-9502' }, 'SOURCE_UNREADABLE', /not JSON/],
    ['lists no files', { manifest: '{"output":[{"type":"Patient"}]}' }, 'SOURCE_UNREADABLE', /does not list/],
  ])('that %s changes nothing', async (_, faults, code, message) => {
    const error = await failing(faults);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('may report what is no failure', async () => {
    server.faults = { outcome: 'information' };
    const { tables } = await run(healthRegistry, { ...connection(), maxShrink: 100 });
    expect(tables['contacts']!.rows).toBe(VISITS.length);
  });

  it('is not followed to another server with the token', async () => {
    const seen: (string | undefined)[] = [];
    const other = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end();
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const error = await failing({ redirectsTo: `http://127.0.0.1:${port}/` });
    expect(error).toMatchObject({ code: 'SOURCE_CONNECTION' });
    expect(seen).toEqual([]);
    other.close();
  });

  it('refuses a client with another key, and one that it does not know', async () => {
    const { connection: own } = await BulkServer.start().then(async (other) => (await other.stop(), other));
    for (const change of [{ key: own['key'] }, { clientId: 'somebody' }])
      expect(await failing({}, connection(change))).toMatchObject({ code: 'SOURCE_DENIED' });
  });

  it('that does not listen changes nothing', async () => {
    const gone = await connection().connection();
    await server.stop();
    await start();
    expect(await failing({}, { connection: () => Promise.resolve(gone) })).toMatchObject({
      code: 'SOURCE_CONNECTION',
      message: expect.stringContaining('does not listen'),
    });
  });

  it('is left alone when the user stops the extraction', async () => {
    const stop = new AbortController();
    const failed = failing({ waits: [[202, '300']] }, { ...connection(), signal: stop.signal });
    await until(() => server.questions > 0);
    stop.abort();
    expect(await failed).toMatchObject({ code: 'EXTRACTION_INTERRUPTED' });
    expect(server.deleted).toEqual(['0']);
  });

  it.each<[string, unknown]>([
    ['is not JSON', 'https://gone.example'],
    ['is a list', []],
    ['is plain', { server: 'http://gone.example/fhir' }],
    ['has a password in the address', { server: 'https://a:b@gone.example/fhir' }],
    ['has another operation', { export: 'Patient/1' }],
    ['has no client', { clientId: '' }],
    ['has a public key', { key: { kty: 'EC', alg: 'ES384' } }],
    ['has a weak algorithm', { key: { kty: 'oct', alg: 'HS256', d: 'x' } }],
    ['has plain file servers', { fileServers: ['http://gone.example'] }],
    ['has an unknown key', { sever: 'https://gone.example' }],
  ])('is not reached by a connection that %s', async (_, given) => {
    const text =
      typeof given === 'string' || Array.isArray(given)
        ? JSON.stringify(given)
        : JSON.stringify({ ...server.connection, ...(given as object) });
    const error = await failing({}, { connection: () => Promise.resolve(text) });
    expect(error).toMatchObject({ code: 'SECRET_INVALID' });
    expect((error as Error).message).not.toMatch(/gone\.example/);
  });
});
