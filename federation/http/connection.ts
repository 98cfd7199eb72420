import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { hostOf } from '../../lib/httpClient.js';
import { refusedBy, serverFault } from '../../lib/tls/tlsFaults.js';
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

/** How a connection is encrypted. */
export interface ConnectionTls {
  readonly options: ConnectionOptions;
  /** The name that the certificate of the server must have. */
  readonly serverName: string;
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
  #hasReceived = false;

  constructor(
    url: URL,
    readonly tls: ConnectionTls | undefined,
    bodyBytes: number,
    private readonly owner: ConnectionOwner,
  ) {
    this.#reader = new ResponseReader(bodyBytes);
    const host = hostOf(url);
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    const onread = { buffer, callback: (bytes: number) => this.#receive(buffer.subarray(0, bytes)) };
    const options = { host, port: Number(url.port || (tls ? 443 : 80)), noDelay: true, onread };
    this.#socket = tls ? connectTls({ ...options, ...tls.options }) : connectPlain(options);
    this.#socket.on('error', (error) => this.#fail(this.#explained(error), true));
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
    this.#hasReceived = true;
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
      return this.#fail(
        this.#explained(new Error('The connection ended before the answer was complete.')),
        true,
      );
    const exchange = this.#exchange!;
    this.#exchange = undefined;
    exchange.answered(this.#reader.status, body);
  }

  /** A server of TLS 1.3 checks the client's certificate only after the client has sent its request. */
  #explained(error: Error): Error {
    if (!this.tls) return error;
    const { serverName } = this.tls;
    const isEnd = !/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ETIMEDOUT)$/.test(
      (error as NodeJS.ErrnoException).code ?? '',
    );
    return (
      serverFault(error, serverName) ??
      (isEnd && !this.#hasReceived ? refusedBy(serverName, 'closed') : error)
    );
  }

  #fail(cause: unknown, isBroken: boolean): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.failed(cause, isBroken);
  }
}
