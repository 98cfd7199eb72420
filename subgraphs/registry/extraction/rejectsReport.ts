import type { FileHandle } from 'node:fs/promises';
import { PolkuError } from '../../../schema/polkuError.js';
import type { RejectReason } from './rows/rejectReason.js';

const FLUSH_LINES = 10_000;

/** So few bad rows stop no extraction, whatever their share of a small table. */
const ALWAYS_ALLOWED = 20;

/** Counts the rows that were not taken, and lists them by file, number and reason; never by what they hold. */
export class RejectsReport {
  private readonly counts = new Map<RejectReason, number>();
  /** Of the file at hand. */
  private countsOfFile = new Map<RejectReason, number>();
  private lines = ['file,row,reason'];
  private total = 0;

  /**
   * @param mostPercent of a file's rows that may be rejected
   * @param kept where the list will be found if more are
   */
  constructor(
    private readonly output: FileHandle,
    private readonly mostPercent: number,
    private readonly kept: string,
  ) {}

  get rows(): number {
    return this.total;
  }

  /** Reason -> rows, the most frequent first. */
  get byReason(): Readonly<Record<string, number>> {
    return sorted(this.counts);
  }

  add(file: string, row: number, reason: RejectReason): void {
    for (const counts of [this.counts, this.countsOfFile]) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    this.total++;
    this.lines.push(`${file},${row},${reason}`);
  }

  /**
   * Judges a file that was read to its end: where much of it is rejected, its mapping or the export is wrong.
   * @throws PolkuError REJECTS_EXCEEDED
   */
  requireFew(file: string, rows: number): void {
    const counts = this.countsOfFile;
    this.countsOfFile = new Map();
    const rejected = [...counts.values()].reduce((sum, count) => sum + count, 0);
    if (rejected < ALWAYS_ALLOWED || 100 * rejected <= this.mostPercent * rows) return;
    const reasons = Object.entries(sorted(counts)).map(([reason, count]) => `${reason} ${count}`);
    throw new PolkuError(
      'REJECTS_EXCEEDED',
      `Of the ${rows} rows of ${file}, ${rejected} were rejected (${reasons.join(', ')}): over ${this.mostPercent} %, so ` +
        `nothing was published. ${this.kept} lists them. Correct the export or the mapping, or allow more with ` +
        '--max-rejects.',
      { file, rows, rejected },
    );
  }

  /** Writes out what has gathered; to be called now and then, so that a wrong file fills no memory. */
  async flush(atLeast: number = FLUSH_LINES): Promise<void> {
    if (this.lines.length < atLeast) return;
    const text = `${this.lines.join('\n')}\n`;
    this.lines = [];
    await this.output.writeFile(text);
  }

  /** Writes the rest and makes it durable. */
  async close(): Promise<void> {
    await this.flush(1);
    await this.output.sync();
    await this.output.close();
  }
}

function sorted(counts: ReadonlyMap<RejectReason, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}
