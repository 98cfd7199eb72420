/**
 * @property extraction/database-confidentiality An error of a database repeats no value, password or text of
 * the server.
 * @enforcedBy registry-kit/extraction/source/databases/databaseFault.ts,
 * registry-kit/extraction/source/databases/connectionUrl.ts
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Secrets } from '../../cli/runtime/secrets.js';
import { parseDay } from '../../lib/calendar.js';
import { Linkage } from '../../linkage/linkage.js';
import {
  explainExtraction,
  extract,
  type ExtractionOptions,
  extractIfChanged,
} from '../../registry-kit/extraction/extract.js';
import type { ReadBatch } from '../../registry-kit/extraction/source/rowBatch.js';
import { CsvParser } from '../../registry-kit/extraction/source/files/csvParser.js';
import { withSource } from '../../registry-kit/extraction/source/openSource.js';
import type { Mapping, RowSource } from '../../registry-kit/extraction/mapping/mapping.js';
import { joinRegistries } from '../../registry-kit/joinedRegistries.js';
import { proposeRegistry } from '../../registry-kit/proposal/proposeRegistry.js';
import { withTables } from '../../registry-kit/proposal/sampleTables.js';
import { openSnapshot } from '../../registry-kit/snapshot/openSnapshot.js';
import { healthRegistry } from '../../subgraphs/health/tables.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import {
  mariadbIsThere,
  postgresIsThere,
  serverLack,
  startMariadbTest,
  startPostgresTest,
  type TestServer,
} from '../city/testServers.js';
import { describeWhere } from '../programs.js';

// Long, because every kind of database runs through the same cases, against the same tables.

/** The health services' export as tables: file -> column -> type. */
const TABLES = {
  kaynnit: {
    KAYNTITUNNUS: 'varchar(40)',
    HETU: 'varchar(40)',
    ALKUPVM: 'date',
    LOPPUPVM: 'date',
    PALVELU: 'varchar(10)',
    YKSIKKO: 'varchar(40)',
    AMMATTIHENKILO: 'varchar(40)',
    DIAGNOOSI: 'varchar(10)',
    KIIREELLISYYS: 'smallint',
  },
  hoitosuhteet: {
    HETU: 'varchar(40)',
    TYONTEKIJA: 'varchar(40)',
    YKSIKKO: 'varchar(40)',
    ALKUPVM: 'date',
    LOPPUPVM: 'date',
  },
  kiellot: { HETU: 'varchar(40)', ALKUPVM: 'date' },
} as const;

function mappingOf(type: TestServer['type'], contacts: string, schema: string): string {
  return `registry: health
scheme: hetu
format: { type: ${type}, connection: health-database }
tables:
  contacts:
    ${contacts}
    subject: HETU
    unique: id
    interval: [start, end]
    columns:
      id: KAYNTITUNNUS
      start: ALKUPVM
      end: LOPPUPVM
      service: PALVELU
      unit: YKSIKKO
      professional: AMMATTIHENKILO
      diagnosis: DIAGNOOSI
      urgency: KIIREELLISYYS
  careRelationships:
    table: ${schema}.hoitosuhteet
    subject: HETU
    interval: [start, end]
    columns: { employee: TYONTEKIJA, unit: YKSIKKO, start: ALKUPVM, end: LOPPUPVM }
  objections:
    table: ${schema}.kiellot
    subject: HETU
    columns: { start: ALKUPVM }
`;
}

const isoDay = (text: string) => (text === '' ? null : text.split('.').reverse().join('-'));

/** Enough rows for several batches. */
const MOST_ROWS = 12_000;

/**
 * Rows of a file of the export, as values of a table. Rows with bytes that are no text, or with days that do
 * not exist, cannot stand in a database, so they are taken out of the file, too.
 */
async function rowsOf(exports: string, file: keyof typeof TABLES): Promise<(string | null)[][]> {
  const path = join(exports, 'health', `${file}.csv`);
  const parser = new CsvParser({ type: 'csv', delimiter: ';', quote: '"', encoding: 'utf-8' });
  parser.push(await readFile(path, 'utf8'), true);
  const names = Object.keys(TABLES[file]);
  parser.select(names);
  const { columns, rowNumbers } = parser.takeRows(true);
  const days = names.flatMap((name, at) => (name.endsWith('PVM') ? [at] : []));
  const rows = rowNumbers
    .map((_, row) => columns.map((column) => column[row]!))
    .filter((row) => days.every((at) => row[at] === '' || parseDay(isoDay(row[at]!)!) !== undefined))
    .slice(0, MOST_ROWS);
  await writeFile(path, [names, ...rows].map((row) => `${row.join(';')}\n`).join(''));
  return rows.map((row) =>
    row.map((text, at) => (days.includes(at) ? isoDay(text) : text === '' ? null : text)),
  );
}

