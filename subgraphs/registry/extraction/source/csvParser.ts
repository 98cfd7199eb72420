import type { CsvFormat } from '../mapping/mapping.js';
import type { RowBatch } from './rowBatch.js';

/** A record longer than this has lost its closing quote, or is none. */
const LONGEST_RECORD = 2 ** 18;

const NEWLINE = 10;
const INCOMPLETE = -1;

/** What a decoder writes for bytes that are none in the encoding. */
const REPLACEMENT = '\uFFFD';

/**
 * Splits CSV (RFC 4180, any delimiter and quote) as it arrives. Fields that are not asked for never become texts of
 * their own. A row with too few or too many fields, with text after a closing quote, with a quote that never closes, or
 * of over 256 Ki characters is malformed: it is counted, and reading goes on at the next line. An empty line is no row.
 * No more is held than such a row and what was pushed last.
 */
export class CsvParser {
  /** The column names, known after the first record. */
  header: readonly string[] | undefined;

  private readonly delimiter: number;
  private readonly quote: number;
  private wanted: readonly number[] = [];
  private text = '';
  private row = 0;
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private malformed = false;
  /** Whether the line at hand was counted already, and goes on. */
  private skipping = false;

  constructor(private readonly format: CsvFormat) {
    this.delimiter = format.delimiter.charCodeAt(0);
    this.quote = format.quote.charCodeAt(0);
  }

  /** Names the columns that batches will hold; to be called once the header is known. */
  select(columns: readonly string[]): void {
    this.wanted = columns.map((column) => this.header!.indexOf(column));
  }

  /** Takes more text; `last` when none will follow. */
  push(text: string, last: boolean): void {
    this.text += text;
    if (this.skipping) this.text = this.text.slice(this.nextLine(0, last));
    if (this.header) return;
    const complete = last || this.splitRecord(0, false) !== INCOMPLETE;
    if (!complete && this.text.length <= LONGEST_RECORD) return;
    const end = this.splitRecord(0, true);
    if (end === INCOMPLETE) {
      // Its quote is never closed: it names no columns, and must not gather the whole file.
      this.header = [];
      this.text = '';
      return;
    }
    this.header = this.starts.map((_, field) => this.field(field).trim());
    this.text = this.text.slice(end);
  }

  /** The rows that are complete by now. */
  take(last: boolean): RowBatch {
    const columns: string[][] = this.wanted.map(() => []);
    const rowNumbers: number[] = [];
    const malformed: number[] = [];
    const wronglyEncoded: number[] = [];
    let position = 0;
    let damage = this.text.indexOf(REPLACEMENT);
    while (position < this.text.length) {
      let end = this.splitRecord(position, last);
      if (end === INCOMPLETE) {
        if (!last && this.text.length - position <= LONGEST_RECORD) break;
        this.malformed = true;
      }
      if (end - position > LONGEST_RECORD) this.malformed = true;
      // Whatever is wrong, this line alone is lost: the next may be a good row.
      if (this.malformed) end = this.nextLine(position, last);
      if (damage !== -1 && damage < position) damage = this.text.indexOf(REPLACEMENT, position);
      const empty = this.starts.length === 1 && this.starts[0] === this.ends[0] && !this.malformed;
      if (!empty) {
        this.row++;
        if (damage !== -1 && damage < end) wronglyEncoded.push(this.row);
        else if (this.malformed || this.starts.length !== this.header!.length) malformed.push(this.row);
        else {
          rowNumbers.push(this.row);
          for (let index = 0; index < columns.length; index++) {
            columns[index]!.push(this.field(this.wanted[index]!));
          }
        }
      }
      position = end;
    }
    this.text = this.text.slice(position);
    return { columns, rowNumbers, malformed, wronglyEncoded };
  }

  /** Finds the fields of the record at a position; gives where the next begins, or INCOMPLETE. */
  private splitRecord(position: number, last: boolean): number {
    const { text, delimiter, quote } = this;
    const length = text.length;
    let at = position;
    let fields = 0;
    this.malformed = false;
    for (;;) {
      let end: number;
      if (text.charCodeAt(at) === quote) {
        end = this.closingQuote(at) + 1;
        if (end === 0 || (end === length && !last)) return INCOMPLETE;
        this.starts[fields] = at;
        at = end;
        if (text.charCodeAt(at) === 13 && text.charCodeAt(at + 1) === NEWLINE) at++;
        if (at < length && text.charCodeAt(at) !== delimiter && text.charCodeAt(at) !== NEWLINE) {
          this.malformed = true;
          while (at < length && text.charCodeAt(at) !== NEWLINE) at++;
        }
      } else {
        this.starts[fields] = at;
        for (; at < length; at++) {
          const character = text.charCodeAt(at);
          if (character === delimiter || character === NEWLINE) break;
        }
        end = at;
        if (
          text.charCodeAt(at - 1) === 13 &&
          at > this.starts[fields]! &&
          text.charCodeAt(at) !== delimiter
        ) {
          end--;
        }
      }
      this.ends[fields++] = end;
      if (at >= length && !last) return INCOMPLETE;
      if (at >= length || text.charCodeAt(at) === NEWLINE) break;
      at++;
    }
    this.starts.length = this.ends.length = fields;
    return at + 1;
  }

  /** Where the quote that opens at a position closes; -1 where it does not. */
  private closingQuote(opening: number): number {
    const { text, quote, format } = this;
    let closing = text.indexOf(format.quote, opening + 1);
    while (closing !== -1 && text.charCodeAt(closing + 1) === quote) {
      closing = text.indexOf(format.quote, closing + 2);
    }
    return closing;
  }

  /** Where the line after a position begins; what is still to come of this one is skipped. */
  private nextLine(position: number, last: boolean): number {
    const end = this.text.indexOf('\n', position);
    this.skipping = end === -1 && !last;
    return end === -1 ? this.text.length : end + 1;
  }

  private field(index: number): string {
    const [start, end] = [this.starts[index]!, this.ends[index]!];
    if (start === end || this.text.charCodeAt(start) !== this.quote) return this.text.slice(start, end);
    const { quote } = this.format;
    return this.text.slice(start + 1, end - 1).replaceAll(quote + quote, quote);
  }
}
