import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { sqlName } from '../../../../lib/duckdb.js';
import type { RowSource } from '../../mapping/mapping.js';
import {
  EXACT_DOUBLE,
  EXACT_FLOAT,
  localTime,
  withoutTrailingZeros,
  writeFloat,
  writeTime,
} from '../canonicalText.js';
import type { ConnectionSettings } from './connectionUrl.js';
import { CopyText } from './copyText.js';
import {
  asItIs,
  CONNECT_MILLISECONDS,
  type DatabaseSession,
  missingTable,
  relation,
  requireVersion,
  selectStatement,
  type TypedColumn,
  type ValueType,
} from './databaseSession.js';

const OLDEST = [12];
/** From this version on, the server notices that Polku is gone while a statement runs. */
const CHECKS_CONNECTION = 14;

/**
 * Values are written in one way, whatever the defaults of the server and the user are. Row-level security
 * fails instead of leaving rows out in silence, and rows come in the order of the table.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  client_encoding: 'UTF8',
  DateStyle: 'ISO, YMD',
  TimeZone: 'UTC',
  extra_float_digits: '1',
  row_security: 'off',
  synchronize_seqscans: 'off',
  max_parallel_workers_per_gather: '0',
  // Between two tables, Polku sorts and writes.
  idle_in_transaction_session_timeout: '1h',
};

export class PostgresSession implements DatabaseSession {
  version = '';
  private readonly client: pg.Client;

  constructor(
    private readonly connection: ConnectionSettings,
    private readonly hasZone: boolean,
  ) {
    const { host, port, database, user, password, tls } = connection;
    this.client = new pg.Client({
      host,
      port,
      database,
      user,
      password,
      ssl: tls ? { ...tls, rejectUnauthorized: true, minVersion: 'TLSv1.2' } : false,
      application_name: 'polku extract',
      connectionTimeoutMillis: CONNECT_MILLISECONDS,
      keepAlive: true,
    });
    // A lost connection also fails the query that runs, and that is where it is handled.
    this.client.on('error', () => undefined);
  }

  async begin(): Promise<void> {
    await this.client.connect();
    await this.client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const [version] = await this.texts('SHOW server_version');
    this.version = `PostgreSQL ${version}`;
    const major = Number.parseInt(version!, 10);
    requireVersion('PostgreSQL', [major], OLDEST);
    const settings = {
      ...SETTINGS,
      lock_timeout: `${this.connection.lockSeconds}s`,
      ...(major >= CHECKS_CONNECTION ? { client_connection_check_interval: '5s' } : {}),
    };
    for (const [name, value] of Object.entries(settings))
      await this.client.query('SELECT set_config($1, $2, true)', [name, value]);
  }

  async columns(source: RowSource): Promise<readonly string[]> {
    if (source.kind === 'query') {
      const { fields } = await this.client.query(`SELECT * FROM ${relation(source, sqlName)} LIMIT 0`);
      return fields.map(({ name }) => name);
    }
    const columns = await this.texts(
      'SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum',
      [relation({ ...source, limit: undefined }, sqlName)],
    );
    if (columns.length > 0) return columns;
    const known = await this.texts(
      `SELECT nspname || '.' || relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
       WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND nspname NOT IN ('pg_catalog', 'information_schema')
       AND has_schema_privilege(relnamespace, 'USAGE') AND has_any_column_privilege(pg_class.oid, 'SELECT')`,
    );
    throw missingTable(source.text, known);
  }

  async types(source: RowSource, columns: readonly string[]): Promise<readonly ValueType[]> {
    const named = columns.map(sqlName).join(', ');
    const { fields } = await this.client.query(`SELECT ${named} FROM ${relation(source, sqlName)} LIMIT 0`);
    const { rows } = await this.client.query<{ oid: number; name: string; kind: string; category: string }>(
      'SELECT oid, typname AS name, typtype AS kind, typcategory AS category FROM pg_type WHERE oid = ANY($1::oid[])',
      [fields.map(({ dataTypeID }) => dataTypeID)],
    );
    return fields.map(({ dataTypeID }) => {
      const { name, kind, category } = rows.find(({ oid }) => oid === dataTypeID)!;
      return columnType(name, kind === 'e' || category === 'S', this.hasZone);
    });
  }

  select(source: RowSource, columns: readonly TypedColumn[], condition?: string): string {
    return selectStatement(source, columns, condition, sqlName);
  }

  async estimate(statement: string): Promise<number> {
    const plan = await this.client.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
      `EXPLAIN (FORMAT JSON) ${statement}`,
    );
    return Math.round(plan.rows[0]!['QUERY PLAN'][0].Plan['Plan Rows']);
  }

  async *rows(
    statement: string,
    columns: readonly TypedColumn[],
  ): AsyncGenerator<readonly (readonly string[])[]> {
    const parser = new CopyText(columns.length);
    const decoder = new TextDecoder();
    const stream = this.client.query(copyTo(`COPY (${statement}) TO STDOUT (FORMAT text, NULL '')`));
    for await (const bytes of stream as AsyncIterable<Buffer>) {
      const texts = parser.take(decoder.decode(bytes, { stream: true }));
      if (texts[0]!.length > 0) yield texts.map((values, index) => written(values, columns[index]!.type));
    }
    if (!parser.isWhole) throw new Error('The last row is not whole.');
  }

  async latest(source: RowSource, column: string): Promise<string | undefined> {
    const last = `max(${sqlName(column)})`;
    const [time] = await this.texts(
      `SELECT (least(${last}::timestamp, localtimestamp) - interval '1 day')::text
       FROM ${relation(source, sqlName)} HAVING ${last} IS NOT NULL`,
    );
    return time;
  }

  changedSince(column: string, time: string): string {
    return `(${sqlName(column)} >= ${pg.escapeLiteral(time)} OR ${sqlName(column)} IS NULL)`;
  }

  isOneOf(column: string, values: readonly string[]): string {
    return `${sqlName(column)} IN (${values.map((value) => pg.escapeLiteral(value)).join(', ')})`;
  }

  abort(): void {
    void this.client.end();
  }

  async end(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }

  /** The first column of a result. */
  private async texts(sql: string, values: readonly unknown[] = []): Promise<string[]> {
    const { rows } = await this.client.query<string[]>({ text: sql, values: [...values], rowMode: 'array' });
    return rows.map(([text]) => text!);
  }
}

function written(values: string[], { write }: TypedColumn['type']): string[] {
  return write === asItIs ? values : values.map((value) => (value === '' ? '' : write(value)));
}

const PLAIN = ['int2', 'int4', 'int8', 'oid', 'uuid', 'time'];

/** @param isText an enumeration, or a type of texts */
function columnType(type: string, isText: boolean, hasZone: boolean): ValueType {
  if (isText || PLAIN.includes(type)) return { type, write: asItIs };
  switch (type) {
    case 'bool':
      return { type, write: (value) => (value === 't' ? 'true' : 'false') };
    case 'numeric':
      return { type, write: (value) => (value === 'NaN' ? '' : withoutTrailingZeros(value)) };
    case 'float4':
      return { type, write: (value) => writeFloat(Number(value), EXACT_FLOAT) };
    case 'float8':
      return { type, write: (value) => writeFloat(Number(value), EXACT_DOUBLE) };
    case 'date':
      return { type, isDay: true, write: asItIs };
    case 'timestamp':
      return { type, isDay: true, write: localTime(hasZone) };
    case 'timestamptz':
      return { type, isDay: true, write: (value) => `${writeTime(value.replace(/\+00$/, ''))}Z` };
    default:
      return { type, write: undefined };
  }
}
