import { randomBytes } from 'node:crypto';
import mysql from 'mysql2/promise';
import pg from 'pg';

/** A database server on which tests make what they need, in a schema of their own. */
export interface TestServer {
  readonly type: 'postgres' | 'mariadb';
  /** The schema of this test; a database in MariaDB. */
  readonly schema: string;
  /** The URL of a user who may read the schema, as the secret of a connection holds it. */
  readonly reader: URL;
  /** Runs a statement as the administrator. */
  run(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Makes a table of texts, days and rows. */
  load(
    table: string,
    columns: Readonly<Record<string, string>>,
    rows: readonly (readonly (string | null)[])[],
  ): Promise<void>;
  /** Ends the sessions of the reader, as an administrator does. */
  killReader(): Promise<void>;
  remove(): Promise<void>;
}

const POSTGRES = process.env['TEST_POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const MARIADB = process.env['TEST_MARIADB_URL'] ?? 'mariadb://root@127.0.0.1:3306/mysql';
const PASSWORD = 'Salainen-902';
const BATCH = 1000;

async function connectPostgres(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

function connectMariadb(url: string): Promise<mysql.Connection> {
  return mysql.createConnection(url.replace(/^mariadb:/, 'mysql:'));
}

async function answers(connect: () => Promise<{ end(): Promise<void> }>): Promise<boolean> {
  try {
    await (await connect()).end();
    return true;
  } catch {
    return false;
  }
}

export const postgresIsThere = await answers(() => connectPostgres(POSTGRES));
export const mariadbIsThere = await answers(() => connectMariadb(MARIADB));

/** What is said where a server is missing. */
export const serverLack = {
  postgres: 'No PostgreSQL answers: start one, or name it in TEST_POSTGRES_URL.',
  mariadb: 'No MariaDB answers: start one, or name it in TEST_MARIADB_URL.',
} as const;

const newName = () => `polku_test_${randomBytes(4).toString('hex')}`;

function literal(value: string | null): string {
  return value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`;
}

function* inserts(table: string, rows: readonly (readonly (string | null)[])[]): Generator<string> {
  for (let at = 0; at < rows.length; at += BATCH) {
    const values = rows.slice(at, at + BATCH).map((row) => `(${row.map(literal).join(',')})`);
    yield `INSERT INTO ${table} VALUES ${values.join(',')}`;
  }
}

function readerUrl(url: string, user: string, database: string): URL {
  const reader = new URL(url);
  reader.username = user;
  reader.password = PASSWORD;
  reader.pathname = `/${database}`;
  return reader;
}

export async function startPostgresTest(url: string = POSTGRES): Promise<TestServer> {
  const admin = await connectPostgres(url);
  const schema = newName();
  const run = async (sql: string) => (await admin.query<Record<string, unknown>>(sql)).rows;
  await run(`CREATE ROLE ${schema} LOGIN PASSWORD '${PASSWORD}'`);
  await run(`CREATE SCHEMA ${schema}`);
  await run(`GRANT USAGE ON SCHEMA ${schema} TO ${schema}`);
  await run(`ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT SELECT ON TABLES TO ${schema}`);
  return {
    type: 'postgres',
    schema,
    reader: readerUrl(url, schema, new URL(url).pathname.slice(1)),
    run,
    load: async (table, columns, rows) => {
      const defined = Object.entries(columns).map(([name, type]) => `"${name}" ${type}`);
      await run(`CREATE TABLE ${schema}.${table} (${defined.join(', ')})`);
      for (const sql of inserts(`${schema}.${table}`, rows)) await run(sql);
    },
    killReader: async () => {
      await run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${schema}'`);
    },
    remove: async () => {
      await run(`DROP SCHEMA ${schema} CASCADE`);
      await run(`DROP OWNED BY ${schema}`);
      await run(`DROP ROLE ${schema}`);
      await admin.end();
    },
  };
}

export async function startMariadbTest(): Promise<TestServer> {
  const admin = await connectMariadb(MARIADB);
  const schema = newName();
  const run = async (sql: string) => {
    const [rows] = await admin.query(sql);
    return rows as Record<string, unknown>[];
  };
  await run(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4`);
  await run(`CREATE USER ${schema}@'%' IDENTIFIED BY '${PASSWORD}'`);
  await run(`CREATE USER ${schema}@localhost IDENTIFIED BY '${PASSWORD}'`);
  for (const host of ["'%'", 'localhost']) await run(`GRANT SELECT ON ${schema}.* TO ${schema}@${host}`);
  return {
    type: 'mariadb',
    schema,
    reader: readerUrl(MARIADB, schema, schema),
    run,
    load: async (table, columns, rows) => {
      const defined = Object.entries(columns).map(([name, type]) => `\`${name}\` ${type}`);
      await run(`CREATE TABLE ${schema}.${table} (${defined.join(', ')})`);
      for (const sql of inserts(`${schema}.${table}`, rows)) await run(sql);
    },
    killReader: async () => {
      await run(`KILL USER ${schema}`);
    },
    remove: async () => {
      await run(`DROP DATABASE ${schema}`);
      for (const host of ["'%'", 'localhost']) await run(`DROP USER ${schema}@${host}`);
      await admin.end();
    },
  };
}
