import { closeSync, openSync, writeSync } from 'node:fs';

/** Characters gathered before they are written. */
const BUFFERED = 1 << 20;

/** Streams rows to one CSV file (RFC 4180, LF): values are quoted only where they must be. */
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

  write(values: readonly string[]): void {
    let line = '';
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as string;
      if (i > 0) line += this.separator;
      line += this.special.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
    }
    this.pending += line + '\n';
    this.written++;
    if (this.pending.length > BUFFERED) this.flush();
  }

  close(): void {
    this.flush();
    closeSync(this.file);
  }

  private flush(): void {
    const bytes = Buffer.from(this.pending, 'utf8');
    for (let offset = 0; offset < bytes.length;) offset += writeSync(this.file, bytes, offset);
    this.pending = '';
  }
}
