import type { CsvFormat } from '../../mapping/mapping.js';
import type { RejectedRow, RowBatch } from '../rowBatch.js';
import { columnName } from '../sourceNames.js';

/** A longer record is rejected, so that an unclosed quote does not collect the whole file. */
const MAX_RECORD_CHARACTERS = 2 ** 18;

const LF = 10;
const CR = 13;
const INCOMPLETE = -1;

/** One short word with a digit. Pieces of free text contain blanks, or no digit. */
const LIKE_A_CODE = /^(?=\S{1,64}$)\D*\d/;

/** The replacement character of a decoder for invalid bytes. */
const REPLACEMENT = '\uFFFD';

/** Why the first record is not a header. It does not quote the record. */
export type HeaderFault = 'runs-on' | 'text-after-quote' | 'too-long';

/**
 * Splits CSV (RFC 4180, any delimiter and quote) as it arrives. Fields that nobody needs are never copied
 * into strings. Each row is accepted or rejected as docs/decisions/extraction.md says; an empty line is not a
 * row.
 *
 * Lines end with LF or CRLF. If the first line ends with CR alone, CR ends every line. Memory holds at most
 * one record of 256 Ki characters and the last pushed text. The result does not depend on how the text is
 * split into chunks.
 */
export class CsvParser {
  /** The column names, known after the first record; empty if it is not a header. */
  header: readonly string[] | undefined;
  headerFault: HeaderFault | undefined;

  private readonly delimiter: number;
  private readonly quote: number;
  private selected: readonly number[] = [];
  private key: number | undefined;
  private text = '';
  private row = 0;
  /** Whether CR alone ends a line. */
  private endsWithCr = false;

  // State of the last record:
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private hasQuotes = false;
  private fault: 'none' | 'malformed' | 'lone-quote' | 'unclosed' = 'none';
  /** The position of the quote that is alone or unclosed. */
  private opening = 0;

  /** Which part of the coming text is skipped, up to its end. */
  private skipping: 'nothing' | 'line' | 'quoted field' = 'nothing';
  /** Whether the text begins within a line. */
  private withinLine = false;
  /** Whether the next record is the rest of a rejected one. */
  private rejectedBefore = false;

  constructor(private readonly format: CsvFormat) {
    this.delimiter = format.delimiter.charCodeAt(0);
    this.quote = format.quote.charCodeAt(0);
  }

  /**
   * Selects the columns of the batches. Call it once the header is known.
   * @param key the column of the data subject's code; a line with a code there is not a line of free text
   */
  select(columns: readonly string[], key?: string): void {
    const positionOf = (column: string) => this.header!.indexOf(columnName(column));
    this.selected = columns.map(positionOf);
    this.key = key === undefined ? undefined : positionOf(key);
  }

  /** Adds text; `last` if no more follows. */
  push(text: string, last: boolean): void {
    this.text += text;
    if (!this.header) this.readHeader(last);
  }

  /** Returns the rows that are complete so far. */
  takeRows(last: boolean): RowBatch {
    const columns: string[][] = this.selected.map(() => []);
    const rowNumbers: number[] = [];
    const rejected: RejectedRow[] = [];
    const reject = (reason: RejectedRow['reason']) => rejected.push({ row: ++this.row, reason, columns: [] });

    let position = this.skip(last);
    let damage = this.text.indexOf(REPLACEMENT, position);
    while (position < this.text.length && this.skipping === 'nothing') {
      let end = this.splitRecord(position, last);
      const tooLong = end === INCOMPLETE && this.text.length - position > MAX_RECORD_CHARACTERS;
      if (end === INCOMPLETE && !last && !tooLong) break;
      const isRest = this.rejectedBefore;
      this.rejectedBefore = false;
      if (end === INCOMPLETE) end = this.endOfIncomplete(position, tooLong, last);

      if (damage !== -1 && damage < position) damage = this.text.indexOf(REPLACEMENT, position);
      const isEmpty = this.fault === 'none' && this.starts.length === 1 && this.starts[0] === this.ends[0];
      const covered = this.fault === 'none' ? this.rowsCovered(position, end) : 0;
      if (isRest || isEmpty) {
        // Counted already, or not a row.
      } else if (this.fault === 'lone-quote' || covered > 0) {
        for (let row = 0; row <= covered; row++) reject('lone-quote');
      } else if (damage !== -1 && damage < end) {
        reject('wrong-encoding');
      } else if (this.fault !== 'none' || this.starts.length !== this.header!.length) {
        reject('malformed-row');
      } else {
        rowNumbers.push(++this.row);
        for (let index = 0; index < columns.length; index++) {
          columns[index]!.push(this.field(this.selected[index]!));
        }
      }
      position = end;
    }
    this.text = this.text.slice(position);
    return { columns, rowNumbers, rejected };
  }

