import { PolkuError } from '../../lib/errors.js';

/** The progress of an extraction. */
export interface ExtractionProgress {
  readonly registry: string;
  readonly table: string;
  /** Rows read so far, of all the registry's tables. */
  readonly rows: number;
  /** Rejected rows among them. */
  readonly rejected: number;
  /** The finished share of the registry, from 0 to 1, by the size of its sources. */
  readonly share: number;
}

/** The share of reading in the time of a table; the rest is sorting and writing. */
const READING = 0.8;

/** Measures the progress of an extraction, and stops it when the caller asks for that. */
export class ProgressMeter {
  private table = '';
  private rows = 0;
  private rowsOfTable = 0;
  private done = 0;
  private sizeOfTable = 0;

  constructor(
    private readonly registry: string,
    private readonly total: number,
    private readonly rejected: () => number,
    private readonly onProgress: (progress: ExtractionProgress) => void,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** @param size of the table's source; see SourceRows */
  begin(table: string, size: number): void {
    this.done += this.sizeOfTable;
    this.rows += this.rowsOfTable;
    this.table = table;
    this.sizeOfTable = size;
    this.rowsOfTable = 0;
  }

  /** @throws PolkuError EXTRACTION_INTERRUPTED */
  read(rows: number, share: number): void {
    this.rowsOfTable = rows;
    this.report(READING * share);
  }

  /** @throws PolkuError EXTRACTION_INTERRUPTED */
  written(share: number): void {
    this.report(READING + (1 - READING) * share);
  }

  private report(shareOfTable: number): void {
    throwIfStopped(this.signal);
    this.onProgress({
      registry: this.registry,
      table: this.table,
      rows: this.rows + this.rowsOfTable,
      rejected: this.rejected(),
      share: (this.done + shareOfTable * this.sizeOfTable) / Math.max(1, this.total),
    });
  }
}

/** @throws PolkuError EXTRACTION_INTERRUPTED where the caller asked to stop */
export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new PolkuError(
    'EXTRACTION_INTERRUPTED',
    'The extraction was stopped. The snapshots before it are untouched; run the command again when you like.',
  );
}