const servers = [
  ['postgres', postgresIsThere, startPostgresTest],
  ['mariadb', mariadbIsThere, startMariadbTest],
] as const;

for (const [type, isThere, start] of servers) {
  describeWhere(isThere, serverLack[type])(`health from ${type}`, () => {
    let city: TestCity;
    let server: TestServer;
    let options: Omit<ExtractionOptions, 'connection'>;

    beforeAll(async () => {
      city = await makeCity();
      server = await start();
      for (const [file, columns] of Object.entries(TABLES))
        await server.load(file, columns, await rowsOf(city.exports, file as keyof typeof TABLES));
      const secret = await new Secrets(join(city.data, 'secrets')).linkage();
      const linkage = await Linkage.open({ dir: join(city.data, 'linkage'), secret, expectedPersons: 100 });
      options = { registry: healthRegistry, data: city.data, linkage, synthetic: true };
      await extract({ ...options, source: city.exports, maxShrink: 100 });
      joinRegistries({ folders: new Map([['health', mappings()]]) });
      await mapContacts();
    });
    afterAll(async () => {
      joinRegistries({});
      await server?.remove();
      await city?.remove();
    });

    /** The folder with the mapping of health. */
    const mappings = () => join(city.exports, '..', 'mappings', 'health');

    /** Writes the mapping, with what contacts are read from. */
    async function mapContacts(contacts = `table: ${server.schema}.kaynnit`): Promise<void> {
      await mkdir(mappings(), { recursive: true });
      await writeFile(join(mappings(), 'mapping.yaml'), mappingOf(type, contacts, server.schema));
    }

    const connection = (url: string = server.reader.href) => ({ connection: () => Promise.resolve(url) });
    const snapshot = async () => (await openSnapshot(city.data, healthRegistry)).manifest;

    /** Extracts and fails; checks that the old snapshot is whole and that the message gives nothing away. */
    async function failing(
      more: Partial<ExtractionOptions> = {},
      run: () => Promise<unknown> = () => extract({ ...options, ...connection(), ...more }),
    ): Promise<{ code: string; message: string }> {
      const before = await snapshot();
      const error = (await run().then(
        () => {
          throw new Error('The extraction did not fail.');
        },
        (cause: unknown) => cause,
      )) as { code: string; message: string; cause?: unknown };
      expect(await snapshot()).toEqual(before);
      expect(
        (await readdir(join(city.data, 'health'))).filter((name) => name.startsWith('.partial')),
      ).toEqual([]);
      expect(error.cause).toBeUndefined();
      expect(error.message).not.toMatch(/Salainen|\d{6}[-+A]9\d\d/);
      return error;
    }

    it('is the same snapshot as from CSV, byte for byte of its data', async () => {
      const csv = await snapshot();
      const { tables, rejects } = await extract({ ...options, ...connection() });
      expect(tables).toEqual(csv.tables);
      expect(rejects).toEqual(csv.rejects);
    });

    it('is kept while the database has the same rows', async () => {
      const { kept, manifest } = await extractIfChanged({ ...options, ...connection() });
      expect(kept).toBe(true);
      await server.run(
        `UPDATE ${server.schema}.kaynnit SET KAYNTITUNNUS = KAYNTITUNNUS WHERE false`.replaceAll(
          'KAYNTITUNNUS',
          type === 'postgres' ? '"KAYNTITUNNUS"' : 'KAYNTITUNNUS',
        ),
      );
      await server.load('extra', { HETU: 'varchar(40)', ALKUPVM: 'date' }, []);
      expect((await extractIfChanged({ ...options, ...connection() })).manifest).toEqual(manifest);
      await server.run(
        `INSERT INTO ${server.schema}.hoitosuhteet SELECT * FROM ${server.schema}.hoitosuhteet`,
      );
      expect((await extractIfChanged({ ...options, ...connection() })).kept).toBe(false);
    });

    it('explains what it would read, without the password', async () => {
      const { place, parts } = await explainExtraction({
        registry: healthRegistry,
        data: city.data,
        ...connection(),
      });
      expect(place).toMatch(
        /^(?:PostgreSQL|MariaDB) \d+.* at 127\.0\.0\.1:\d+, database .* plain connection/,
      );
      expect(place).not.toContain('Salainen');
      expect(parts.map(({ table, linked }) => [table, linked])).toEqual([
        ['contacts', ['HETU']],
        ['careRelationships', ['HETU']],
        ['objections', ['HETU']],
      ]);
      expect(parts[0]!.description).toMatch(/^SELECT .HETU., .*FROM .*kaynnit. -- about \d+ rows$/);
    });

    it('is proposed as a registry by its tables, without a value of a row', async () => {
      const tables = ['kaynnit', 'hoitosuhteet'].map((table) => `${server.schema}.${table}`);
      const { files } = await withTables(tables, 'health-database', connection().connection, (samples) =>
        proposeRegistry('clinic', samples, 'schema'),
      );
      const mapping = files['mapping.yaml']!;
      expect(mapping).toContain(`format: { type: ${type}, connection: health-database }`);
      for (const line of [`table: ${tables[0]}`, 'subject: HETU', 'id: KAYNTITUNNUS', 'start: ALKUPVM'])
        expect(mapping).toContain(`    ${line}\n`);
      expect(files['registry.yaml']).toContain('  hoitosuhteet:\n');
      expect(Object.values(files).join()).not.toMatch(/\d{6}[-+A]9\d\d/);
    });

    it('tells when a column has another type than before', async () => {
      const notices: string[] = [];
      await extract({ ...options, ...connection() });
      const column =
        type === 'postgres' ? 'ALTER COLUMN "KIIREELLISYYS" TYPE integer' : 'MODIFY KIIREELLISYYS int';
      await server.run(`ALTER TABLE ${server.schema}.kaynnit ${column}`);
      await extract({ ...options, ...connection(), onNotice: (text) => void notices.push(text) });
      expect(notices).toEqual([
        expect.stringMatching(
          /^health\.contacts: the source column KIIREELLISYYS was of type \w+ .* is \w+ now\.$/,
        ),
      ]);
    });

    describe('fails with a clear error, and the old snapshot stays, when', () => {
      const withUrl = (change: (url: URL) => void) => {
        const url = new URL(server.reader);
        change(url);
        return connection(url.href);
      };

      it('the password is wrong', async () => {
        // PostgreSQL may trust this machine, so the user is one that does not exist.
        const given = withUrl((url) => {
          url.username = 'polku_nobody';
          url.password = 'Salainen-2';
        });
        expect(await failing(given)).toMatchObject({ code: 'SOURCE_DENIED' });
      });

      it('the host is unknown, or nothing listens', async () => {
        const unknown = withUrl((url) => (url.hostname = 'database.invalid'));
        expect(await failing(unknown)).toMatchObject({
          code: 'SOURCE_CONNECTION',
          message: expect.stringContaining('database.invalid'),
        });
        expect(await failing(withUrl((url) => (url.port = '1')))).toMatchObject({
          code: 'SOURCE_CONNECTION',
          message: expect.stringContaining('does not listen'),
        });
      });

      it('the database does not exist', async () => {
        const error = await failing(withUrl((url) => (url.pathname = '/polku_no_such')));
        expect(['SOURCE_CONNECTION', 'SOURCE_DENIED']).toContain(error.code);
      });

      it('the server offers no TLS, or is not named as verified', async () => {
        const verified = withUrl((url) => {
          url.hostname = 'localhost';
          url.searchParams.set('sslmode', 'verify-full');
        });
        expect(await failing(verified)).toMatchObject({ code: 'SOURCE_CONNECTION' });
      });

      it('the user may not read a table', async () => {
        const { schema } = server;
        if (type === 'postgres') {
          await server.run(`REVOKE SELECT ON ${schema}.kiellot FROM ${schema}`);
          expect(await failing()).toMatchObject({
            code: 'SOURCE_DENIED',
            message: expect.stringContaining(`${schema}.kiellot does not let this user read it`),
          });
          await server.run(`GRANT SELECT ON ${schema}.kiellot TO ${schema}`);
        } else {
          await server.run(`CREATE DATABASE ${schema}_other`);
          await server.run(`CREATE TABLE ${schema}_other.kaynnit (HETU int)`);
          await mapContacts(`table: ${schema}_other.kaynnit`);
          expect(await failing()).toMatchObject({
            code: 'SOURCE_UNREADABLE',
            message: expect.stringContaining('that this user may read'),
          });
          await server.run(`DROP DATABASE ${schema}_other`);
          await mapContacts();
        }
      });

      it('a table is missing', async () => {
        await mapContacts(`table: ${server.schema}.kaynit`);
        expect(await failing()).toMatchObject({
          code: 'SOURCE_UNREADABLE',
          message: expect.stringContaining(`Did you mean "${server.schema}.kaynnit"?`),
        });
        await mapContacts();
      });

      it('a column was dropped', async () => {
        const name = type === 'postgres' ? '"PALVELU"' : 'PALVELU';
        const renamed = type === 'postgres' ? '"PALVELUT"' : 'PALVELUT';
        await server.run(`ALTER TABLE ${server.schema}.kaynnit RENAME COLUMN ${name} TO ${renamed}`);
        expect(await failing()).toMatchObject({
          code: 'SOURCE_COLUMNS',
          message: expect.stringMatching(/"PALVELU" \(column \d begins with this name\)/),
        });
        await server.run(`ALTER TABLE ${server.schema}.kaynnit RENAME COLUMN ${renamed} TO ${name}`);
      });

      it('a query is wrong, or fails at a value, which is not repeated', async () => {
        await mapContacts('query: "select 1 frm nowhere at all"');
        expect(await failing()).toMatchObject({ code: 'SOURCE_UNREADABLE' });
        const { schema } = server;
        // Both servers quote the value in their message.
        const computed =
          type === 'postgres'
            ? `cast("KAYNTITUNNUS" || "HETU" as int)`
            : `extractvalue('<a/>', concat('~', HETU))`;
        const columns =
          type === 'postgres'
            ? '"HETU", "ALKUPVM", "LOPPUPVM", "YKSIKKO", "AMMATTIHENKILO", "DIAGNOOSI", "KIIREELLISYYS", "PALVELU"'
            : 'HETU, ALKUPVM, LOPPUPVM, YKSIKKO, AMMATTIHENKILO, DIAGNOOSI, KIIREELLISYYS, PALVELU';
        const name = type === 'postgres' ? '"KAYNTITUNNUS"' : 'KAYNTITUNNUS';
        await mapContacts(
          `query: >-\n      select ${computed} as ${name}, ${columns} from ${schema}.kaynnit`,
        );
        expect(await failing()).toMatchObject({
          code: 'SOURCE_UNREADABLE',
          message: expect.stringContaining('the query of contacts'),
        });
        await mapContacts();
      });

      it('a table is locked', async () => {
        const locker = await start();
        const { schema } = server;
        if (type === 'postgres') await locker.run('BEGIN');
        await locker.run(
          type === 'postgres' ? `LOCK TABLE ${schema}.kiellot` : `LOCK TABLES ${schema}.kiellot WRITE`,
        );
        expect(await failing(withUrl((url) => url.searchParams.set('lock_timeout', '1')))).toMatchObject({
          code: 'SOURCE_BUSY',
          message: expect.stringContaining('is locked'),
        });
        await locker.run(type === 'postgres' ? 'ROLLBACK' : 'UNLOCK TABLES');
        await locker.remove();
      });

      it('a statement takes longer than the server allows', async () => {
        const { schema } = server;
        if (type === 'postgres') await server.run(`ALTER ROLE ${schema} SET statement_timeout = '300ms'`);
        else await server.run(`GRANT USAGE ON *.* TO ${schema}@localhost WITH MAX_STATEMENT_TIME 0.3`);
        if (type === 'mariadb')
          await server.run(`GRANT USAGE ON *.* TO ${schema}@'%' WITH MAX_STATEMENT_TIME 0.3`);
        const slow = type === 'postgres' ? 'pg_sleep(2)::text' : 'sleep(0.01)';
        await mapContacts(
          `query: select k.*, ${slow} as slow from ${schema}.kaynnit k where ${type === 'postgres' ? 'pg_sleep(0.01) is not null' : 'sleep(0.01) = 0'}`,
        );
        expect(await failing()).toMatchObject({ code: 'SOURCE_BUSY' });
        if (type === 'postgres') await server.run(`ALTER ROLE ${schema} RESET statement_timeout`);
        else
          for (const host of ["'%'", 'localhost'])
            await server.run(`GRANT USAGE ON *.* TO ${schema}@${host} WITH MAX_STATEMENT_TIME 0`);
        await mapContacts();
      });

      /** So many rows that the server is still sending when something happens. */
      const endless = () =>
        mapContacts(
          `query: select k.* from ${server.schema}.kaynnit k cross join ${type === 'postgres' ? 'generate_series(1, 500) s' : 'seq_1_to_500 s'}`,
        );

      it('an administrator ends the session in the middle', async () => {
        await endless();
        let killed: Promise<void> | undefined;
        const error = await failing({ onProgress: () => void (killed ??= server.killReader()) });
        await killed;
        expect(error).toMatchObject({ code: 'SOURCE_CONNECTION' });
        await mapContacts();
      });

      it('it is stopped in the middle', async () => {
        await endless();
        const stop = new AbortController();
        const error = await failing({ signal: stop.signal, onProgress: () => stop.abort() });
        expect(error).toMatchObject({ code: 'EXTRACTION_INTERRUPTED' });
        await mapContacts();
      });

      it('a column holds bytes', async () => {
        const bytes = type === 'postgres' ? `'\\\\x31'::bytea` : 'cast(1 as binary)';
        const name = type === 'postgres' ? '"PALVELU"' : 'PALVELU';
        const rest = [
          'KAYNTITUNNUS',
          'HETU',
          'ALKUPVM',
          'LOPPUPVM',
          'YKSIKKO',
          'AMMATTIHENKILO',
          'DIAGNOOSI',
          'KIIREELLISYYS',
        ]
          .map((column) => (type === 'postgres' ? `"${column}"` : column))
          .join(', ');
        await mapContacts(
          `query: >-\n      select ${rest}, ${bytes.replace('\\\\', '\\')} as ${name} from ${server.schema}.kaynnit`,
        );
        expect(await failing()).toMatchObject({
          code: 'SOURCE_COLUMNS',
          message: expect.stringContaining('"PALVELU" of the query of contacts is of type'),
        });
        await mapContacts();
      });
    });

    it('reads values of every type as one text', async () => {
      const query = type === 'postgres' ? POSTGRES_VALUES : MARIADB_VALUES;
      const mapping = { format: { type, connection: 'x' } } as unknown as Mapping;
      const names = query.map(([name]) => name);
      const source: RowSource = {
        kind: 'query',
        name: 'the query',
        text: `select ${query.map(([name, sql]) => `${sql} as ${name}`).join(', ')} -- a comment`,
      };
      const batches: ReadBatch[] = [];
      await withSource(mapping, { registry: 'x', ...connection() }, async (opened) => {
        for await (const batch of (await opened.open(source, names)).read()) batches.push(batch);
      });
      expect(batches.map(({ columns }) => columns.flat())).toEqual([query.map(([, , text]) => text)]);
    });
  });
}

