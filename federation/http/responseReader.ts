const HEAD_BYTES = 64 * 2 ** 10;
const LINE_BYTES = 4 * 2 ** 10;
/** Up to here a body is read into memory that serves the next one, too; and no more is set aside for what has not come. */
const KEPT_BYTES = 2 * 2 ** 20;

const statusLine = /^HTTP\/1\.([01]) (\d{3})[ \r]/;
/** Line ends that are no CRLF, and lines that go on: by either, two readers find different fields (RFC 9112 §2.2, §5.2). */
const ambiguous = /[^\r]\n|\r[^\n]|\n[ \t]/;
const framingFields =
  /\r\n(content-length|transfer-encoding|connection|keep-alive)[ \t]*:[ \t]*([^\r]*?)[ \t]*(?=\r)/gi;
const chunkSize = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?\r\n$/i;

/** What ends the body of a response (RFC 9112 §6.3). */
type Framing = 'length' | 'chunked' | 'close';

/**
 * Reads the responses of HTTP/1.1 from the bytes of a connection, one after the other. It takes less than the grammar allows
 * and never guesses: of what two readers could understand differently, nothing is taken.
 */
export class ResponseReader {
  #head: Buffer | undefined;
  #body = Buffer.alloc(0);
  #bytes = 0;
  #framing: Framing | undefined;
  /** Bytes of the body, or of its present chunk, that have not come yet. */
  #left = 0;
  #line = '';
  #inTrailer = false;
  #afterChunk = false;

  status = 0;
  /** Milliseconds for which the server keeps the connection when it is idle; 0 where it is of no more use. */
  keptMs = 0;

  /** @param bodyBytes how large the body may be */
  constructor(private readonly bodyBytes: number) {}

  /** Begins another response. */
  begin(): void {
    this.#head = undefined;
    this.#framing = undefined;
    this.#bytes = 0;
    this.#line = '';
    this.#inTrailer = false;
    this.#afterChunk = false;
  }

  /**
   * Takes bytes, which may be overwritten afterwards.
   * @returns the body where the response is whole now
   * @throws Error where it is no response, or too large
   */
  take(bytes: Buffer): string | undefined {
    if (this.#framing) return this.#takeBody(bytes);
    const known = this.#head ? Buffer.concat([this.#head, bytes]) : bytes;
    const end = known.indexOf('\r\n\r\n');
    if ((end < 0 ? known.length : end) > HEAD_BYTES)
      throw new Error('The head of the response is too large.');
    if (end < 0) {
      this.#head = Buffer.from(known);
      return undefined;
    }
    this.#head = undefined;
    this.#readHead(known.toString('latin1', 0, end + 2));
    const rest = known.subarray(end + 4);
    return this.status < 200 ? this.#takeFinal(rest) : this.#takeBody(rest);
  }

  /**
   * The connection has ended.
   * @returns the body where that is how this response ends
   */
  end(): string | undefined {
    return this.#framing === 'close' ? this.#text() : undefined;
  }

  /** An interim response has no body, and the one that counts follows (RFC 9110 §15.2). */
  #takeFinal(rest: Buffer): string | undefined {
    if (this.status === 101) throw new Error('The server changes the protocol.');
    this.#framing = undefined;
    return rest.length > 0 ? this.take(rest) : undefined;
  }

