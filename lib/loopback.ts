const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/;

/** Whether an address is this machine's own: what travels to it crosses no network. IPv6 with brackets or without. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
