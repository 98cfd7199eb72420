import { PolkuError } from '../../../../lib/errors.js';
import { isLoopback } from '../../../../lib/loopback.js';

/** How to reach a FHIR server, and as which client. */
export interface FhirConnection {
  /** The base address, without a slash at its end. */
  readonly server: string;
  /** The operation after it: `$export`, `Patient/$export` or `Group/<id>/$export`. */
  readonly operation: string;
  readonly clientId: string;
  /** The private key of the client (RFC 7517). */
  readonly key: JsonWebKey & { readonly alg: string; readonly kid?: string };
  /** Origins of other servers that the files of an export may be on. */
  readonly fileServers: readonly string[];
}

const OPERATION = /^(?:Patient\/|Group\/[A-Za-z0-9\-.]{1,64}\/)?\$export$/;
/** Those that SMART App Launch 2.2 requires of a server. */
const ALGORITHMS = ['RS384', 'ES384'];
const KEYS = ['server', 'export', 'clientId', 'key', 'fileServers'];

const FORM =
  '{ "server": "https://ehr.example/fhir", "clientId": "polku", "key": { a private key as JSON Web Key with "alg" } }';

/**
 * Reads the secret with the connection to a FHIR server, which is JSON.
 * @param secret names it in messages, which repeat nothing of it
 * @throws PolkuError SECRET_INVALID
 */
export function parseFhirConnection(text: string, secret: string): FhirConnection {
  const invalid = (message: string) =>
    new PolkuError('SECRET_INVALID', `The connection "${secret}" ${message}`, { secret });
  const given = objectOf(text);
  if (!given) throw invalid(`is not JSON of this form: ${FORM}`);
  const other = Object.keys(given).find((name) => !KEYS.includes(name));
  if (other !== undefined) throw invalid(`has a key that is not known. Known are: ${KEYS.join(', ')}.`);
  const { server, export: operation = '$export', clientId, key, fileServers = [] } = given;
  if (!isSafeAddress(server))
    throw invalid('needs "server", an address that begins with https:// (http:// only on this machine).');
  if (typeof operation !== 'string' || !OPERATION.test(operation))
    throw invalid('has an "export" other than $export, Patient/$export or Group/<id>/$export.');
  if (typeof clientId !== 'string' || clientId === '') throw invalid('needs "clientId".');
  if (!isPrivateKey(key))
    throw invalid(
      `needs "key": a private JSON Web Key whose "alg" is ${ALGORITHMS.join(' or ')}; the server has its public key.`,
    );
  if (!Array.isArray(fileServers) || !fileServers.every(isSafeAddress))
    throw invalid('has "fileServers" that are not a list of addresses that begin with https://.');
  return {
    server: server.replace(/\/+$/, ''),
    operation,
    clientId,
    key,
    fileServers: fileServers.map((address) => new URL(address).origin),
  };
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether what is sent to an address is encrypted, or stays on this machine. */
export function isSafeAddress(address: unknown): address is string {
  if (typeof address !== 'string' || !URL.canParse(address)) return false;
  const { protocol, hostname, username, password } = new URL(address);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function isPrivateKey(key: unknown): key is FhirConnection['key'] {
  if (typeof key !== 'object' || key === null) return false;
  const { alg, d } = key as JsonWebKey;
  return alg !== undefined && ALGORITHMS.includes(alg) && typeof d === 'string';
}