  #readHead(head: string): void {
    const [, minor, status] = statusLine.exec(head) ?? [];
    if (status === undefined || ambiguous.test(head)) throw new Error('Not a response of HTTP/1.1.');
    this.status = Number(status);
    let length: string | undefined;
    let isChunked = false;
    let persists = minor === '1';
    this.keptMs = Infinity;
    for (const [, name, value] of head.matchAll(framingFields)) {
      switch (name!.toLowerCase()) {
        case 'content-length':
          if (!/^\d{1,15}$/.test(value!) || (length ?? value) !== value) throw new Error('No one length.');
          length = value;
          break;
        case 'transfer-encoding':
          if (value!.toLowerCase() !== 'chunked' || isChunked) throw new Error('An unknown encoding.');
          isChunked = true;
          break;
        case 'connection':
          if (/\bclose\b/i.test(value!)) persists = false;
          break;
        default:
          this.keptMs = Number(/\btimeout=(\d+)/i.exec(value!)?.[1] ?? Infinity) * 1000;
      }
    }
    if (isChunked && length !== undefined) throw new Error('Both a length and chunks.');
    if (this.status === 204 || this.status === 304) {
      isChunked = false;
      length = '0';
    }
    this.#framing = isChunked ? 'chunked' : length === undefined ? 'close' : 'length';
    this.#left = Number(length ?? 0);
    if (!persists || this.#framing === 'close') this.keptMs = 0;
    this.#checkSize(this.#left);
  }

  #takeBody(bytes: Buffer): string | undefined {
    switch (this.#framing) {
      case 'length':
        return this.#takeLength(bytes);
      case 'chunked':
        return this.#takeChunks(bytes);
      default:
        this.#keep(bytes);
        return undefined;
    }
  }

  #takeLength(bytes: Buffer): string | undefined {
    if (bytes.length > this.#left) this.keptMs = 0;
    const taken = bytes.subarray(0, this.#left);
    this.#left -= taken.length;
    if (this.#left === 0 && this.#bytes === 0) return taken.toString('utf8');
    this.#keep(taken);
    return this.#left === 0 ? this.#text() : undefined;
  }

  /** RFC 9112 §7.1; extensions and trailers are read over. */
  #takeChunks(bytes: Buffer): string | undefined {
    for (let at = 0; at < bytes.length;) {
      if (this.#left > 0) {
        const taken = bytes.subarray(at, at + this.#left);
        this.#keep(taken);
        this.#left -= taken.length;
        at += taken.length;
        continue;
      }
      const end = bytes.indexOf('\n', at) + 1 || bytes.length;
      this.#line += bytes.toString('latin1', at, end);
      at = end;
      if (this.#line.length > LINE_BYTES) throw new Error('A line between chunks is too large.');
      if (!this.#line.endsWith('\n')) return undefined;
      const line = this.#line;
      this.#line = '';
      if (!this.#takeLine(line)) continue;
      if (at < bytes.length) this.keptMs = 0;
      return this.#text();
    }
    return undefined;
  }

  /** @returns whether it is the last line of the response */
  #takeLine(line: string): boolean {
    if (this.#inTrailer) return line === '\r\n';
    if (this.#afterChunk) {
      if (line !== '\r\n') throw new Error('A chunk is longer than it says.');
      this.#afterChunk = false;
      return false;
    }
    const [, size] = chunkSize.exec(line) ?? [];
    if (size === undefined) throw new Error('A chunk without a size.');
    this.#left = parseInt(size, 16);
    this.#inTrailer = this.#left === 0;
    this.#afterChunk = !this.#inTrailer;
    return false;
  }

  #keep(bytes: Buffer): void {
    const before = this.#bytes;
    this.#checkSize((this.#bytes += bytes.length));
    if (this.#bytes > this.#body.length) {
      const body = Buffer.allocUnsafeSlow(
        Math.max(2 * before, this.#bytes, Math.min(this.#left, KEPT_BYTES)),
      );
      this.#body.copy(body, 0, 0, before);
      this.#body = body;
    }
    bytes.copy(this.#body, before);
  }

  #checkSize(bytes: number): void {
    if (bytes > this.bodyBytes) throw new Error(`The response is larger than ${this.bodyBytes} bytes.`);
  }

  #text(): string {
    const text = this.#body.toString('utf8', 0, this.#bytes);
    if (this.#body.length > KEPT_BYTES) this.#body = Buffer.alloc(0);
    return text;
  }
}
