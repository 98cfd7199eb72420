const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/;

/**
 * Checks whether an address is a loopback address, which no network traffic reaches. IPv6 may have brackets.
 */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