  private readHeader(last: boolean): void {
    this.endsWithCr = true;
    const end = this.splitRecord(0, last);
    if (end === INCOMPLETE) {
      const tooLong = this.text.length > MAX_RECORD_CHARACTERS;
      if (last || tooLong) this.refuseHeader(this.fault === 'unclosed' ? 'runs-on' : 'too-long');
      return;
    }
    if (this.fault === 'lone-quote') return this.refuseHeader('runs-on');
    if (this.fault === 'malformed') return this.refuseHeader('text-after-quote');
    const lineEnd = this.lineEnd(0);
    if (lineEnd !== -1 && lineEnd < end - 1) return this.refuseHeader('runs-on');
    const endsWithCr = this.text.charCodeAt(end - 1) === CR;
    // It is not known yet whether a line feed follows.
    if (endsWithCr && end === this.text.length && !last) return;
    this.endsWithCr = endsWithCr && this.text.charCodeAt(end) !== LF;
    this.header = this.starts.map((_, field) => columnName(this.field(field)));
    this.text = this.text.slice(end);
  }

  private refuseHeader(fault: HeaderFault): void {
    this.header = [];
    this.headerFault = fault;
    this.text = '';
  }

  /**
   * Finds the fields of the record at a position. Returns where the next record begins. Returns INCOMPLETE if
   * the end has not arrived, or is not within the 256 Ki characters that a record may have.
   */
  private splitRecord(position: number, last: boolean): number {
    const { text, delimiter, quote, endsWithCr } = this;
    const isCut = text.length - position > MAX_RECORD_CHARACTERS;
    const length = isCut ? position + MAX_RECORD_CHARACTERS : text.length;
    const isFinal = last && !isCut;
    let at = position;
    let fields = 0;
    this.fault = 'none';
    this.hasQuotes = false;
    for (;;) {
      this.starts[fields] = at;
      if (text.charCodeAt(at) === quote && at < length) {
        this.hasQuotes = true;
        const closing = this.closingQuote(at);
        if (closing === -1 || closing >= length || (closing + 1 === length && !isFinal)) {
          this.fault = 'unclosed';
          this.opening = at;
          return INCOMPLETE;
        }
        this.ends[fields] = at = closing + 1;
        if (text.charCodeAt(at) === CR && !this.endsWithCr) {
          if (at + 1 === length && !isFinal) return INCOMPLETE;
          if (at + 1 === length || text.charCodeAt(at + 1) === LF) at++;
        }
        if (at < length && text.charCodeAt(at) !== delimiter && !this.isLineEnd(at)) {
          const opening = this.starts[fields]!;
          const lineEnd = this.lineEnd(opening);
          if (lineEnd !== -1 && lineEnd < closing) {
            this.fault = 'lone-quote';
            this.opening = opening;
            return lineEnd + 1;
          }
          this.fault = 'malformed';
          while (at < length && !this.isLineEnd(at)) at++;
        }
      } else {
        const start = at;
        for (; at < length; at++) {
          const character = text.charCodeAt(at);
          if (character === delimiter || character === LF || (endsWithCr && character === CR)) break;
        }
        const isCrLf =
          at > start && text.charCodeAt(at - 1) === CR && (at === length || text.charCodeAt(at) === LF);
        this.ends[fields] = isCrLf ? at - 1 : at;
      }
      fields++;
      if (at >= length && !isFinal) return INCOMPLETE;
      if (at >= length || this.isLineEnd(at)) break;
      at++;
    }
    this.starts.length = this.ends.length = fields;
    return at + 1;
  }

  /** Where parsing continues after a record without an end, or without one within the limit. */
  private endOfIncomplete(position: number, tooLong: boolean, last: boolean): number {
    const limit = position + MAX_RECORD_CHARACTERS;
    if (this.fault !== 'unclosed') {
      this.fault = 'malformed';
      return this.nextLine(limit, last);
    }
    if (!tooLong || this.rowsOnLines(this.opening, limit) > 0) {
      // The quote is alone, so the lines after it are rows.
      this.fault = 'lone-quote';
      return this.nextLine(this.opening, last);
    }
    this.fault = 'malformed';
    this.withinLine = true;
    return this.endOfField(this.opening + 1, last);
  }

  /**
   * How many rows a record may have swallowed. The record has a quoted field that opens on a line with all
   * fields of a row and contains a line that is a whole row. Two lines that each lost a quote look like this.
   */
  private rowsCovered(position: number, end: number): number {
    if (this.key === undefined || !this.hasQuotes) return 0;
    const lineEnd = this.lineEnd(position);
    if (lineEnd === -1 || lineEnd >= end - 1) return 0;
    let rows = 0;
    this.starts.forEach((start, field) => {
      if (this.text.charCodeAt(start) === this.quote && this.lineEnd(start) < this.ends[field]!) {
        rows = Math.max(rows, this.rowsOnLines(start, end));
      }
    });
    return rows;
  }

