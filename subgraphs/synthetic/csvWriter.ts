import { closeSync, openSync, writeSync } from 'node:fs';
import type { Cell } from './cell.js';

/** Characters gathered before they are written. */
const BUFFERED = 1 << 20;

/** Streams rows to one CSV file (RFC 4180, LF, UTF-8): values are quoted only where they must be. */
export class CsvWriter {
  private readonly file: number;
  private readonly special: RegExp;
  private pending = '';
  private written = 0;

  constructor(
    path: string,
    columns: readonly string[],
    private readonly separator: ',' | ';' = ',',
  ) {
    this.special = separator === ',' ? /[",\r\n]/ : /[";\r\n]/;
    this.file = openSync(path, 'wx');
    this.pending = columns.join(separator) + '\n';
  }

  /** Rows so far, the header not counted. */
  get rows(): number {
    return this.written;
  }

  write(cells: readonly Cell[]): void {
    this.pending += this.line(cells);
    this.written++;
    if (this.pending.length > BUFFERED) this.flush();
  }

  /** As a system does whose letters are still those of ISO 8859-1: bytes that are no UTF-8. */
  writeInLatin1(cells: readonly Cell[]): void {
    this.flush();
    this.put(Buffer.from(this.line(cells), 'latin1'));
    this.written++;
  }

  close(): void {
    this.flush();
    closeSync(this.file);
  }

  private line(cells: readonly Cell[]): string {
    let line = '';
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i] as Cell;
      const value = cell === null ? '' : String(cell);
      if (i > 0) line += this.separator;
      line += this.special.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
    }
    return line + '\n';
  }

  private flush(): void {
    this.put(Buffer.from(this.pending, 'utf8'));
    this.pending = '';
  }

  private put(bytes: Buffer): void {
    for (let offset = 0; offset < bytes.length;) offset += writeSync(this.file, bytes, offset);
  }
}
