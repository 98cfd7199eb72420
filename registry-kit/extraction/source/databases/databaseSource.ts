import { PolkuError } from '../../../../lib/errors.js';
import type { DatabaseFormat, RowSource, Watermark } from '../../mapping/mapping.js';
import { throwIfStopped } from '../../progressMeter.js';
import { type ReadBatch, requireColumns } from '../rowBatch.js';
import type { RowChanges, Source, SourceAccess, SourceRows } from '../source.js';
import { SourceNames } from '../sourceNames.js';
import { type ConnectionSettings, parseConnection } from './connectionUrl.js';
import type { DatabaseSession, TypedColumn, ValueType } from './databaseSession.js';
import { databaseFault } from './databaseFault.js';
import { MariadbSession } from './mariadb.js';
import { PostgresSession } from './postgres.js';

/**
 * Opens a database in one read-only transaction: all tables are read as they were at its beginning.
 * @throws PolkuError SECRET_INVALID, SOURCE_CONNECTION, SOURCE_DENIED, SOURCE_UNREADABLE
 */
export async function withDatabase<Result>(
  { type, connection: secret, zone }: DatabaseFormat,
  { connection, signal }: Pick<SourceAccess, 'connection' | 'signal'>,
  work: (source: DatabaseSource) => Promise<Result>,
): Promise<Result> {
  if (!connection) throw new Error('An extraction from a database needs the option `connection`.');
  const settings = parseConnection(await connection(secret), type, secret);
  const session = sessionOf(type, settings, zone !== undefined);
  const server = `The database at ${settings.host}:${settings.port}`;
  const stop = () => session.abort();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await attempt(server, signal, () => session.begin());
    return await work(new DatabaseSource(session, settings, signal));
  } finally {
    signal?.removeEventListener('abort', stop);
    await session.end();
  }
}

function sessionOf(
  type: DatabaseFormat['type'],
  settings: ConnectionSettings,
  hasZone: boolean,
): DatabaseSession {
  return type === 'postgres' ? new PostgresSession(settings, hasZone) : new MariadbSession(settings, hasZone);
}

/** A database during one transaction. */
export class DatabaseSource implements Source {
  /** Nothing in a database says that its people are synthetic. */
  readonly synthetic = false;
  /** It is read only once. */
  readonly fingerprint = undefined;
  readonly place: string;

  constructor(
    private readonly session: DatabaseSession,
    { host, port, database, user, tls }: ConnectionSettings,
    private readonly signal: AbortSignal | undefined,
  ) {
    const protection = tls
      ? 'TLS with the name of the server verified'
      : 'a plain connection on this machine';
    this.place = `${session.version} at ${host}:${port}, database ${database}, as ${user}, over ${protection}`;
  }

  async open(source: RowSource, columns: readonly string[], watermark?: Watermark): Promise<SourceRows> {
    const { session, signal } = this;
    const { name } = source;
    const needed = [...columns, ...(watermark ? [watermark.column] : [])];
    const types = await attempt(name, signal, async () => {
      const all = await session.columns(source);
      const names = new SourceNames(all);
      const remedy = 'Correct the names in mapping.yaml, or let the user read the column.';
      requireColumns(name, names, [...new Set(needed)], () => remedy);
      return session.types(
        source,
        needed.map((column) => all[names.positionsOf(column)[0]!]!),
      );
    });
    const typed = columns.map((column, index) => typedColumn(name, column, types[index]!));
    return this.rows(
      source,
      typed,
      watermark && (await this.changes(source, typed, watermark, types.at(-1)!)),
    );
  }

  /**
   * The first rows of a table, to look at them: its columns that have one plain value each.
   * @throws PolkuError SOURCE_UNREADABLE, SOURCE_DENIED, SOURCE_BUSY, SOURCE_CONNECTION
   */
  async look(
    table: string,
    limit: number,
  ): Promise<{ readonly columns: readonly string[]; read(): AsyncGenerator<ReadBatch> }> {
    const source: RowSource = { kind: 'table', text: table, name: table, limit };
    const typed = await attempt(table, this.signal, async () => {
      const all = await this.session.columns(source);
      const types = await this.session.types(source, all);
      return all.flatMap((name, index) => (isPlain(types[index]!) ? [{ name, type: types[index] }] : []));
    });
    const { read } = await this.rows(source, typed, undefined);
    return { columns: typed.map(({ name }) => name), read };
  }

  private async rows(
    source: RowSource,
    columns: readonly TypedColumn[],
    changes: RowChanges | undefined,
  ): Promise<SourceRows> {
    const { session, signal } = this;
    const { name } = source;
    const statement = session.select(source, columns);
    const estimate = await attempt(name, signal, () => session.estimate(statement));
    return {
      size: estimate ?? 0,
      description: `${statement}${estimate === undefined ? '' : ` -- about ${estimate} rows`}`,
      types: new Map(columns.map((column) => [column.name, column.type.type])),
      typedDays: new Set(columns.filter(({ type }) => type.isDay).map((column) => column.name)),
      placeOf: (row) => ({ file: name, row }),
      unseen: () => [],
      read: () => this.read(name, estimate ?? 0, session.rows(statement, columns)),
      changes,
    };
  }

  private async changes(
    source: RowSource,
    columns: readonly TypedColumn[],
    { column, id }: Watermark,
    { type, isDay }: ValueType,
  ): Promise<RowChanges> {
    const { session, signal } = this;
    const { name } = source;
    if (!isDay)
      throw new PolkuError(
        'SOURCE_COLUMNS',
        `"${column}" of ${name} is of type ${type}. A watermark is a date or a time that each change of a row moves forward.`,
        { column, type },
      );
    const ids = columns.filter((one) => one.name === id);
    const select = (selected: readonly TypedColumn[], condition?: string) =>
      this.read(name, 0, session.rows(session.select(source, selected, condition), selected));
    return {
      latest: await attempt(name, signal, () => session.latest(source, column)),
      ids: () => select(ids),
      idsSince: (time) => select(ids, session.changedSince(column, time)),
      rowsSince: (time) => select(columns, session.changedSince(column, time)),
      rowsOf: (values) => select(columns, session.isOneOf(id, values)),
    };
  }

  private async *read(
    name: string,
    estimate: number,
    rows: AsyncGenerator<readonly (readonly string[])[]>,
  ): AsyncGenerator<ReadBatch> {
    let row = 0;
    try {
      for await (const columns of rows) {
        throwIfStopped(this.signal);
        const rowNumbers = Array.from(columns[0]!, () => ++row);
        yield { columns, rowNumbers, rejected: [], share: Math.min(0.99, row / Math.max(1, estimate)) };
      }
    } catch (cause) {
      throwIfStopped(this.signal);
      throw databaseFault(name, cause);
    }
  }
}

/** Runs a step, and describes what fails in it. */
async function attempt<Result>(
  what: string,
  signal: AbortSignal | undefined,
  step: () => Promise<Result>,
): Promise<Result> {
  try {
    return await step();
  } catch (cause) {
    throwIfStopped(signal);
    throw databaseFault(what, cause);
  }
}

function isPlain(type: ValueType): type is TypedColumn['type'] {
  return type.write !== undefined;
}

function typedColumn(source: string, name: string, type: ValueType): TypedColumn {
  if (isPlain(type)) return { name, type };
  throw new PolkuError(
    'SOURCE_COLUMNS',
    `"${name}" of ${source} is of type ${type.type}, which is not one plain value. Read one value of it with a query, or ` +
      'convert it to text there.',
    { column: name, type: type.type },
  );
}