  /**
   * How many lines after the opening quote hold a row. Zero unless the line of the quote and one later line
   * hold a whole row.
   */
  private rowsOnLines(opening: number, until: number): number {
    let lineEnd = this.lineEnd(opening);
    if (lineEnd === -1 || this.fieldsOnLine(this.lineStart(opening), lineEnd).length < this.header!.length)
      return 0;
    let rows = 0;
    let whole = false;
    while (lineEnd !== -1 && lineEnd + 1 < until) {
      const start = lineEnd + 1;
      lineEnd = this.lineEnd(start);
      const end = lineEnd === -1 ? this.text.length : lineEnd;
      if (end > until) break;
      const fields = this.fieldsOnLine(start, end);
      if (fields.length >= this.header!.length) rows++;
      whole ||= this.isWholeRow(fields);
    }
    return whole ? rows : 0;
  }

  private isWholeRow(fields: readonly string[]): boolean {
    if (fields.length !== this.header!.length) return false;
    return this.key === undefined || LIKE_A_CODE.test(fields[this.key]!.trim());
  }

  /** The fields of a line on its own. A quote that does not close on the line is an ordinary character. */
  private fieldsOnLine(start: number, end: number): readonly string[] {
    const { text, delimiter, quote, format } = this;
    const length = text.charCodeAt(end - 1) === CR ? end - 1 : end;
    const fields: string[] = [];
    for (let from = start; from < length;) {
      let at = from;
      if (text.charCodeAt(at) === quote) {
        const closing = this.closingQuote(at);
        const after = closing + 1;
        if (closing !== -1 && after <= length && (after === length || text.charCodeAt(after) === delimiter))
          at = after;
      }
      at = text.indexOf(format.delimiter, at);
      if (at === -1 || at >= length) at = length;
      fields.push(text.slice(from, at));
      from = at + 1;
      if (from === length) fields.push('');
    }
    return fields;
  }

  /** Skips text that must be skipped; returns where parsing continues. */
  private skip(last: boolean): number {
    if (this.skipping === 'line') return this.nextLine(0, last);
    return this.skipping === 'quoted field' ? this.endOfField(0, last) : 0;
  }

  /** Where the next line begins. The rest of this line is skipped when it arrives. */
  private nextLine(position: number, last: boolean): number {
    const end = this.lineEnd(position);
    this.skipping = end === -1 && !last ? 'line' : 'nothing';
    return end === -1 ? this.text.length : end + 1;
  }

  /**
   * Where parsing continues after a quoted field that is too long: behind its closing quote, or at the first
   * line that is a whole row, because then the quote was alone.
   */
  private endOfField(position: number, last: boolean): number {
    const { text } = this;
    const closing = this.closingQuote(position - 1);
    for (let from = position; ;) {
      const lineEnd = this.lineEnd(from);
      this.skipping = 'quoted field';
      if (closing !== -1 && (lineEnd === -1 || closing < lineEnd)) {
        // It is not known yet whether the quote is doubled.
        if (closing + 1 === text.length && !last) {
          if (text.length - from <= MAX_RECORD_CHARACTERS) return from;
          this.withinLine = true;
          return closing;
        }
        this.skipping = 'nothing';
        this.rejectedBefore = text.charCodeAt(closing + 1) === this.delimiter;
        return this.rejectedBefore ? closing + 2 : this.nextLine(closing + 1, last);
      }
      if (lineEnd === -1) {
        if (!last && text.length - from <= MAX_RECORD_CHARACTERS) return from;
        this.withinLine = true;
        if (last) this.skipping = 'nothing';
        return text.length;
      }
      const isLine = !this.withinLine && lineEnd - from <= MAX_RECORD_CHARACTERS;
      if (isLine && this.isWholeRow(this.fieldsOnLine(from, lineEnd))) {
        this.skipping = 'nothing';
        return from;
      }
      this.withinLine = false;
      from = lineEnd + 1;
    }
  }

  /** Where the quote that opens at a position closes; -1 if it does not. */
  private closingQuote(opening: number): number {
    const { text, quote, format } = this;
    let closing = text.indexOf(format.quote, opening + 1);
    while (closing !== -1 && text.charCodeAt(closing + 1) === quote) {
      closing = text.indexOf(format.quote, closing + 2);
    }
    return closing;
  }

  private isLineEnd(at: number): boolean {
    const character = this.text.charCodeAt(at);
    return character === LF || (character === CR && this.endsWithCr);
  }

  /** Where the line of a position ends; -1 if its end has not arrived. */
  private lineEnd(position: number): number {
    if (!this.endsWithCr) return this.text.indexOf('\n', position);
    const lineEnd = /[\r\n]/g;
    lineEnd.lastIndex = position;
    return lineEnd.exec(this.text)?.index ?? -1;
  }

  private lineStart(position: number): number {
    let start = position;
    while (start > 0 && !this.isLineEnd(start - 1)) start--;
    return start;
  }

  private field(index: number): string {
    const [start, end] = [this.starts[index]!, this.ends[index]!];
    if (start === end || this.text.charCodeAt(start) !== this.quote) return this.text.slice(start, end);
    const { quote } = this.format;
    return this.text.slice(start + 1, end - 1).replaceAll(quote + quote, quote);
  }
}
