import { isIPv4 } from 'node:net';

/**
 * Checks whether an address is a loopback address, which no network traffic reaches. IPv6 may have brackets.
 */
export function isLoopback(host: string): boolean {
  if (isIPv4(host)) return host.startsWith('127.');
  return host === 'localhost' || host === '::1' || host === '[::1]';
}
