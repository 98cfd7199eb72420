import type { X509Certificate } from 'node:crypto';
import { PolkuError } from '../errors.js';
import { namesOf } from './certificateText.js';

/** Why one side of TLS did not accept the other, in a word for security events. */
type TlsReason =
  | 'expired'
  | 'unknown-authority'
  | 'wrong-use'
  | 'wrong-name'
  | 'no-certificate'
  | 'no-tls-1.3'
  | 'client-refused'
  | 'closed';

/** Codes of Node.js and OpenSSL. */
const REASONS: readonly (readonly [code: RegExp, reason: TlsReason])[] = [
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, 'expired'],
  [/^INVALID_PURPOSE$/, 'wrong-use'],
  [
    /^(UNABLE_TO_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|CERT_(SIGNATURE_FAILURE|UNTRUSTED|REJECTED|REVOKED|CHAIN_TOO_LONG)|INVALID_CA|PATH_LENGTH_EXCEEDED)$/,
    'unknown-authority',
  ],
  [/^ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE$/, 'no-certificate'],
  [/^ERR_SSL_\w*ALERT_PROTOCOL_VERSION$/, 'no-tls-1.3'],
  [/^ERR_SSL_\w*ALERT\w*(CERTIFICATE|UNKNOWN_CA)/, 'client-refused'],
  [
    /^(ERR_SSL_(WRONG_VERSION_NUMBER|HTTP_REQUEST|UNSUPPORTED_PROTOCOL|PACKET_LENGTH_TOO_LONG)|EPROTO)$/,
    'no-tls-1.3',
  ],
];

function reasonOf(error: unknown): TlsReason | undefined {
  const code = typeof error === 'string' ? error : ((error as { code?: unknown } | null)?.code ?? '');
  return REASONS.find(([pattern]) => pattern.test(String(code)))?.[1];
}

/**
 * Why a server could not prove its name, or did not accept this client; undefined for an error that is none
 * of TLS.
 * @param server the name that its certificate must have
 */
export function serverFault(error: unknown, server: string): PolkuError | undefined {
  if (error instanceof PolkuError) return error;
  const reason = reasonOf(error);
  if (!reason) return undefined;
  if (reason === 'client-refused') return refusedBy(server, reason);
  const words: Partial<Record<TlsReason, string>> = {
    expired:
      'its certificate has expired or is not valid yet. Renew the certificate there, or correct the clock',
    'unknown-authority':
      'its certificate is not signed by an authority that is trusted here. Correct tls.authority, or the certificate there',
    'wrong-use': 'its certificate may not be used by a server. Issue one with the use "server"',
    'no-tls-1.3': 'it does not speak TLS 1.3. Check its address, and that it has a certificate',
  };
  return untrusted(server, reason, words[reason] ?? 'the handshake failed');
}

/** The fault of a server whose certificate has other names. */
export function wrongServerName(certificate: X509Certificate, server: string): PolkuError {
  const found = namesOf(certificate).join(', ') || 'no name';
  return untrusted(
    server,
    'wrong-name',
    `its certificate has ${found}. Correct tls.serverName, or the certificate there`,
  );
}

/** The fault of a server that ends connections of this client before it answers. */
export function refusedBy(server: string, reason: 'client-refused' | 'closed'): PolkuError {
  return new PolkuError(
    'TLS_CLIENT_REFUSED',
    reason === 'closed'
      ? `The server ${server} closed the connection before it answered. If it always does, it refuses the certificate of this client; its security events name the reason.`
      : `The server ${server} refuses the certificate of this client. Its security events name the reason.`,
    { reason },
  );
}

/**
 * Why a client was refused in the handshake; undefined where it only went away.
 * @param error a code of OpenSSL for its certificate, or the error of the handshake
 */
export function clientFault(
  error: unknown,
  certificate: X509Certificate | undefined,
): PolkuError | undefined {
  const reason = reasonOf(error);
  // An alert of the client means that it refuses this server.
  if (!reason || reason === 'client-refused') return undefined;
  const words: Partial<Record<TlsReason, string>> = {
    expired: 'its certificate has expired or is not valid yet',
    'unknown-authority': 'its certificate is not signed by an authority of tls.clientAuthority',
    'wrong-use': 'its certificate may not be used by a client',
    'no-certificate': 'it has no certificate',
    'no-tls-1.3': 'it does not speak TLS 1.3',
  };
  return refusedClient(reason, words[reason] ?? 'the handshake failed', certificate);
}

/** The fault of a client whose certificate has none of the names that may connect. */
export function wrongClientName(certificate: X509Certificate | undefined): PolkuError {
  return refusedClient('wrong-name', 'tls.clientNames has no name of its certificate', certificate);
}

function untrusted(server: string, reason: TlsReason, why: string): PolkuError {
  return new PolkuError('TLS_PEER_UNTRUSTED', `The server ${server} cannot prove its name: ${why}.`, {
    reason,
  });
}

function refusedClient(reason: TlsReason, why: string, certificate: X509Certificate | undefined): PolkuError {
  const names = certificate && namesOf(certificate).join();
  return new PolkuError(
    'TLS_CLIENT_REFUSED',
    `This client is refused: ${why}${names ? ` (${names})` : ''}. Connect with the certificate of a gateway that is listed here.`,
    { reason, ...(names && { peer: names }) },
  );
}
