import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { type ConnectionOptions, createSecureContext, type PeerCertificate } from 'node:tls';
import { wrongServerName } from './tlsFaults.js';
import type { TlsMaterial } from './tlsFiles.js';

/** TLS 1.3 between processes of a city: RFC 8446. */
export const TLS_VERSION = 'TLSv1.3';

/**
 * How to connect to a server over TLS.
 * @param serverName the name or address that its certificate must have
 * @param material certificate and key of this client, and the authorities that may certify the server. By
 * default this client has no certificate and trusts the authorities of Node.js.
 */
export function tlsClientOptions(serverName: string, { cert, key, ca }: TlsMaterial = {}): ConnectionOptions {
  return {
    secureContext: createSecureContext({
      minVersion: TLS_VERSION,
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(ca !== undefined && { ca }),
    }),
    rejectUnauthorized: true,
    // No address is sent as the name of a server (RFC 6066 §3).
    servername: isIP(serverName) === 0 ? serverName : '',
    checkServerIdentity: (_, certificate) => checkName(serverName, certificate),
    ALPNProtocols: ['http/1.1'],
  };
}

/** The alternative names count, and never the common name (RFC 9525 §6.3). */
function checkName(serverName: string, { raw }: PeerCertificate): Error | undefined {
  const certificate = new X509Certificate(raw);
  const found =
    isIP(serverName) === 0
      ? certificate.checkHost(serverName, { subject: 'never', partialWildcards: false })
      : certificate.checkIP(serverName);
  return found === undefined ? wrongServerName(certificate, serverName) : undefined;
}
