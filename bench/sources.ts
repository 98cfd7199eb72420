import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { parseDay } from '../lib/calendar.js';
import { packageRoot } from '../lib/packageRoot.js';
import { CsvParser } from '../registry-kit/extraction/source/files/csvParser.js';
import { type ProcessFigures, runMeasured } from './city/measuredProcess.js';

// Extracts the contacts of health services from the same rows as CSV, in PostgreSQL, in MariaDB and as FHIR,
// and from PostgreSQL only what changed since, one row in a hundred:
// npm run bench:sources -- [--persons 20000] [--rounds 3] [--postgres URL] [--mariadb URL]
// 520,000 persons have 25 million contacts. Each round extracts from every source in turns; figures are
// medians of rounds. A schema polku_bench is made in both databases, and dropped at the end.

const { values: options } = parseArgs({
  options: {
    persons: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '3' },
    postgres: { type: 'string', default: 'postgres://postgres@127.0.0.1:5432/postgres' },
    mariadb: { type: 'string', default: 'mariadb://root@127.0.0.1:3306/mysql' },
  },
});
const rounds = Number(options.rounds);

const COLUMNS = {
  KAYNTITUNNUS: 'text',
  HETU: 'text',
  ALKUPVM: 'date',
  LOPPUPVM: 'date',
  PALVELU: 'text',
  YKSIKKO: 'text',
  AMMATTIHENKILO: 'text',
  DIAGNOOSI: 'text',
  KIIREELLISYYS: 'text',
} as const;
const NAMES = Object.keys(COLUMNS);
const DAYS = NAMES.flatMap((name, at) => (name.endsWith('PVM') ? [at] : []));
const ICD = 'http://hl7.org/fhir/sid/icd-10';

const mappingOf = (
  format: string,
  source: string,
  [subject, ...columns]: readonly string[],
) => `registry: health
scheme: hetu
format: ${format}
absent: [careRelationships, objections]
tables:
  contacts:
    ${source}
    subject: ${subject}
    unique: id
    interval: [start, end]
    columns:
${['id', 'start', 'end', 'service', 'unit', 'professional', 'diagnosis', 'urgency']
  .map((name, at) => `      ${name}: ${columns[at]}`)
  .join('\n')}
`;
const OF_ROWS = ['HETU', 'KAYNTITUNNUS', ...NAMES.slice(2)];
const FROM_POSTGRES = '{ type: postgres, connection: bench-postgres }';
const OF_FHIR = [
  'subject.identifier.value',
  'id',
  'period.start',
  'period.end',
  'serviceType.coding.code',
  'serviceProvider.reference',
  'participant.individual.reference',
  `'reasonCode.coding[system=${ICD}].code'`,
  'priority.coding.code',
];
const MAPPINGS = {
  csv: mappingOf("{ type: csv, delimiter: ';' }", 'file: visits.csv', OF_ROWS),
  postgres: mappingOf(FROM_POSTGRES, 'table: polku_bench.visits', OF_ROWS),
  mariadb: mappingOf('{ type: mariadb, connection: bench-mariadb }', 'table: polku_bench.visits', OF_ROWS),
  fhir: mappingOf('{ type: fhir }', 'file: Encounter.ndjson', OF_FHIR),
  changes: mappingOf(FROM_POSTGRES, 'table: polku_bench.visits\n    watermark: changed', OF_ROWS),
};
type SourceName = keyof typeof MAPPINGS;

const folder = await mkdtemp(join(tmpdir(), 'polku-bench-'));
const [exports, data] = [join(folder, 'exports'), join(folder, 'data')];
const files = join(exports, 'health');
const polku = (...args: readonly string[]): Promise<ProcessFigures> =>
  runMeasured([join(packageRoot(), 'dist', 'cli', 'main.js'), ...args]);

