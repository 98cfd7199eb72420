import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type BadRowCounts, type BadRowKind, BadRows, type Cell, type Faults } from './badRows.js';
import { type Day, finnishDate, isoDate } from './calendar.js';
import { type ColumnType, ParquetWriter } from './parquetWriter.js';
import type { SyntheticPerson } from './people.js';
import type { Department } from './places.js';
import { Random } from './random.js';

/** The summary of a written file. */
export interface ExportedFile {
  readonly department: Department;
  readonly file: string;
  /** Rows, including planted bad rows, without the header. */
  readonly rows: number;
  readonly bad: BadRowCounts;
}

/** The faults for a file, and the names of the columns that get them. */
export interface FaultyColumns {
  readonly kinds: readonly BadRowKind[];
  readonly code: string;
  readonly id?: string;
  readonly from?: string;
  readonly until?: string;
  readonly service?: string;
  readonly text?: string;
}

/** Where a department's files are written, and what the faults of their rows depend on. */
export interface ExportTarget {
  readonly department: Department;
  readonly folder: string;
  readonly seed: number;
  /** Well-formed codes that belong to nobody in the register. */
  readonly strangers: readonly string[];
}

export interface CsvStyle {
  readonly separator?: ',' | ';';
  readonly dates?: 'iso' | 'finnish' | 'month';
  /** The form of an id if the file's rows have ids, e.g. K00000000. */
  readonly ids?: string;
}

interface RowWriter {
  readonly rows: number;
  write(cells: readonly Cell[]): void;
  writeInLatin1?(cells: readonly Cell[]): void;
  close(): void | Promise<void>;
}

/** Share of records that still have a former code after its change. */
const LATE_CODE_SHARE = 0.03;

const DATES = {
  iso: { writeDay: isoDate, impossibleDay: '2002-02-30' },
  finnish: { writeDay: finnishDate, impossibleDay: '30.02.2002' },
  month: { writeDay: (day: Day) => isoDate(day).slice(0, 7), impossibleDay: '2002-13' },
  // A Parquet date always exists, so there is no invalid date.
  parquet: { writeDay: (day: Day) => day, impossibleDay: null },
};

/** One file of a department: good rows, and bad copies of some of them. */
export class ExportFile {
  private readonly bad: BadRows;
  private issued = 0;

  private constructor(
    private readonly target: ExportTarget,
    private readonly file: string,
    private readonly writer: RowWriter,
    faults: Faults,
    private readonly idPattern: string,
  ) {
    this.bad = new BadRows(
      faults,
      target.strangers,
      Random.stream(target.seed, 'bad-rows', target.department, file),
    );
  }

  static csv(
    target: ExportTarget,
    file: string,
    columns: string,
    faulty: FaultyColumns,
    style: CsvStyle = {},
  ): ExportFile {
    const { separator = ',', dates = 'iso', ids = '' } = style;
    const names = columns.split(separator);
    const writer = new CsvWriter(join(target.folder, file), names, separator);
    return new ExportFile(target, file, writer, { ...positions(faulty, names), ...DATES[dates] }, ids);
  }

  static async parquet(
    target: ExportTarget,
    file: string,
    columns: Readonly<Record<string, ColumnType>>,
    faulty: FaultyColumns,
    ids = '',
  ): Promise<ExportFile> {
    const writer = await ParquetWriter.open(join(target.folder, file), columns);
    const names = Object.keys(columns);
    return new ExportFile(target, file, writer, { ...positions(faulty, names), ...DATES.parquet }, ids);
  }

  /** The next id of a row. */
  newId = (): string => {
    const digits = String(++this.issued);
    return this.idPattern.slice(0, -digits.length) + digits;
  };

  /** The identity code that a department uses for somebody in the next row, on a day. */
  codeOn(person: SyntheticPerson, day: Day, random: Random): string {
    const { formerCode } = person;
    if (formerCode === null) return person.code;
    if (day >= formerCode.changed && !random.chance(LATE_CODE_SHARE)) return person.code;
    this.bad.count('code-changed');
    return formerCode.code;
  }

  /** @param start the first day of the row, if it has one */
  write(cells: readonly Cell[], start: Day = 0): void {
    this.writer.write(cells);
    const spoilt = this.bad.plant(cells, start, this.newId);
    if (spoilt === null) return;
    if (spoilt.kind === 'wrong-encoding') this.writer.writeInLatin1?.(spoilt.cells);
    else this.writer.write(spoilt.cells);
  }

  async close(): Promise<ExportedFile> {
    await this.writer.close();
    const { rows } = this.writer;
    return { department: this.target.department, file: this.file, rows, bad: this.bad.counts };
  }
}

function positions(faulty: FaultyColumns, names: readonly string[]): Omit<Faults, keyof typeof DATES.iso> {
  const { kinds, ...columns } = faulty;
  const found = Object.entries<string>(columns).map(([role, name]): [string, number] => {
    if (!names.includes(name)) throw new Error(`The file has no column ${name}.`);
    return [role, names.indexOf(name)];
  });
  return { kinds, ...(Object.fromEntries(found) as { code: number }) };
}

/** Characters that are buffered before a write. */
const BUFFERED = 1 << 20;

/** Streams rows to one CSV file (RFC 4180, LF, UTF-8). It quotes values only if they need it. */
class CsvWriter {
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

  /** Writes a row as a system with ISO 8859-1 does: the bytes are not valid UTF-8. */
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
