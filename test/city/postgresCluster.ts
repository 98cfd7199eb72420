import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { authorityFile, issueInto } from '../../lib/tls/authorityFolder.js';
import { freePort } from './freePort.js';
import { until } from './until.js';

const run = promisify(execFile);
const VERSIONS = '/usr/lib/postgresql';
const PASSWORD = 'Salainen-902';
const DAYS = 2;

/** The programs of the newest PostgreSQL on this machine; undefined: there is none. */
export const postgresPrograms: string | undefined = existsSync(VERSIONS)
  ? readdirSync(VERSIONS)
      .sort((one, other) => Number(other) - Number(one))
      .map((version) => join(VERSIONS, version, 'bin'))
      .find((folder) => existsSync(join(folder, 'initdb')))
  : undefined;

/** A PostgreSQL server of a test's own, which speaks TLS, and which the test may kill. */
export interface PostgresCluster {
  /** For the administrator, without TLS. */
  readonly admin: string;
  /** For a reader, over TLS with the server's name verified. */
  readonly verified: URL;
  start(): Promise<void>;
  /** `kill -9` of the server and all its processes. */
  kill(): Promise<void>;
  remove(): Promise<void>;
}

/** PostgreSQL does not run as root; then its own user runs it. */
function runAs(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (option: string) => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

export async function createCluster(): Promise<PostgresCluster> {
  const programs = postgresPrograms!;
  const folder = await mkdtemp(join(tmpdir(), 'polku-postgres-'));
  const [data, port, user] = [join(folder, 'data'), await freePort(), runAs()];
  if (user.uid !== undefined) await chown(folder, user.uid, user.gid!);
  const keys = await mkdtemp(join(tmpdir(), 'polku-postgres-tls-'));
  const [files] = await issueInto(keys, [['localhost']], { uses: ['server'], days: DAYS, renew: false });
  await run(join(programs, 'initdb'), ['-D', data, '-U', 'admin', '--auth=trust'], { ...user, cwd: folder });
  for (const [from, to] of [
    [files!.certificate, 'server.crt'],
    [files!.key, 'server.key'],
  ] as const) {
    await copyFile(from, join(data, to));
    if (user.uid !== undefined) await chown(join(data, to), user.uid, user.gid!);
    await chmod(join(data, to), 0o600);
  }
  let server: ChildProcess | undefined;
  const admin = `postgres://admin@127.0.0.1:${port}/postgres`;
  const verified = new URL(`postgres://reader:${PASSWORD}@localhost:${port}/postgres`);
  verified.searchParams.set('sslmode', 'verify-full');
  verified.searchParams.set('sslrootcert', authorityFile(keys));

  const kill = async (): Promise<void> => {
    if (server?.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'close');
    // The server and what it started are one group.
    process.kill(-server.pid, 'SIGKILL');
    await ended;
  };
  return {
    admin,
    verified,
    kill,
    async start() {
      const settings = ['-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'ssl=on', '-k', folder];
      server = spawn(join(programs, 'postgres'), ['-D', data, ...settings], {
        ...user,
        cwd: folder,
        detached: true,
        stdio: 'ignore',
      });
      await until(() => answers(admin));
    },
    async remove() {
      await kill();
      for (const one of [folder, keys]) await rm(one, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Runs statements as the administrator. */
export async function administer(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
