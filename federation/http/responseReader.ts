const HEAD_BYTES = 64 * 2 ** 10;
const LINE_BYTES = 4 * 2 ** 10;
/**
 * Bodies up to this size are read into a buffer that the next body reuses. No more is allocated before bytes
 * arrive.
 */
const REUSED_BYTES = 2 * 2 ** 20;

const statusLine = /^HTTP\/1\.([01]) (\d{3})[ \r]/;
/**
 * Line ends other than CRLF, and folded lines: two readers can find different fields in them (RFC 9112 §2.2,
 * §5.2).
 */
const ambiguous = /[^\r]\n|\r[^\n]|\n[ \t]/;
const framingFields =
  /\r\n(content-length|transfer-encoding|connection|keep-alive)[ \t]*:[ \t]*([^\r]*?)[ \t]*(?=\r)/gi;
const chunkSize = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?\r\n$/i;

/** What marks the end of a response body (RFC 9112 §6.3). */
type Framing = 'length' | 'chunked' | 'close';

/**
 * Reads the HTTP/1.1 responses of one connection, one after the other. It accepts less than the grammar
 * allows and never guesses: it rejects everything that two readers could understand differently.
 */
export class ResponseReader {
  #head: Buffer | undefined;
  #body = Buffer.alloc(0);
  #bytes = 0;
  #framing: Framing | undefined;
  /** Bytes of the body, or of the current chunk, that have not arrived yet. */
  #left = 0;
  #line = '';
  #inTrailer = false;
  #afterChunk = false;

  status = 0;
  /** Milliseconds for which the server keeps an idle connection; 0 where the connection cannot be reused. */
  keepAliveMs = 0;

  /** @param bodyBytes the maximum size of a body */
  constructor(private readonly bodyBytes: number) {}

  /** Prepares for the next response. */
  begin(): void {
    this.#head = undefined;
    this.#framing = undefined;
    this.#bytes = 0;
    this.#line = '';
    this.#inTrailer = false;
    this.#afterChunk = false;
  }

  /**
   * Reads bytes. The caller may overwrite them afterwards.
   * @returns the body where the response is complete
   * @throws Error where the bytes are no valid response, or too large
   */
  read(bytes: Buffer): string | undefined {
    if (this.#framing) return this.#readBody(bytes);
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
    return this.status < 200 ? this.#readFinal(rest) : this.#readBody(rest);
  }

  /**
   * Handles the end of the connection.
   * @returns the body where the end of the connection ends the response
   */
  end(): string | undefined {
    return this.#framing === 'close' ? this.#text() : undefined;
  }

  /** An interim response has no body, and the final response follows (RFC 9110 §15.2). */
  #readFinal(rest: Buffer): string | undefined {
    if (this.status === 101) throw new Error('The server switches the protocol.');
    this.#framing = undefined;
    return rest.length > 0 ? this.read(rest) : undefined;
  }

  #readHead(head: string): void {
    const [, minor, status] = statusLine.exec(head) ?? [];
    if (status === undefined || ambiguous.test(head)) throw new Error('Not a response of HTTP/1.1.');
    this.status = Number(status);
    let length: string | undefined;
    let isChunked = false;
    let persists = minor === '1';
    this.keepAliveMs = Infinity;
    for (const [, name, value] of head.matchAll(framingFields)) {
      switch (name!.toLowerCase()) {
        case 'content-length':
          if (!/^\d{1,15}$/.test(value!) || (length ?? value) !== value)
            throw new Error('The lengths are invalid or differ.');
          length = value;
          break;
        case 'transfer-encoding':
          if (value!.toLowerCase() !== 'chunked' || isChunked)
            throw new Error('The transfer encoding is not supported.');
          isChunked = true;
          break;
        case 'connection':
          if (/\bclose\b/i.test(value!)) persists = false;
          break;
        default:
          this.keepAliveMs = Number(/\btimeout=(\d+)/i.exec(value!)?.[1] ?? Infinity) * 1000;
      }
    }
    if (isChunked && length !== undefined) throw new Error('The response has both a length and chunks.');
    if (this.status === 204 || this.status === 304) {
      isChunked = false;
      length = '0';
    }
    this.#framing = isChunked ? 'chunked' : length === undefined ? 'close' : 'length';
    this.#left = Number(length ?? 0);
    if (!persists || this.#framing === 'close') this.keepAliveMs = 0;
    this.#checkSize(this.#left);
  }

  #readBody(bytes: Buffer): string | undefined {
    switch (this.#framing) {
      case 'length':
        return this.#readLength(bytes);
      case 'chunked':
        return this.#readChunks(bytes);
      default:
        this.#store(bytes);
        return undefined;
    }
  }

  #readLength(bytes: Buffer): string | undefined {
    if (bytes.length > this.#left) this.keepAliveMs = 0;
    const part = bytes.subarray(0, this.#left);
    this.#left -= part.length;
    if (this.#left === 0 && this.#bytes === 0) return part.toString('utf8');
    this.#store(part);
    return this.#left === 0 ? this.#text() : undefined;
  }

  /** Reads chunks (RFC 9112 §7.1). Ignores extensions and trailers. */
  #readChunks(bytes: Buffer): string | undefined {
    for (let at = 0; at < bytes.length;) {
      if (this.#left > 0) {
        const part = bytes.subarray(at, at + this.#left);
        this.#store(part);
        this.#left -= part.length;
        at += part.length;
        continue;
      }
      const end = bytes.indexOf('\n', at) + 1 || bytes.length;
      this.#line += bytes.toString('latin1', at, end);
      at = end;
      if (this.#line.length > LINE_BYTES) throw new Error('A line between chunks is too large.');
      if (!this.#line.endsWith('\n')) return undefined;
      const line = this.#line;
      this.#line = '';
      if (!this.#readLine(line)) continue;
      if (at < bytes.length) this.keepAliveMs = 0;
      return this.#text();
    }
    return undefined;
  }

  /** @returns whether it is the last line of the response */
  #readLine(line: string): boolean {
    if (this.#inTrailer) return line === '\r\n';
    if (this.#afterChunk) {
      if (line !== '\r\n') throw new Error('A chunk is longer than its size.');
      this.#afterChunk = false;
      return false;
    }
    const [, size] = chunkSize.exec(line) ?? [];
    if (size === undefined) throw new Error('A chunk has no size.');
    this.#left = parseInt(size, 16);
    this.#inTrailer = this.#left === 0;
    this.#afterChunk = !this.#inTrailer;
    return false;
  }

  #store(bytes: Buffer): void {
    const before = this.#bytes;
    this.#checkSize((this.#bytes += bytes.length));
    if (this.#bytes > this.#body.length) {
      const body = Buffer.allocUnsafeSlow(
        Math.max(2 * before, this.#bytes, Math.min(this.#left, REUSED_BYTES)),
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
    if (this.#body.length > REUSED_BYTES) this.#body = Buffer.alloc(0);
    return text;
  }
}
