import * as client from 'openid-client';
import { PolkuError } from '../../../../lib/errors.js';
import { connectionFaults, type SourceFault as Fault } from '../connectionFaults.js';

const CONNECTION = connectionFaults('in NODE_EXTRA_CA_CERTS');
const LOST: Fault = ['SOURCE_CONNECTION', 'did not answer, or broke off. Run the command again.'];

const DENIED: Fault = [
  'SOURCE_DENIED',
  'does not let this client in. Check the client, its key and its scopes at the server.',
];
const BUSY: Fault = ['SOURCE_BUSY', 'is busy. Run the command again later.'];
const MISSING: Fault = [
  'SOURCE_UNREADABLE',
  'does not have this. Check "server" and "export" of the connection.',
];
const FAILED: Fault = ['SOURCE_UNREADABLE', 'could not do it.'];

/** What an HTTP status of a server means. */
export function statusFault(what: string, status: number): PolkuError {
  const [code, sentence] =
    status === 401 || status === 403
      ? DENIED
      : status === 404 || status === 410
        ? MISSING
        : status === 429 || status === 503
          ? BUSY
          : FAILED;
  return new PolkuError(code, `${what} ${sentence} (HTTP ${status})`, { status });
}

/**
 * Describes in fixed words what failed at a FHIR server. Its text may quote a value or an address with a
 * secret in it, so it is not repeated and the cause is not attached.
 * @param what names the server or the resource
 */
export function fhirFault(what: string, cause: unknown): PolkuError {
  if (cause instanceof PolkuError) return cause;
  if (cause instanceof client.ResponseBodyError || cause instanceof client.WWWAuthenticateChallengeError)
    return new PolkuError(DENIED[0], `${what} ${DENIED[1]} (HTTP ${cause.status})`, { status: cause.status });
  const [code, sentence] = CONNECTION[codeOf(cause)] ?? LOST;
  return new PolkuError(code, `${what} ${sentence}`, {});
}

/**
 * The JSON of an answer.
 * @throws PolkuError SOURCE_UNREADABLE, SOURCE_CONNECTION
 */
export async function jsonOf(answer: Response, what: string): Promise<object | null> {
  let text: string;
  try {
    text = await answer.text();
  } catch (cause) {
    throw fhirFault(what, cause);
  }
  try {
    return JSON.parse(text) as object | null;
  } catch {
    throw new PolkuError('SOURCE_UNREADABLE', `${what} gave an answer that is not JSON.`);
  }
}

/** The code of an error, or of the one that caused it, as `fetch` nests them. */
function codeOf(error: unknown): string {
  for (let inner = error; typeof inner === 'object' && inner !== null; inner = (inner as Error).cause) {
    const { code } = inner as NodeJS.ErrnoException;
    if (code !== undefined && Object.hasOwn(CONNECTION, code)) return code;
  }
  return '';
}
