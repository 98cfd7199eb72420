import { PolkuError } from '../../../schema/polkuError.js';

/** What became of the rows of one source file: each was kept or rejected. */
export interface Balance {
  /** Rows of the file, as its reader numbered them. */
  readonly read: number;
  /** Rows that were kept, as they were counted in what was written. */
  readonly rows: number;
  readonly rejected: number;
  /** Reason -> rows. */
  readonly rejects: Readonly<Record<string, number>>;
}

export function isBalanced({ read, rows, rejected, rejects }: Balance): boolean {
  const byReason = Object.values(rejects).reduce((sum, count) => sum + count, 0);
  return byReason === rejected && rows + rejected === read;
}

/**
 * Checks that no row was lost or doubled on its way from a source file into a table.
 * @throws PolkuError ROWS_LOST
 */
export function requireBalance(registry: string, table: string, balance: Balance): void {
  if (isBalanced(balance)) return;
  const { read, rows, rejected, rejects } = balance;
  throw new PolkuError(
    'ROWS_LOST',
    `The rows of ${registry}.${table} do not add up: ${read} were read, ${rows} were written and ${rejected} were ` +
      'rejected. Nothing was published. This is a fault of Polku or of the disk: run the command again, and report ' +
      'it if it happens again.',
    { registry, table, read, rows, rejected, rejects },
  );
}
