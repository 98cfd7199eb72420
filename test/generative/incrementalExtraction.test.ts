/**
 * @property extraction/increments-are-whole An extraction that reads changes gives the same tables, byte for
 * byte, as one that reads all rows.
 * @enforcedBy registry-kit/extraction/increment.ts
 */
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Linkage } from '../../linkage/linkage.js';
import { defineRegistry } from '../../registry-kit/columns/tableDefinition.js';
import {
  explainExtraction,
  extract,
  type ExtractionOptions,
  extractIfChanged,
} from '../../registry-kit/extraction/extract.js';
import { joinRegistries } from '../../registry-kit/joinedRegistries.js';
import { populationRegistry } from '../../subgraphs/population/tables.js';
import {
  mariadbIsThere,
  postgresIsThere,
  serverLack,
  startMariadbTest,
  startPostgresTest,
  type TestServer,
} from '../city/testServers.js';
import { codes, ExtractionSite, smallExports } from '../integration/extractionExports.js';
import { describeWhere } from '../programs.js';

const clinic = defineRegistry({
  name: 'clinic',
  schemaVersion: 1,
  tables: {
    contacts: {
      order: 'start',
      columns: {
        id: { kind: 'record' },
        start: { kind: 'day' },
        end: { kind: 'day', optional: true },
        service: { kind: 'code', list: 'services' },
        doctor: { kind: 'person', optional: true },
        amount: { kind: 'number', optional: true },
      },
    },
    diagnoses: {
      order: 'start',
      columns: {
        id: { kind: 'record' },
        parent: { kind: 'record', of: 'contacts' },
        start: { kind: 'day' },
        code: { kind: 'code' },
        onset: { kind: 'partial-day', optional: true },
      },
    },
  },
});

const TABLES = {
  visits: {
    id: 'varchar(10)',
    code: 'varchar(20)',
    first: 'date',
    last: 'date',
    service: 'varchar(10)',
    doctor: 'varchar(20)',
    amount: 'numeric(8,2)',
  },
  findings: {
    id: 'int',
    code: 'varchar(20)',
    visit: 'varchar(10)',
    day: 'date',
    diagnosis: 'varchar(10)',
    onset: 'varchar(10)',
  },
} as const;

const mappingOf = ({ type, schema }: TestServer, more = '') => `registry: clinic
scheme: hetu
format: { type: ${type}, connection: clinic }
tables:
  contacts:
    table: ${schema}.visits
    subject: code
    unique: id
    interval: [start, end]
    watermark: changed
    columns:
      id: id
      start: first
      end: last
      service: { from: service, values: { a: T11, b: T11, c: T21 } }
      doctor: doctor
      amount: amount
  diagnoses:
    table: ${schema}.findings
    subject: code
    unique: id
    watermark: changed
    columns: { id: id, parent: visit, start: day, code: diagnosis, onset: onset }
${more}`;
const CODES = `services:
  T11: { fi: a, sv: a, en: a }
  T21: { fi: b, sv: b, en: b }
`;

/** Of some rounds each, which extract everything twice. */
const RUNS = Number(process.env['INCREMENT_RUNS'] ?? 4);

/** Few ids and days, so that rows meet, and some values that are rejected. */
const person = fc.constantFrom(codes.anna, codes.annaBefore, codes.bertil, codes.nobody, 'x');
const day = fc.constantFrom('2010-01-01', '2010-01-02', '2011-05-05');
const nullable = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: null });
const visit = fc.tuple(
  fc.integer({ min: 0, max: 25 }).map((id) => `V${id}`),
  person,
  day,
  nullable(day),
  fc.constantFrom('a', 'b', 'c', 'wrong'),
  nullable(fc.constantFrom(codes.anna, codes.annaBefore, codes.cecilia)),
  nullable(fc.constantFrom('0', '12.5', '-3')),
);
const finding = fc.tuple(
  fc.integer({ min: 0, max: 25 }).map(String),
  person,
  fc.integer({ min: 0, max: 25 }).map((id) => `V${id}`),
  day,
  fc.constantFrom('J06', 'F32', 'two words'),
  nullable(fc.constantFrom('2009', '2009-05', '2009-05-04', 'x')),
);
/** Hours before the time of the round: changes may end some hours late, and rows may have no time. */
const late = nullable(fc.integer({ min: 0, max: 20 }));
const put = fc.oneof(
  fc.record({ table: fc.constant('visits' as const), row: visit, late }),
  fc.record({ table: fc.constant('findings' as const), row: finding, late }),
);
const remove = fc
  .tuple(fc.constantFrom('visits' as const, 'findings' as const), fc.integer({ min: 0, max: 25 }))
  .map(([table, id]) => ({ table, id: table === 'visits' ? `V${id}` : String(id) }));
