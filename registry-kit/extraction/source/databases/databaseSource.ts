import { createHash, type Hash } from 'node:crypto';
import { PolkuError } from '../../../../lib/errors.js';
import type { DatabaseFormat, RowSource } from '../../mapping/mapping.js';
import { throwIfStopped } from '../../progressMeter.js';
import { type ReadBatch, requireColumns } from '../rowBatch.js';
import { ReadFingerprint } from '../readFingerprint.js';
import type { Source, SourceAccess, SourceRows } from '../source.js';
import { SourceNames } from '../sourceNames.js';
import { type ConnectionSettings, parseConnection } from './connectionUrl.js';
import type { DatabaseSession } from './databaseSession.js';
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
  readonly place: string;
  private readonly hashes = new ReadFingerprint();

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

  get fingerprint(): string | undefined {
    return this.hashes.value;
  }

  async open(source: RowSource, columns: readonly string[]): Promise<SourceRows> {
    const { session, signal } = this;
    const { name } = source;
    const prepared = await attempt(name, signal, async () => {
      const all = await session.columns(source);
      const names = new SourceNames(all);
      const remedy = 'Correct the names in mapping.yaml, or let the user read the column.';
      requireColumns(name, names, columns, () => remedy);
      return session.prepare(
        source,
        columns.map((column) => all[names.positionsOf(column)[0]!]!),
      );
    });
    prepared.types.forEach(({ type, write }, index) => {
      if (write === undefined) throw notOneValue(name, columns[index]!, type);
    });
    const onEnd = this.hashes.open(name);
    const typed = prepared.types.map(({ type, isDay = false }, index) => ({
      column: columns[index]!,
      type,
      isDay,
    }));
    return {
      size: prepared.estimate ?? 0,
      description: `${prepared.statement}${prepared.estimate === undefined ? '' : ` -- about ${prepared.estimate} rows`}`,
      types: new Map(typed.map(({ column, type }) => [column, type])),
      typedDays: new Set(typed.filter(({ isDay }) => isDay).map(({ column }) => column)),
      placeOf: (row) => ({ file: name, row }),
      unseen: () => [],
      read: () => this.read(name, prepared.estimate ?? 0, (hash) => prepared.rows(hash), onEnd),
    };
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
    const columns = await attempt(table, this.signal, async () => {
      const all = await this.session.columns(source);
      const { types } = await this.session.prepare(source, all);
      return all.filter((_, index) => types[index]!.write !== undefined);
    });
    const { read } = await this.open(source, columns);
    return { columns, read };
  }

  private async *read(
    name: string,
    estimate: number,
    rows: (hash: Hash) => AsyncGenerator<readonly (readonly string[])[]>,
    onEnd: (sha256: string) => void,
  ): AsyncGenerator<ReadBatch> {
    const hash = createHash('sha256');
    let row = 0;
    try {
      for await (const columns of rows(hash)) {
        throwIfStopped(this.signal);
        const rowNumbers = Array.from(columns[0]!, () => ++row);
        yield { columns, rowNumbers, rejected: [], share: Math.min(0.99, row / Math.max(1, estimate)) };
      }
    } catch (cause) {
      throwIfStopped(this.signal);
      throw databaseFault(name, cause);
    }
    onEnd(hash.digest('hex'));
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

function notOneValue(name: string, column: string, type: string): PolkuError {
  return new PolkuError(
    'SOURCE_COLUMNS',
    `"${column}" of ${name} is of type ${type}, which is not one plain value. Read one value of it with a query, or ` +
      'convert it to text there.',
    { column, type },
  );
}
