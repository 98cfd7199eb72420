import type { FileHandle } from 'node:fs/promises';
import { PolkuError } from '../../lib/errors.js';
import type { Balance } from '../snapshot/manifest.js';
import type { RowPlace } from './source/source.js';
import { type Reject, type RejectReason, rejectRules } from './rows/rejectReason.js';

const FLUSH_LINES = 10_000;

/** Fewer rejected rows than this never stop an extraction, whatever their share of a small table. */
const ALWAYS_ALLOWED = 20;

/** A source file that was read to its end. */
export interface ReadFile {
  readonly file: string;
  readonly table: string;
  /** How many rows it has. */
  readonly read: number;
  /** Whether no row may be lost; see TableDefinition.protects. */
  readonly protects: boolean;
  /** Whether the registry itself defines who is known. */
  readonly knowsPersons: boolean;
}

/** Counts rejected rows, and lists them by file, number, reason and columns; never by their contents. */
export class RejectsReport {
  private readonly counts = new Map<RejectReason, number>();
  /** Counts of the current file: by reason, and by reason and columns. */
  private countsOfFile = new Map<RejectReason, number>();
  private countsOfColumns = new Map<string, number>();
  private lines = ['file,row,reason,column'];
  private total = 0;

  /**
   * @param mostPercent the largest percentage of a file's rows that may be rejected
   * @param rejectsPath where the list is stored if more are rejected
   */
  constructor(
    private readonly output: FileHandle,
    private readonly registry: string,
    private readonly mostPercent: number,
    private readonly rejectsPath: string,
  ) {}

  get rows(): number {
    return this.total;
  }

  /** Reason -> rows, the most frequent first. */
  get byReason(): Readonly<Record<string, number>> {
    return sorted(this.counts);
  }

  add({ file, row }: RowPlace, { reason, columns }: Reject): void {
    const column = columns.join('+');
    for (const counts of [this.counts, this.countsOfFile]) increment(counts, reason);
    increment(this.countsOfColumns, column === '' ? reason : `${reason} in ${column}`);
    this.total++;
    this.lines.push(`${csvField(file)},${row},${reason},${csvField(column)}`);
  }

  /**
   * Checks the rejects of a file that was read to its end, and returns them. Many rejects mean that the
   * mapping or the export is wrong.
   * @param notes further findings about the rejects
   * @throws PolkuError PROTECTION_LIST_INCOMPLETE, REJECTS_EXCEEDED
   */
  closeFile(source: ReadFile, notes: readonly string[] = []): Pick<Balance, 'rejected' | 'rejects'> {
    const [counts, inColumns] = [this.countsOfFile, this.countsOfColumns];
    this.countsOfFile = new Map();
    this.countsOfColumns = new Map();
    const rejects = sorted(counts);
    const rejected = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const places = Object.entries(sorted(inColumns)).map(
      ([place, count]) => `  ${place}: ${count} ${count === 1 ? 'row' : 'rows'}`,
    );
    const rules = [...counts.keys()].map((reason) => `  ${reason}: ${rejectRules[reason]}`);
    const explanation = [...places, 'What a row must be:', ...rules, ...notes];
    if (source.protects) this.requireAll(source, { rejected, rejects }, explanation);
    this.requireFew(source, { rejected, rejects }, explanation);
    return { rejected, rejects };
  }

  /**
   * An unreadable row may be about anybody, who would then be unprotected. A row about a person unknown to
   * the population register is no loss, because no row of that person is served. There are two exceptions: if
   * all people are unknown, the codes are probably of another scheme; and the register that defines who is
   * known must not contradict itself.
   */
  private requireAll(
    { file, table, read, knowsPersons }: ReadFile,
    { rejected, rejects }: Pick<Balance, 'rejected' | 'rejects'>,
    explanation: readonly string[],
  ): void {
    const unknownPersons = knowsPersons ? 0 : (rejects['unknown-person'] ?? 0);
    if (rejected === unknownPersons && (rejected < read || this.mostPercent >= 100 || read === 0)) return;
    const remedy =
      rejected === unknownPersons
        ? 'Nobody in it is known, so its codes may be of another scheme; if they are right, allow it with --max-rejects 100.'
        : 'Correct the export or the mapping; --max-rejects does not apply to this list.';
    throw new PolkuError(
      'PROTECTION_LIST_INCOMPLETE',
      [
        `${this.registry}/${file} (table ${table}) protects the people in it, and ${rejected} of its ${read} rows cannot be ` +
          `used (${describeRejects(rejects)}). Nothing was published, because they would be unprotected. ${this.rejectsPath} lists the rows. ${remedy}`,
        ...explanation,
      ].join('\n'),
      { file, table, rows: read, rejected },
    );
  }

  private requireFew(
    { file, read }: ReadFile,
    { rejected, rejects }: Pick<Balance, 'rejected' | 'rejects'>,
    explanation: readonly string[],
  ): void {
    if (rejected < ALWAYS_ALLOWED || 100 * rejected <= this.mostPercent * read) return;
    throw new PolkuError(
      'REJECTS_EXCEEDED',
      [
        `Of the ${read} rows of ${file}, ${rejected} were rejected (${describeRejects(rejects)}): over ${this.mostPercent} %, so ` +
          `nothing was published. ${this.rejectsPath} lists them. Correct the export or the mapping, or allow more with ` +
          '--max-rejects.',
        ...explanation,
      ].join('\n'),
      { file, rows: read, rejected },
    );
  }

  /** Writes the collected lines. It is called regularly, so that a wrong file does not fill memory. */
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

function describeRejects(rejects: Readonly<Record<string, number>>): string {
  return Object.entries(rejects)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
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