const round = fc.record({
  removed: fc.array(remove, { maxLength: 6 }),
  put: fc.array(put, { maxLength: 25 }),
  people: fc.constantFrom('same', 'same', 'nobody-is-known', 'anna-is-one'),
});

const servers = [
  ['postgres', postgresIsThere, startPostgresTest, 'timestamptz'],
  ['mariadb', mariadbIsThere, startMariadbTest, 'datetime'],
] as const;

for (const [type, isThere, start, timeType] of servers) {
  describeWhere(isThere, serverLack[type])(`changes of a database (${type})`, () => {
    let server: TestServer;
    beforeAll(async () => {
      server = await start();
      for (const [table, columns] of Object.entries(TABLES))
        await server.load(table, { ...columns, changed: timeType }, []);
    });
    afterAll(async () => {
      joinRegistries({});
      await server?.remove();
    });

    /** A city with people, and no row in the database. */
    async function begin(work: (clinicCity: ClinicCity) => Promise<void>): Promise<void> {
      for (const table of Object.keys(TABLES)) await server.run(`DELETE FROM ${server.schema}.${table}`);
      const site = await ExtractionSite.create();
      try {
        const city = new ClinicCity(server, site, await site.linkage());
        await city.map();
        await city.setPeople('same');
        await work(city);
      } finally {
        await site.remove();
      }
    }

    it('are read as all rows are', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(round, { minLength: 2, maxLength: 4 }), async (rounds) => {
          await begin(async (city) => {
            await city.putLatest(0);
            await city.increment();
            for (const [index, { removed, put: rows, people }] of rounds.entries()) {
              for (const { table, id } of removed) await city.remove(table, id);
              for (const one of rows) await city.put(one.table, one.row, time(index + 1, one.late));
              await city.putLatest(index + 1);
              await city.setPeople(people);
              const { tables, rejects, notes } = await city.increment();
              const all = await city.full();
              expect(tables).toEqual(all.tables);
              expect(rejects).toEqual(all.rejects);
              expect(notes.filter((note) => note.includes('stay as they are'))).toHaveLength(2);
            }
          });
        }),
        { numRuns: RUNS },
      );
    }, 300_000);

    it('without a moved time are read by a full extraction only', async () => {
      await begin(async (city) => {
        await city.put('visits', visitRow('V1', '2010-01-01'), time(1));
        await city.put('visits', visitRow('V2', '2010-01-01'), time(9));
        const before = (await city.increment()).tables['contacts'];
        await server.run(`UPDATE ${server.schema}.visits SET ${quoted(type, 'first')} = '2010-01-02'`);
        await server.run(`UPDATE ${server.schema}.visits SET changed = changed WHERE id = 'V1'`);
        const half = (await city.increment()).tables['contacts'];
        expect(half).not.toEqual(before);
        const { tables, notes } = await city.increment({ full: true });
        expect(tables['contacts']).not.toEqual(half);
        expect(notes).toContain('clinic.contacts: all rows are read, because that was asked for.');
        expect(tables).toEqual((await city.full()).tables);
      });
    });

    describe('are not trusted, so all rows are read, where', () => {
      const reasons: [string, (city: ClinicCity) => Promise<unknown>, string][] = [
        [
          'the mapping changed',
          (city) => city.map('absent: []\n'),
          'the mapping, the code lists, the tables or Polku itself changed',
        ],
        ['the snapshot is damaged', (city) => city.damage(), 'its file in the snapshot is damaged'],
        [
          'the last change is gone',
          (city) => city.remove('visits', 'V2'),
          'the last change is earlier than before',
        ],
        [
          'a row has no id',
          (city) => city.put('visits', ['', ...visitRow('V1', '2010-01-01').slice(1)], time(1)),
          'rows have no id',
        ],
        [
          'two rows share an id',
          (city) => city.insert('visits', visitRow('V1', '2011-05-05'), time(1)),
          'rows share an id',
        ],
        [
          'two rows share an id but for blanks',
          (city) => city.insert('visits', visitRow(' V1', '2011-05-05'), time(9)),
          'rows share an id',
        ],
      ];
      it.each(reasons)('%s', async (_, change, reason) => {
        await begin(async (city) => {
          await city.put('visits', visitRow('V1', '2010-01-01'), time(1));
          await city.put('visits', visitRow('V2', '2010-01-01'), time(9));
          await city.increment();
          await change(city);
          const { tables, notes } = await city.increment();
          expect(notes).toContain(`clinic.contacts: all rows are read, because ${reason}.`);
          expect(tables).toEqual((await city.full()).tables);
        });
      });

      it('a column has another type', async () => {
        await begin(async (city) => {
          await city.put('visits', visitRow('V1', '2010-01-01'), time(1));
          await city.increment();
          const alter = (to: string) =>
            server.run(
              `ALTER TABLE ${server.schema}.visits ${type === 'postgres' ? `ALTER amount TYPE ${to}` : `MODIFY amount ${to}`}`,
            );
          await alter('double precision');
          const { notes } = await city.increment();
          await alter('numeric(8,2)');
          expect(notes).toContain(
            'clinic.contacts: all rows are read, because a column is of another type than before.',
          );
        });
      });
    });

    it('are read up to a number, of rows that are new by their time and of others', async () => {
      await begin(async (city) => {
        await city.put('visits', visitRow('V0', '2010-01-01'), time(5));
        await city.increment();
        await city.insertVisits('N', 50_000, time(5));
        await city.insertVisits('M', 50_000, time(1));
        const { tables, notes } = await city.increment();
        expect(notes).toContain(
          'clinic.contacts: 0 rows stay as they are, 0 were deleted, and the others are read.',
        );
        expect(tables['contacts']!.rows).toBe(100_001);
        expect(tables).toEqual((await city.full()).tables);
        await city.insertVisits('O', 55_001, time(5));
        expect((await city.increment()).notes).toContain(
          'clinic.contacts: all rows are read, because too many rows are new.',
        );
        await city.insertVisits('P', 50_001, time(1));
        expect((await city.increment()).notes).toContain(
          'clinic.contacts: all rows are read, because too many rows are not in the snapshot.',
        );
      });
    }, 120_000);

    it('keep the snapshot while there are none, and are explained before', async () => {
      await begin(async (city) => {
        await city.put('visits', visitRow('V1', '2010-01-01'), time(1));
        expect(await city.explain()).toEqual([
          'all rows, because there is no snapshot that can be continued',
          'all rows, because there is no snapshot that can be continued',
        ]);
        await city.increment();
        expect((await extractIfChanged(city.options())).kept).toBe(true);
        const [visits, findings] = await city.explain();
        expect(visits).toMatch(/^the ids of all rows, and the rows that changed since 2015-01-02 00:00:00/);
        expect(findings).toMatch(/^(?:all rows, because|the ids of all rows)/);
        expect((await city.explain({ full: true }))[0]).toBe('all rows, because that was asked for');
      });
    });

    it('must be dates or times', async () => {
      await begin(async (city) => {
        await city.map('', (mapping) => mapping.replace('watermark: changed', 'watermark: service'));
        await expect(city.increment()).rejects.toMatchObject({
          code: 'SOURCE_COLUMNS',
          message: expect.stringContaining('"service" of '),
        });
      });
    });

    it('that take a table below its size publish nothing', async () => {
      await begin(async (city) => {
        for (let id = 0; id < 20; id++) await city.put('visits', visitRow(`V${id}`, '2010-01-01'), time(1));
        await city.increment();
        for (let id = 0; id < 10; id++) await city.remove('visits', `V${id}`);
        await expect(city.increment({ maxShrink: 10 })).rejects.toMatchObject({ code: 'TABLE_SHRUNK' });
      });
    });
  });
}

