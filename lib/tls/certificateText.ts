import { X509Certificate } from 'node:crypto';

const BLOCK = /-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g;
/** A name as Node.js lists it: one with a comma, a quote or a control character is a text of JSON. */
const NAME = /([^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/y;
const USES: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'server',
  '1.3.6.1.5.5.7.3.2': 'client',
};

/**
 * The certificates of a text in PEM, in its order.
 * @throws Error if one cannot be parsed
 */
export function certificatesIn(pem: string): readonly X509Certificate[] {
  return (pem.match(BLOCK) ?? []).map((block) => new X509Certificate(block));
}

/**
 * The alternative names of a certificate: DNS names, IP addresses and URIs. Its common name does not count
 * (RFC 9525 §6.3). The parts of the list are read one by one, so that no name can pass for several.
 */
export function namesOf({ subjectAltName = '' }: X509Certificate): readonly string[] {
  const names: string[] = [];
  NAME.lastIndex = 0;
  for (let match = NAME.exec(subjectAltName); match; match = NAME.exec(subjectAltName)) {
    const [, kind, value] = match as unknown as [string, string, string];
    if (!/^(DNS|IP Address|URI)$/.test(kind) || value.startsWith('"')) continue;
    names.push(kind === 'DNS' ? value.toLowerCase() : value);
  }
  return names;
}

/** What a certificate may prove: `server`, `client`, `authority`; empty if it does not say. */
export function usesOf(certificate: X509Certificate): readonly string[] {
  if (certificate.ca) return ['authority'];
  return ((certificate.keyUsage as readonly string[] | undefined) ?? []).map((use) => USES[use] ?? use);
}
