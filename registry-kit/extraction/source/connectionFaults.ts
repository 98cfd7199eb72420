import type { ErrorCode } from '../../../lib/errors.js';

/** The code of an error of a source, and what is said after the name of the source. */
export type SourceFault = readonly [code: ErrorCode & `SOURCE_${string}`, sentence: string];

/**
 * Why no connection to a server came about, by the code of the operating system or of TLS.
 * @param authority how the user names the certificate of the authority that signed the server's
 */
export function connectionFaults(authority: string): Readonly<Record<string, SourceFault>> {
  const fault = (sentence: string): SourceFault => ['SOURCE_CONNECTION', sentence];
  const notTrusted = fault(
    `has a certificate that is not trusted. Name the certificate of its authority ${authority}.`,
  );
  const unreachable = fault('cannot be reached over the network.');
  return {
    ENOTFOUND: fault('has a host name that is not known. Correct it in the connection.'),
    EAI_AGAIN: fault('has a host name that could not be looked up. Check the name service.'),
    ECONNREFUSED: fault('does not listen. Check host and port, and whether it runs.'),
    EHOSTUNREACH: unreachable,
    ENETUNREACH: unreachable,
    ETIMEDOUT: fault('does not answer. Check host, port and firewall.'),
    ERR_TLS_CERT_ALTNAME_INVALID: fault(
      'has a certificate for another name. Use the name that its certificate has.',
    ),
    CERT_HAS_EXPIRED: fault('has a certificate that has expired.'),
    SELF_SIGNED_CERT_IN_CHAIN: notTrusted,
    DEPTH_ZERO_SELF_SIGNED_CERT: notTrusted,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: notTrusted,
    UNABLE_TO_GET_ISSUER_CERT: notTrusted,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: notTrusted,
  };
}