/** The rows of the export whose days exist, in ISO 8601: no other row fits a table of a database. */
async function* cleanRows(): AsyncGenerator<readonly string[]> {
  const parser = new CsvParser({ type: 'csv', delimiter: ';', quote: '"', encoding: 'utf-8' });
  const decoder = new TextDecoder();
  const all = createReadStream(join(files, 'kaynnit.csv'), { highWaterMark: 2 ** 20 });
  for await (const bytes of all as AsyncIterable<Buffer>) {
    parser.push(decoder.decode(bytes, { stream: true }), false);
    yield* parsed(false);
  }
  parser.push('', true);
  yield* parsed(true);

  function* parsed(isLast: boolean): Generator<readonly string[]> {
    if (!parser.header) return;
    parser.select(NAMES);
    const { columns, rowNumbers } = parser.takeRows(isLast);
    for (let row = 0; row < rowNumbers.length; row++) {
      const cells = columns.map((column, at) =>
        DAYS.includes(at) ? column[row]!.split('.').reverse().join('-') : column[row]!,
      );
      if (DAYS.every((at) => cells[at] === '' || parseDay(cells[at]!) !== undefined)) yield cells;
    }
  }
}

/** A row as an Encounter; what is empty is left out. */
function encounterOf([
  id,
  code,
  start,
  end,
  service,
  unit,
  professional,
  diagnosis,
  urgency,
]: readonly string[]): object {
  const given = <Value>(text: string | undefined, value: Value) => (text === '' ? undefined : value);
  return {
    resourceType: 'Encounter',
    id,
    status: 'finished',
    subject: { identifier: { system: 'urn:oid:1.2.246.21', value: code } },
    period: { start, end: given(end, end) },
    serviceType: given(service, { coding: [{ system: 'urn:polku:services', code: service }] }),
    serviceProvider: given(unit, { reference: `Organization/${unit}` }),
    participant: given(professional, [{ individual: { reference: `Practitioner/${professional}` } }]),
    reasonCode: given(diagnosis, [{ coding: [{ system: ICD, code: diagnosis }] }]),
    priority: given(urgency, { coding: [{ code: urgency }] }),
  };
}

/** Joins lines to pieces, so that a stream is not called for each. */
async function* inPieces(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const line of lines) {
    piece += line;
    if (piece.length < 2 ** 18) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

async function* csvLines(): AsyncGenerator<string> {
  yield `${NAMES.join(';')}\n`;
  for await (const row of cleanRows()) yield `${row.join(';')}\n`;
}

async function* fhirLines(): AsyncGenerator<string> {
  for await (const row of cleanRows()) yield `${JSON.stringify(encounterOf(row))}\n`;
}

async function loadPostgres(client: pg.Client): Promise<void> {
  await client.query('DROP SCHEMA IF EXISTS polku_bench CASCADE');
  await client.query('CREATE SCHEMA polku_bench');
  const columns = Object.entries(COLUMNS).map(([name, type]) => `"${name}" ${type}`);
  const changed = "changed timestamp DEFAULT timestamp '2010-01-01' + 1000 * random() * interval '1 day'";
  await client.query(`CREATE TABLE polku_bench.visits (${columns.join(', ')}, ${changed})`);
  const names = NAMES.map((name) => `"${name}"`).join(', ');
  const copy = client.query(
    copyFrom(`COPY polku_bench.visits (${names}) FROM STDIN (FORMAT csv, DELIMITER ';', HEADER, NULL '')`),
  );
  await pipeline(createReadStream(join(files, 'visits.csv')), copy);
  await client.query('CREATE INDEX ON polku_bench.visits ("KAYNTITUNNUS")');
  // In the export some ids occur twice. A table has a primary key.
  await client.query(
    'DELETE FROM polku_bench.visits AS one USING polku_bench.visits AS other ' +
      'WHERE one."KAYNTITUNNUS" = other."KAYNTITUNNUS" AND one.ctid > other.ctid',
  );
  await client.query('CREATE INDEX ON polku_bench.visits (changed)');
  await client.query('VACUUM ANALYZE polku_bench.visits');
}

async function loadMariadb(connection: mysql.Connection): Promise<void> {
  await connection.query('DROP DATABASE IF EXISTS polku_bench');
  await connection.query('CREATE DATABASE polku_bench CHARACTER SET utf8mb4');
  const columns = Object.entries(COLUMNS).map(([name, type]) => `${name} ${type}`);
  await connection.query(`CREATE TABLE polku_bench.visits (${columns.join(', ')})`);
  const set = NAMES.map((name) => `${name} = nullif(@${name}, '')`);
  await connection.query({
    sql: `LOAD DATA LOCAL INFILE 'visits.csv' INTO TABLE polku_bench.visits CHARACTER SET utf8mb4
          FIELDS TERMINATED BY ';' IGNORE 1 LINES (@${NAMES.join(', @')}) SET ${set.join(', ')}`,
    infileStreamFactory: () => createReadStream(join(files, 'visits.csv')),
  });
}

/** Changes one row in a hundred, after a first extraction, which is not measured. */
async function changeRows(client: pg.Client, round: number): Promise<void> {
  await extractFrom('changes');
  await client.query(
    `UPDATE polku_bench.visits SET changed = timestamp '2020-01-01' + ${2 * round} * interval '1 day' WHERE random() < 0.01`,
  );
}

async function extractFrom(source: SourceName): Promise<ProcessFigures> {
  const mapping = join(folder, source);
  await mkdir(mapping, { recursive: true });
  await writeFile(join(mapping, 'mapping.yaml'), MAPPINGS[source]);
  const configuration = join(folder, `${source}.yaml`);
  await writeFile(configuration, `registries: { health: { folder: ${source} } }\n`);
  return polku(
    ...['--config', configuration, 'extract', 'health', '--source', exports, '--data', data],
    ...['--synthetic', '--max-shrink', '100'],
  );
}

const medianOf = (numbers: readonly number[]) =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)]!;

