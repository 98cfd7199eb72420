import type { Charge } from './budgets.js';
import { arePacked } from './packedCell.js';

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

/** undefined where it is not a whole line, as `formatLine` makes it. */
export function parseLine(text: string): { charge: Charge | undefined; sets: Uint32Array } | undefined {
  try {
    const { charge, sets } = JSON.parse(text) as { charge?: unknown; sets: string };
    const bytes = Uint8Array.from(Buffer.from(sets, 'base64'));
    const words = new Uint32Array(bytes.buffer);
    if (charge !== undefined && !isCharge(charge)) return undefined;
    return arePacked(words) ? { charge, sets: words } : undefined;
  } catch {
    return undefined;
  }
}

const MONTH = /^\d{4}-\d{2}$/;

/** Of another, it would be wrong to take its cost for a number: `spent` would give back what was paid. */
function isCharge(given: unknown): given is Charge {
  const { month, organisation, question, cost, numbers, formedBy, forms } = given as Record<string, unknown>;
  return (
    typeof month === 'string' &&
    MONTH.test(month) &&
    typeof organisation === 'string' &&
    typeof question === 'string' &&
    isAmount(cost) &&
    isAmount(numbers) &&
    (formedBy === undefined || typeof formedBy === 'string') &&
    (forms === undefined || forms === true)
  );
}

function isAmount(given: unknown): given is number {
  return Number.isSafeInteger(given) && (given as number) >= 0;
}
