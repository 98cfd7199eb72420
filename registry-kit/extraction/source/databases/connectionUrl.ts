import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { PolkuError } from '../../../../lib/errors.js';
import { isLoopback } from '../../../../lib/loopback.js';
import type { DatabaseFormat } from '../../mapping/mapping.js';

/** How to connect to a database. */
export interface ConnectionSettings {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** Undefined for a plain connection, which never leaves the machine. */
  readonly tls: { readonly ca?: string } | undefined;
  /** How long to wait for a locked table. */
  readonly lockSeconds: number;
}

const SERVERS = {
  postgres: { schemes: ['postgres:', 'postgresql:'], port: 5432 },
  mariadb: { schemes: ['mariadb:', 'mysql:'], port: 3306 },
} as const;

const PARAMETERS = ['sslmode', 'sslrootcert', 'lock_timeout'];
const LOCK_SECONDS = 60;
const MOST_LOCK_SECONDS = 3600;

/**
 * Reads the URL of a database: `postgres://user:password@host:port/database?sslrootcert=/path/ca.pem`.
 * @param secret names the URL in messages, which repeat nothing of it
 * @throws PolkuError SECRET_INVALID
 */
export function parseConnection(
  text: string,
  type: DatabaseFormat['type'],
  secret: string,
): ConnectionSettings {
  const invalid = (message: string) =>
    new PolkuError('SECRET_INVALID', `The connection "${secret}" ${message}`, { secret });
  const { schemes, port } = SERVERS[type];
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (!url || !schemes.some((scheme) => scheme === url.protocol))
    throw invalid(`is not a URL of this form: ${schemes[0]}//user:password@host/database`);
  const parts = [url.hostname, url.username, url.pathname.slice(1)].map(decoded);
  const [host, user, database] = parts.map((part) => part?.replace(/^\[(.*)\]$/, '$1'));
  const password = decoded(url.password);
  if (!host || !user || !database || password === undefined)
    throw invalid(
      'lacks the host, the user or the database. Characters such as @ / : % in a password are written as %40 %2F %3A %25.',
    );
  for (const name of url.searchParams.keys())
    if (!PARAMETERS.includes(name))
      throw invalid(`has a parameter that is not known. Known are: ${PARAMETERS.join(', ')}.`);
  const seconds = Number(url.searchParams.get('lock_timeout') ?? LOCK_SECONDS);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MOST_LOCK_SECONDS)
    throw invalid(`has a lock_timeout that is not a whole number of seconds from 1 to ${MOST_LOCK_SECONDS}.`);
  return {
    host,
    port: url.port === '' ? port : Number(url.port),
    database,
    user,
    password,
    tls: tlsOf(type, host, url.searchParams, invalid),
    lockSeconds: seconds,
  };
}

/**
 * The kind of database that a URL names.
 * @param secret names the URL in messages, which repeat nothing of it
 * @throws PolkuError SECRET_INVALID
 */
export function databaseTypeOf(text: string, secret: string): DatabaseFormat['type'] {
  const known = Object.entries(SERVERS) as [
    DatabaseFormat['type'],
    { readonly schemes: readonly string[] },
  ][];
  const [type] =
    known.find(([, { schemes }]) => schemes.some((scheme) => text.trim().startsWith(scheme))) ?? [];
  if (type) return type;
  throw new PolkuError(
    'SECRET_INVALID',
    `The connection "${secret}" is not the URL of a database: ${known.map(([, { schemes }]) => `${schemes[0]}//`).join(' or ')}.`,
    { secret },
  );
}

/** Codes and names travel over this connection, so it is encrypted and the server's name is verified. */
function tlsOf(
  type: DatabaseFormat['type'],
  host: string,
  parameters: URLSearchParams,
  invalid: (message: string) => PolkuError,
): ConnectionSettings['tls'] {
  const mode = parameters.get('sslmode');
  if (mode !== null && mode !== 'verify-full')
    throw invalid(
      'has another sslmode than verify-full. Leave it out: on this machine the connection is plain, and to any other it is verified.',
    );
  const file = parameters.get('sslrootcert');
  if (isLoopback(host) && mode === null && file === null) return undefined;
  // mysql2 compares no address with a certificate.
  if (type === 'mariadb' && isIP(host) !== 0)
    throw invalid('names the server by its address. Use the name that its certificate has.');
  try {
    return file === null ? {} : { ca: readFileSync(file, 'utf8') };
  } catch {
    throw invalid('names a file in sslrootcert that cannot be read.');
  }
}

/** Undefined if a percent sign encodes nothing. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
