import { PolkuError } from '../../../../lib/errors.js';
import { connectionFaults, type SourceFault as Fault } from '../connectionFaults.js';

const LOST: Fault = [
  'SOURCE_CONNECTION',
  'was lost: the server or the network stopped. Run the command again.',
];
const REFUSED_LOGIN: Fault = [
  'SOURCE_DENIED',
  'refused the user or the password of the connection, or does not let it in from this machine.',
];
const NO_PERMISSION: Fault = [
  'SOURCE_DENIED',
  'does not let this user read it. Grant SELECT on it, or on the mapped columns.',
];
const LOCKED: Fault = [
  'SOURCE_BUSY',
  'is locked by somebody else, longer than lock_timeout of the connection. Run the command when the change is done.',
];
const STOPPED: Fault = [
  'SOURCE_BUSY',
  'was stopped by the server: its time limit for statements passed, or an administrator cancelled it. Raise the limit for this user, or extract at a quiet hour.',
];
const SHUT_DOWN: Fault = [
  'SOURCE_CONNECTION',
  'was closed by the server: it shuts down, starts, or an administrator ended the session. Run the command again.',
];
const FULL: Fault = ['SOURCE_CONNECTION', 'has no connection to spare. Run the command again later.'];
const NO_DATABASE: Fault = ['SOURCE_CONNECTION', 'has no database of the name in the connection.'];
const NO_TABLE: Fault = ['SOURCE_UNREADABLE', 'does not exist, or names a table or function that does not.'];
const NO_COLUMN: Fault = ['SOURCE_COLUMNS', 'names a column that does not exist.'];
const BAD_QUERY: Fault = [
  'SOURCE_UNREADABLE',
  'is not a query that the server understands. Correct it in mapping.yaml.',
];
const WRITES: Fault = ['SOURCE_UNREADABLE', 'writes, and Polku only reads. Correct it in mapping.yaml.'];
const HIDDEN: Fault = [
  'SOURCE_DENIED',
  'has row-level security, which would leave rows out in silence. Let the user read a view, or give it BYPASSRLS.',
];
const NOT_COMPUTED: Fault = [
  'SOURCE_UNREADABLE',
  'could not be read: the server failed at a value or a limit of its own.',
];

/** By the code of the operating system, of TLS, of PostgreSQL (SQLSTATE) or of MariaDB (number). */
const FAULTS: Readonly<Record<string, Fault>> = {
  ...connectionFaults('with sslrootcert in the connection'),
  HANDSHAKE_NO_SSL_SUPPORT: ['SOURCE_CONNECTION', 'does not offer TLS. Switch it on at the server.'],
  // PostgreSQL, Appendix A
  '28P01': REFUSED_LOGIN,
  '28000': REFUSED_LOGIN,
  '3D000': NO_DATABASE,
  '42501': NO_PERMISSION,
  '42P01': NO_TABLE,
  '42883': NO_TABLE,
  '3F000': NO_TABLE,
  '42703': NO_COLUMN,
  '25006': WRITES,
  '55P03': LOCKED,
  '57014': STOPPED,
  '57P01': SHUT_DOWN,
  '57P02': SHUT_DOWN,
  '57P03': SHUT_DOWN,
  '57P05': SHUT_DOWN,
  '25P03': SHUT_DOWN,
  '53300': FULL,
  // MariaDB, error codes
  '1044': REFUSED_LOGIN,
  '1045': REFUSED_LOGIN,
  '1130': REFUSED_LOGIN,
  '1698': REFUSED_LOGIN,
  '1049': NO_DATABASE,
  '1142': NO_PERMISSION,
  '1143': NO_PERMISSION,
  '1370': NO_PERMISSION,
  '1356': NO_PERMISSION,
  '1054': NO_COLUMN,
  '1146': NO_TABLE,
  '1305': NO_TABLE,
  '1064': BAD_QUERY,
  '1792': WRITES,
  '1205': LOCKED,
  '1317': STOPPED,
  '1969': STOPPED,
  '1053': SHUT_DOWN,
  '1927': SHUT_DOWN,
  '1040': FULL,
  '1203': FULL,
  '1226': FULL,
};

/** Classes of SQLSTATE: the first two characters. */
const CLASSES: Readonly<Record<string, Fault>> = {
  '08': LOST,
  '28': REFUSED_LOGIN,
  '42': BAD_QUERY,
  '53': FULL,
  '57': SHUT_DOWN,
};

interface DriverError {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly sqlState?: unknown;
  readonly message?: unknown;
  readonly routine?: unknown;
}

/**
 * Describes in fixed words what failed at a database. The text of the server may quote a value, so it is not
 * repeated and the cause is not attached.
 * @param what names the server, table or query
 */
export function databaseFault(what: string, cause: unknown): PolkuError {
  if (cause instanceof PolkuError) return cause;
  const { code, errno, sqlState, message = '', routine } = cause as DriverError;
  const isMariadb = typeof sqlState === 'string';
  const number = isMariadb ? String(errno) : String(code ?? '');
  const [errorCode, sentence] =
    routine === 'check_enable_rls' || routine === 'get_row_security_policies'
      ? HIDDEN
      : (FAULTS[number] ?? byMessage(String(message)) ?? byClass(isMariadb, number));
  const shown = /^[0-9A-Z]{4,5}$/.test(number) ? ` (${isMariadb ? 'error' : 'SQLSTATE'} ${number})` : '';
  return new PolkuError(errorCode, `${what} ${sentence}${shown}`, shown === '' ? {} : { number });
}

/** Errors of the drivers that have no code. */
function byMessage(message: string): Fault | undefined {
  if (/does not support (?:SSL|secure) conn/i.test(message)) return FAULTS['HANDSHAKE_NO_SSL_SUPPORT'];
  if (/timeout/i.test(message)) return FAULTS['ETIMEDOUT'];
  return undefined;
}

function byClass(isMariadb: boolean, number: string): Fault {
  if (isMariadb) return NOT_COMPUTED;
  if (/^[0-9A-Z]{5}$/.test(number) && /\d/.test(number)) return CLASSES[number.slice(0, 2)] ?? NOT_COMPUTED;
  return LOST;
}