const client = new pg.Client({ connectionString: options.postgres });
const mariadb = await mysql.createConnection(options.mariadb.replace(/^mariadb:/, 'mysql:'));
process.env['POLKU_SOURCE_BENCH_POSTGRES'] = options.postgres;
process.env['POLKU_SOURCE_BENCH_MARIADB'] = options.mariadb;
try {
  await client.connect();
  console.log(`A city of ${options.persons} persons ...`);
  await polku('city', 'generate', '--persons', options.persons, '--out', exports);
  await polku(
    'extract',
    'population',
    '--source',
    exports,
    '--data',
    data,
    '--expected-persons',
    options.persons,
  );
  await pipeline(Readable.from(inPieces(csvLines())), createWriteStream(join(files, 'visits.csv')));
  await pipeline(Readable.from(inPieces(fhirLines())), createWriteStream(join(files, 'Encounter.ndjson')));
  await loadPostgres(client);
  await loadMariadb(mariadb);

  const names = Object.keys(MAPPINGS) as SourceName[];
  const measured = new Map<SourceName, ProcessFigures[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const name of names) {
      if (name === 'changes') await changeRows(client, round);
      const figures = await extractFrom(name);
      measured.get(name)!.push(figures);
      console.log(`round ${round + 1}, ${name}: ${figures.seconds.toFixed(1)} s`);
    }

  const seconds = (name: SourceName) => medianOf(measured.get(name)!.map((figures) => figures.seconds));
  const [, rows = '?'] = /([\d\s]+) rows,/.exec(measured.get('csv')![0]!.errors) ?? [];
  console.log(`\n${rows.trim()} contacts, medians of ${rounds} rounds in turns:\n`);
  console.log('| source | seconds | against CSV | CPU s | peak memory | MB/s of its file |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const name of names) {
    const all = measured.get(name)!;
    const file = new Map([
      ['csv', 'visits.csv'],
      ['fhir', 'Encounter.ndjson'],
    ]).get(name);
    const speed =
      file === undefined ? '-' : ((await stat(join(files, file))).size / 1e6 / seconds(name)).toFixed(1);
    console.log(
      `| ${name} | ${seconds(name).toFixed(1)} | ${(seconds(name) / seconds('csv')).toFixed(2)} | ` +
        `${medianOf(all.map(({ cpuSeconds }) => cpuSeconds)).toFixed(1)} | ` +
        `${(Math.max(...all.map(({ peakBytes }) => peakBytes)) / 1e6).toFixed(0)} MB | ${speed} |`,
    );
  }
} finally {
  await client.query('DROP SCHEMA IF EXISTS polku_bench CASCADE').catch(() => undefined);
  await client.end();
  await mariadb.query('DROP DATABASE IF EXISTS polku_bench').catch(() => undefined);
  await mariadb.end();
  await rm(folder, { recursive: true, force: true });
}
