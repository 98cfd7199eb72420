import { PolkuError } from '../../schema/polkuError.js';

/** An error as a log may hold it: codes and places, never what a request carried. */
export function describeFault(error: unknown): string {
  if (error instanceof PolkuError) return `${error.code}: ${error.message}`;
  if (!(error instanceof Error)) return 'unknown fault';
  return `${error.name} ${(error.stack ?? '').split('\n')[1]?.trim() ?? 'at an unknown place'}`;
}