type Value = readonly [name: string, sql: string, text: string];

const POSTGRES_VALUES: readonly Value[] = [
  ['whole', '9007199254740993::bigint', '9007199254740993'],
  ['amount', '412.50::numeric', '412.5'],
  ['nothing', 'null::text', ''],
  ['real4', '0.1::real', '0.1'],
  ['real8', '101::double precision', '101'],
  ['yes', 'true', 'true'],
  ['day', "date '2012-05-14'", '2012-05-14'],
  ['open', "date 'infinity'", 'infinity'],
  ['midnight', "timestamp '2012-05-14 00:00:00'", '2012-05-14'],
  ['moment', "timestamptz '2012-05-14 23:30:00.500+03'", '2012-05-14T20:30:00.5Z'],
  ['id', "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid", 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  ['special', `E'tab\\there\\nline\\\\ å 𝒳'`, 'tab\there\nline\\ å 𝒳'],
];

const MARIADB_VALUES: readonly Value[] = [
  ['whole', 'cast(9007199254740993 as signed)', '9007199254740993'],
  ['amount', 'cast(412.50 as decimal(10, 2))', '412.5'],
  ['nothing', "nullif('a', 'a')", ''],
  ['real4', 'cast(0.1 as float)', '0.1'],
  ['real8', 'cast(101 as double)', '101'],
  ['day', "date '2012-05-14'", '2012-05-14'],
  ['midnight', "timestamp '2012-05-14 00:00:00'", '2012-05-14'],
  ['moment', 'from_unixtime(1337027400)', '2012-05-14T20:30:00'],
  ['special', `'tab\\there\\nline\\\\ å 𝒳'`, 'tab\there\nline\\ å 𝒳'],
];