/** @param round a round begins two days after the one before */
function time(round: number, hoursLate: number | null = 0): string | null {
  if (hoursLate === null) return null;
  const date = new Date(Date.UTC(2015, 0, 1 + 2 * round) - 3_600_000 * hoursLate);
  return date.toISOString().slice(0, 19).replace('T', ' ');
}

function visitRow(id: string, first: string): readonly string[] {
  return [id, codes.anna, first, '2012-01-01', 'a', codes.bertil, '1'];
}

function quoted(type: TestServer['type'], name: string): string {
  return type === 'postgres' ? `"${name}"` : `\`${name}\``;
}

/** A city whose clinic is read from a database. */
class ClinicCity {
  private readonly exports = smallExports();

  constructor(
    private readonly server: TestServer,
    private readonly site: ExtractionSite,
    private readonly linkage: Linkage,
  ) {
    this.exports['population']!['tunnusmuutokset.csv'] = ['vanha,uusi,pvm'];
    this.addPerson(`${codes.annaBefore},Korhonen,Anna,1980-02-01,2,fi,`);
  }

  options(more: Partial<ExtractionOptions> = {}): ExtractionOptions {
    return {
      registry: clinic,
      data: this.site.data,
      linkage: this.linkage,
      synthetic: true,
      maxRejects: 100,
      maxShrink: 100,
      connection: () => Promise.resolve(this.server.reader.href),
      ...more,
    };
  }

