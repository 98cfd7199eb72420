import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ResponseReader } from './responseReader.js';

const READ_BYTES = 64 * 2 ** 10;

/** What one request on a connection came to. */
export interface Exchange {
  /** The request as it goes over the wire, and how its characters become bytes. */
  readonly message: string;
  readonly encoding: 'latin1' | 'utf8';
  answered(status: number, body: string): void;
  /** @param isBroken whether the connection is to blame, so that the same request may fare better on another */
  failed(cause: unknown, isBroken: boolean): void;
}

/** To whom a connection belongs. */
export interface ConnectionOwner {
  /** It may carry another request, if that comes within so many milliseconds. */
  freed(connection: Connection, keptMs: number): void;
  /** It carries nothing any more; it may say so twice. */
  closed(connection: Connection): void;
}

/**
 * A connection to a subgraph, with one request under way at a time. Bytes come into a buffer of its own and go into text
 * at once, past the streams of Node, which cost more than all the rest of an exchange.
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
    const onread = { buffer, callback: (bytes: number) => this.#take(buffer.subarray(0, bytes)) };
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

  /** Gives up whatever is under way. */
  destroy(): void {
    this.#exchange = undefined;
    this.#socket.destroy();
  }

  #take(bytes: Buffer): boolean {
    const exchange = this.#exchange;
    // Nobody asked; whatever this is must not be taken for the next answer.
    if (!exchange) return this.#break();
    const reader = this.#reader;
    try {
      const body = reader.take(bytes);
      if (body === undefined) return true;
      this.#exchange = undefined;
      if (reader.keptMs > 0) {
        this.#socket.unref();
        this.owner.freed(this, reader.keptMs);
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
    if (body === undefined) return this.#fail(new Error('The connection ended before the answer did.'), true);
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
