import type { Charge } from './budgets.js';

/** What a question has left in the ledger. */
export interface LedgerLine {
  /** Undefined where the question was paid before. */
  readonly charge: Charge | undefined;
  /** The sets that it was the first to be answered about, packed one behind the other. */
  readonly sets: readonly Uint32Array[];
}

export function formatLine({ charge, sets }: LedgerLine): string {
  const bytes = sets.map((words) => Buffer.from(words.buffer, words.byteOffset, words.byteLength));
  return `${JSON.stringify({ ...(charge && { charge }), sets: Buffer.concat(bytes).toString('base64') })}\n`;
}

/** undefined where it is not a whole line. */
export function parseLine(text: string): { charge: Charge | undefined; sets: Uint32Array } | undefined {
  try {
    const { charge, sets } = JSON.parse(text) as { charge?: Charge; sets: string };
    const bytes = Uint8Array.from(Buffer.from(sets, 'base64'));
    return { charge, sets: new Uint32Array(bytes.buffer) };
  } catch {
    return undefined;
  }
}
