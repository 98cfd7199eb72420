import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ResponseReader } from './responseReader.js';

const READ_BYTES = 64 * 2 ** 10;

/** One request on a connection, with callbacks for its result. */
export interface Exchange {
  /** The bytes of the request as text, and how its characters become bytes. */
  readonly message: string;
  readonly encoding: 'latin1' | 'utf8';
  answered(status: number, body: string): void;
  /** @param isBroken whether the connection failed, so that a retry on another connection may succeed */
  failed(cause: unknown, isBroken: boolean): void;
}

/** The pool that owns a connection. */
export interface ConnectionOwner {
  /** The connection can send another request within this many milliseconds. */
  freed(connection: Connection, keepAliveMs: number): void;
  /** The connection is closed. This may be called twice. */
  closed(connection: Connection): void;
}

/**
 * A connection to a subgraph, with one request in progress at a time. It reads bytes into its own buffer and
 * decodes them at once. It avoids Node streams, which cost more than the rest of an exchange.
 */
export class Connection {
  readonly #socket: Socket;
  #exchange: Exchange | undefined;
  readonly #reader: ResponseReader;

  constructor(
    url: URL,
    bodyBytes: number,
    private readonly owner: ConnectionOwner,
  ) {
    this.#reader = new ResponseReader(bodyBytes);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    const onread = { buffer, callback: (bytes: number) => this.#receive(buffer.subarray(0, bytes)) };
    const isTls = url.protocol === 'https:';
    const options = { host, port: Number(url.port || (isTls ? 443 : 80)), noDelay: true, onread };
    this.#socket = isTls
      ? connectTls({ ...options, ...(isIP(host) === 0 && { servername: host }), ALPNProtocols: ['http/1.1'] })
      : connectPlain(options);
    this.#socket.on('error', (error) => this.#fail(error, true));
    const end = () => {
      this.#end();
      this.owner.closed(this);
    };
    this.#socket.on('end', end);
    this.#socket.on('close', end);
  }

  carry(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#reader.begin();
    this.#socket.ref();
    this.#socket.write(exchange.message, exchange.encoding);
  }

  /** Abandons the request in progress. */
  destroy(): void {
    this.#exchange = undefined;
    this.#socket.destroy();
  }

  #receive(bytes: Buffer): boolean {
    const exchange = this.#exchange;
    // No request is in progress: these bytes must not become part of the next answer.
    if (!exchange) return this.#break();
    const reader = this.#reader;
    try {
      const body = reader.read(bytes);
      if (body === undefined) return true;
      this.#exchange = undefined;
      if (reader.keepAliveMs > 0) {
        this.#socket.unref();
        this.owner.freed(this, reader.keepAliveMs);
      } else this.#socket.destroy();
      exchange.answered(reader.status, body);
      return true;
    } catch (error) {
      this.#fail(error, false);
      return this.#break();
    }
  }

  #break(): false {
    this.#socket.destroy();
    return false;
  }

  #end(): void {
    const body = this.#exchange && this.#reader.end();
    if (body === undefined)
      return this.#fail(new Error('The connection ended before the answer was complete.'), true);
    const exchange = this.#exchange!;
    this.#exchange = undefined;
    exchange.answered(this.#reader.status, body);
  }

  #fail(cause: unknown, isBroken: boolean): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.failed(cause, isBroken);
  }
}
