import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { PolkuError } from './errors.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * The proxies that end TLS in front of a server. Only they may connect, and only with requests that reached
 * them over HTTPS.
 */
export class TrustedProxies {
  readonly #ranges: readonly (readonly [Address, number])[];

  /**
   * @param ranges addresses, or ranges of addresses in the form of CIDR such as 10.20.0.0/16 (RFC 4632)
   * @throws PolkuError USAGE
   */
  constructor(ranges: readonly string[]) {
    this.#ranges = ranges.map((text) => readRange(text) ?? refuseRange(text));
  }

  /** Why a request is refused before anything of it is read; undefined if it may be answered. */
  faultOf({ socket, headers }: IncomingMessage): PolkuError | undefined {
    if (!this.#has(socket.remoteAddress ?? ''))
      return refusal('unknown-address', 'its address is not in gateway.proxies');
    // A proxy that adds its own value to one of the client makes a list, which is not trusted either.
    if (headers['x-forwarded-proto'] === 'https') return undefined;
    return refusal('not-https', 'the proxy does not say "X-Forwarded-Proto: https"');
  }

  #has(peer: string): boolean {
    if (isIP(peer) === 0) return false;
    const address = unmapped(ipaddr.parse(peer));
    return this.#ranges.some(
      ([range, bits]) => range.kind() === address.kind() && address.match(range, bits),
    );
  }
}

/** An IPv4 address that a socket for both families shows as IPv6 (RFC 4291 §2.5.5.2) counts as IPv4. */
function unmapped(address: Address): Address {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/** Whether a text is an address or a range of addresses. A range of every address would trust everybody. */
export function isAddressRange(text: string): boolean {
  return readRange(text) !== undefined;
}

function readRange(text: string): readonly [Address, number] | undefined {
  const [base = '', prefix] = text.split(/\/(.*)/s);
  if (isIP(base) === 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return undefined;
  const parsed = ipaddr.parse(base);
  const length = parsed.kind() === 'ipv4' ? 32 : 128;
  const address = unmapped(parsed);
  const bits = Number(prefix ?? length) - (address === parsed ? 0 : 96);
  return bits < 1 || bits > (address.kind() === 'ipv4' ? 32 : 128) ? undefined : [address, bits];
}

/** @throws PolkuError USAGE */
function refuseRange(text: string): never {
  throw new PolkuError(
    'USAGE',
    `gateway.proxies has "${text}". Expected an address or a range of addresses, such as 10.20.0.5 or 10.20.0.0/16, and not every address (/0).`,
  );
}

function refusal(reason: 'unknown-address' | 'not-https', why: string): PolkuError {
  return new PolkuError(
    'NOT_FROM_PROXY',
    `This server answers only its proxies, for requests that reached them over HTTPS; ${why}.`,
    { reason },
  );
}
