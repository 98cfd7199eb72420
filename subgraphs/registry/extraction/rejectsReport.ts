import type { FileHandle } from 'node:fs/promises';
import { PolkuError } from '../../../schema/polkuError.js';
import { type Reject, type RejectReason, rejectRules } from './rows/rejectReason.js';

const FLUSH_LINES = 10_000;

/** So few bad rows stop no extraction, whatever their share of a small table. */
const ALWAYS_ALLOWED = 20;

/** Counts the rows that were not taken, and lists them by file, number, reason and columns; never by what they hold. */
export class RejectsReport {
  private readonly counts = new Map<RejectReason, number>();
  /** Of the file at hand: by reason, and by reason and columns. */
  private countsOfFile = new Map<RejectReason, number>();
  private countsOfColumns = new Map<string, number>();
  private lines = ['file,row,reason,column'];
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

  add(file: string, row: number, { reason, columns }: Reject): void {
    const column = columns.join('+');
    for (const counts of [this.counts, this.countsOfFile]) increment(counts, reason);
    increment(this.countsOfColumns, column === '' ? reason : `${reason} in ${column}`);
    this.total++;
    this.lines.push(`${csvField(file)},${row},${reason},${csvField(column)}`);
  }

  /**
   * Judges a file that was read to its end: where much of it is rejected, its mapping or the export is wrong.
   * @param notes what else was found out about its rejects
   * @throws PolkuError REJECTS_EXCEEDED
   */
  requireFew(file: string, rows: number, notes: readonly string[] = []): void {
    const [counts, inColumns] = [this.countsOfFile, this.countsOfColumns];
    this.countsOfFile = new Map();
    this.countsOfColumns = new Map();
    const rejected = [...counts.values()].reduce((sum, count) => sum + count, 0);
    if (rejected < ALWAYS_ALLOWED || 100 * rejected <= this.mostPercent * rows) return;
    const reasons = Object.entries(sorted(counts)).map(([reason, count]) => `${reason} ${count}`);
    const places = Object.entries(sorted(inColumns)).map(
      ([place, count]) => `  ${place}: ${count} ${count === 1 ? 'row' : 'rows'}`,
    );
    const rules = [...counts.keys()].map((reason) => `  ${reason}: ${rejectRules[reason]}`);
    throw new PolkuError(
      'REJECTS_EXCEEDED',
      `Of the ${rows} rows of ${file}, ${rejected} were rejected (${reasons.join(', ')}): over ${this.mostPercent} %, so ` +
        `nothing was published. ${this.kept} lists them. Correct the export or the mapping, or allow more with ` +
        ['--max-rejects.', ...places, 'What a row must be:', ...rules, ...notes].join('\n'),
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

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** A field of RFC 4180. */
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function sorted(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}
