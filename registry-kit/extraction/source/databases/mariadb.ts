import type { Socket } from 'node:net';
import mysql, { type FieldPacket, type RowDataPacket } from 'mysql2';
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

// Node.js finds no named export in this package.
const { Types } = mysql;

const OLDEST = [10, 5];
const BATCH_ROWS = 4096;
/** The character set of columns that hold bytes. */
const BINARY = 63;
/** EXPLAIN of a view needs more rights than reading it. */
const MAY_NOT_EXPLAIN = 1345;

/** What is set for the session. The waits are for the time in which Polku sorts and writes. */
const settings = (lockSeconds: number) => [
  "SET SESSION time_zone = '+00:00', sql_mode = ''",
  'SET SESSION net_write_timeout = 3600, wait_timeout = 3600, idle_readonly_transaction_timeout = 0',
  `SET SESSION lock_wait_timeout = ${lockSeconds}, innodb_lock_wait_timeout = ${lockSeconds}`,
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
  'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY',
];

export class MariadbSession implements DatabaseSession {
  version = '';
  private client: mysql.Connection | undefined;
  /** Rejects when the connection is lost or closed. The driver does not tell a running stream or query. */
  private readonly closed: Promise<never>;
  private close!: (cause: Error) => void;

  constructor(
    private readonly connection: ConnectionSettings,
    private readonly hasZone: boolean,
  ) {
    this.closed = new Promise((_, reject) => (this.close = reject));
    this.closed.catch(() => undefined);
  }

  async begin(): Promise<void> {
    const { host, port, database, user, password, tls, lockSeconds } = this.connection;
    const client = mysql.createConnection({
      host,
      port,
      database,
      user,
      password,
      ...(tls && {
        ssl: { ...tls, rejectUnauthorized: true, verifyIdentity: true, minVersion: 'TLSv1.2' },
      }),
      charset: 'utf8mb4',
      connectTimeout: CONNECT_MILLISECONDS,
      enableKeepAlive: true,
      // The server may not ask for a file of this machine.
      flags: ['-LOCAL_FILES'],
      // Every value arrives without loss: days as they are written, large numbers with all digits.
      dateStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
    });
    this.client = client;
    client.on('error', this.close);
    await new Promise<void>((resolve, reject) => {
      this.closed.catch(reject);
      client.connect((error) => (error ? reject(error) : resolve()));
    });
    const [version = ''] = await this.texts('SELECT VERSION()');
    const [, number = '0'] = /^([\d.]+).*MariaDB/i.exec(version) ?? [];
    requireVersion('MariaDB', number.split('.').map(Number), OLDEST);
    this.version = `MariaDB ${number}`;
    for (const setting of settings(lockSeconds)) await this.query(setting);
  }

  async columns(source: RowSource): Promise<readonly string[]> {
    if (source.kind === 'query') {
      const { fields } = await this.query(`SELECT * FROM ${relation(source, quoted)} LIMIT 0`);
      return fields.map(({ name }) => name);
    }
    const [table, schema] = source.text.split('.').reverse();
    const columns = await this.texts(
      'SELECT column_name FROM information_schema.columns WHERE table_schema = coalesce(?, database()) AND table_name = ? ORDER BY ordinal_position',
      [schema ?? null, table],
    );
    if (columns.length > 0) return columns;
    const known = await this.texts(
      "SELECT concat(table_schema, '.', table_name) FROM information_schema.tables WHERE table_schema <> 'information_schema'",
    );
    throw missingTable(source.text, known);
  }

  async types(source: RowSource, columns: readonly string[]): Promise<readonly ValueType[]> {
    const from = relation(source, quoted);
    const { fields } = await this.query(`SELECT ${columns.map(quoted).join(', ')} FROM ${from} LIMIT 0`);
    return fields.map((field) => columnType(field, this.hasZone));
  }

  select(source: RowSource, columns: readonly TypedColumn[], condition?: string): string {
    return selectStatement(source, columns, condition, quoted);
  }

  async estimate(statement: string): Promise<number | undefined> {
    try {
      const { rows } = await this.query<{ rows: string | number | null }>(`EXPLAIN ${statement}`);
      return Math.max(...rows.map((step) => Number(step.rows ?? 0)));
    } catch (cause) {
      if ((cause as { errno?: number }).errno === MAY_NOT_EXPLAIN) return undefined;
      throw cause;
    }
  }

