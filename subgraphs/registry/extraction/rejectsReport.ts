import type { FileHandle } from 'node:fs/promises';
import type { RejectReason } from './rows/rejectReason.js';

const FLUSH_LINES = 10_000;

/** Counts the rows that were not taken, and lists them by file, number and reason; never by what they hold. */
export class RejectsReport {
  private readonly counts = new Map<RejectReason, number>();
  private lines = ['file,row,reason'];
  private total = 0;

  constructor(private readonly output: FileHandle) {}

  get rows(): number {
    return this.total;
  }

  /** Reason -> rows, the most frequent first. */
  get byReason(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
  }

  add(file: string, row: number, reason: RejectReason): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
    this.total++;
    this.lines.push(`${file},${row},${reason}`);
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