  async map(more = '', change: (mapping: string) => string = (mapping) => mapping): Promise<void> {
    const folder = join(this.site.source, '..', 'clinic');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'mapping.yaml'), change(mappingOf(this.server, more)));
    await writeFile(join(folder, 'codes.yaml'), CODES);
    joinRegistries({ folders: new Map([['clinic', folder]]) });
  }

  private addPerson(line: string): void {
    const population = this.exports['population']!;
    population['henkilot.csv'] = [...population['henkilot.csv']!, line];
  }

  /** Extracts the population, in which somebody becomes known or two codes become one person's. */
  async setPeople(people: 'same' | 'nobody-is-known' | 'anna-is-one'): Promise<void> {
    const population = this.exports['population']!;
    if (people === 'nobody-is-known') this.addPerson(`${codes.nobody},Kukaan,Ei,2002-02-02,2,fi,`);
    if (people === 'anna-is-one')
      population['tunnusmuutokset.csv'] = ['vanha,uusi,pvm', `${codes.annaBefore},${codes.anna},2012-01-01`];
    await this.site.write(this.exports);
    const { source, data } = this.site;
    await extractIfChanged({
      registry: populationRegistry,
      linkage: this.linkage,
      source,
      data,
      synthetic: true,
      maxShrink: 100,
    });
  }

  async increment(more: Partial<ExtractionOptions> = {}) {
    const notes: string[] = [];
    const manifest = await extract(this.options({ onNotice: (note) => void notes.push(note), ...more }));
    return { ...manifest, notes };
  }

  /** What all rows give, in a data folder without a snapshot. */
  async full() {
    const data = join(this.site.data, '..', 'full');
    await rm(data, { recursive: true, force: true });
    return extract(this.options({ data }));
  }

  async explain(more: Partial<ExtractionOptions> = {}): Promise<readonly (string | undefined)[]> {
    const { parts } = await explainExtraction(this.options(more));
    return parts.map(({ reading }) => reading);
  }

  async damage(): Promise<void> {
    const { snapshotId } = await this.increment();
    const folder = join(this.site.data, 'clinic', snapshotId);
    await copyFile(join(folder, 'diagnoses.parquet'), join(folder, 'contacts.parquet'));
  }

  async put(
    table: keyof typeof TABLES,
    row: readonly (string | null)[],
    changed: string | null,
  ): Promise<void> {
    await this.remove(table, row[0]!);
    await this.insert(table, row, changed);
  }

  /** A row of each table whose time is that of the round. */
  async putLatest(ofRound: number): Promise<void> {
    await this.put('visits', visitRow('V99', '2010-01-01'), time(ofRound));
    await this.put('findings', ['99', codes.anna, 'V99', '2010-01-01', 'J06', '2009'], time(ofRound));
  }

  async insert(
    table: keyof typeof TABLES,
    row: readonly (string | null)[],
    changed: string | null,
  ): Promise<void> {
    const values = [...row, changed].map((value) =>
      value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`,
    );
    await this.server.run(`INSERT INTO ${this.server.schema}.${table} VALUES (${values.join(', ')})`);
  }

  /** Visits with ids that begin so. */
  async insertVisits(prefix: string, rows: number, changed: string | null): Promise<void> {
    for (let from = 0; from < rows; from += 5000) {
      const values = Array.from({ length: Math.min(5000, rows - from) }, (_, at) =>
        [...visitRow(`${prefix}${from + at}`, '2010-01-01'), changed].map((value) => `'${value}'`).join(', '),
      );
      await this.server.run(`INSERT INTO ${this.server.schema}.visits VALUES (${values.join('), (')})`);
    }
  }

  async remove(table: keyof typeof TABLES, id: string): Promise<void> {
    await this.server.run(`DELETE FROM ${this.server.schema}.${table} WHERE id = '${id}'`);
  }
}