  async *rows(
    statement: string,
    selected: readonly TypedColumn[],
  ): AsyncGenerator<readonly (readonly string[])[]> {
    const query = this.client!.query({ sql: statement, rowsAsArray: true });
    let columns: string[][] = selected.map(() => []);
    const stream = query.stream({ highWaterMark: BATCH_ROWS });
    this.closed.catch((cause: Error) => stream.destroy(cause));
    for await (const row of stream as AsyncIterable<unknown[]>) {
      for (let index = 0; index < selected.length; index++) {
        const value = row[index];
        columns[index]!.push(value === null ? '' : selected[index]!.type.write(value as string));
      }
      if (columns[0]!.length < BATCH_ROWS) continue;
      yield columns;
      columns = selected.map(() => []);
    }
    if (columns[0]!.length > 0) yield columns;
  }

  async latest(source: RowSource, column: string): Promise<string | undefined> {
    const [time] = await this.texts(
      `SELECT coalesce(CAST(least(max(${quoted(column)}), utc_timestamp()) - INTERVAL 1 DAY AS CHAR), '') FROM ${relation(source, quoted)}`,
    );
    return time === '' ? undefined : time;
  }

  changedSince(column: string, time: string): string {
    return `(${quoted(column)} >= ${mysql.escape(time)} OR ${quoted(column)} IS NULL)`;
  }

  isOneOf(column: string, values: readonly string[]): string {
    return `${quoted(column)} IN (${values.map((value) => mysql.escape(value)).join(', ')})`;
  }

  abort(): void {
    this.close(new Error('The connection was closed.'));
    // The driver would wait until the server has sent everything.
    (this.client as unknown as { readonly stream?: Socket } | undefined)?.stream?.destroy();
  }

  end(): Promise<void> {
    this.abort();
    return Promise.resolve();
  }

  private query<Row>(sql: string, values: readonly unknown[] = []) {
    const answer = new Promise<{ readonly rows: Row[]; readonly fields: FieldPacket[] }>((resolve, reject) =>
      this.client!.query<RowDataPacket[]>(sql, [...values], (error, rows, fields) =>
        error ? reject(error) : resolve({ rows: rows as unknown as Row[], fields }),
      ),
    );
    return Promise.race([answer, this.closed]);
  }

  /** The first column of a result. */
  private async texts(sql: string, values: readonly unknown[] = []): Promise<string[]> {
    const { rows } = await this.query<Record<string, unknown>>(sql, values);
    return rows.map((row) => String(Object.values(row)[0]));
  }
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

const text = (type: string) => ({ type, write: asItIs });
const number = (type: string) => ({ type, write: String });

function columnType({ columnType: kind, characterSet }: FieldPacket, hasZone: boolean): ValueType {
  const type = (Types as unknown as Record<number, string>)[kind!]?.toLowerCase() ?? 'unknown';
  switch (kind as number) {
    case Types.TINY:
    case Types.SHORT:
    case Types.INT24:
    case Types.LONG:
    case Types.LONGLONG:
    case Types.YEAR:
      return number(type);
    case Types.BIT:
      return { type, select: (column) => `CAST(${column} AS UNSIGNED)`, write: String };
    case Types.DECIMAL:
    case Types.NEWDECIMAL:
      return { type, write: withoutTrailingZeros };
    case Types.DOUBLE:
      return { type, write: (value) => writeFloat(Number(value), EXACT_DOUBLE) };
    case Types.FLOAT:
      // The text of a FLOAT has six digits; as a DOUBLE it has all.
      return {
        type,
        select: (column) => `CAST(${column} AS DOUBLE)`,
        write: (value) => writeFloat(shortest(Number(value)), EXACT_FLOAT),
      };
    case Types.DATE:
    case Types.NEWDATE:
      return { ...text(type), isDay: true };
    case Types.DATETIME:
      return { ...text(type), isDay: true, write: localTime(hasZone) };
    case Types.TIMESTAMP:
      return { ...text(type), isDay: true, write: (value) => `${writeTime(value)}Z` };
    case Types.TIME:
      return text(type);
    case Types.VARCHAR:
    case Types.VAR_STRING:
    case Types.STRING:
    case Types.TINY_BLOB:
    case Types.BLOB:
    case Types.MEDIUM_BLOB:
    case Types.LONG_BLOB:
      return characterSet === BINARY ? { ...text('binary'), write: undefined } : text(type);
    default:
      return { ...text(type), write: undefined };
  }
}

/** The shortest decimal that is the same FLOAT: 0.10000000149011612 -> 0.1 */
function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return shorter;
  }
  return value;
}
