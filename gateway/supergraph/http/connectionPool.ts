import type { ClientSignal } from '../clientSignal.js';
import { Connection, type ConnectionOwner } from './connection.js';
import { Deadlines } from './deadlines.js';
import { PostExchange } from './postExchange.js';

/** How long a connection waits for another request; servers close idle ones after five seconds and more. */
const IDLE_MS = 4_000;
/** How much earlier than a server says it will close a connection it is given up. */
const MARGIN_MS = 1_000;

export interface PoolOptions {
  /** Connections at a time; further requests wait for one. */
  readonly connections: number;
  /** How large an answer may be. */
  readonly bodyBytes: number;
  /** Milliseconds from the request to the last byte of its answer. */
  readonly timeoutMs: number;
}

interface Idle {
  readonly connection: Connection;
  /** When the server may close it, by performance.now(). */
  readonly until: number;
}

/** The connections to one subgraph. */
export class ConnectionPool implements ConnectionOwner {
  readonly #open = new Set<Connection>();
  /** The last that became free is taken first, so that those too many grow old. */
  readonly #idle: Idle[] = [];
  readonly #waiting = new Set<PostExchange>();
  readonly #deadlines: Deadlines;
  readonly #sweep: NodeJS.Timeout;
  /** The head of every request as far as it is always the same. */
  readonly #head: string;

  constructor(
    private readonly url: URL,
    private readonly options: PoolOptions,
  ) {
    this.#head = `POST ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\n`;
    this.#deadlines = new Deadlines(options.timeoutMs);
    this.#sweep = setInterval(() => this.#dropOld(), IDLE_MS).unref();
  }

  /**
   * Posts JSON and answers the body as text, whatever the status.
   * @param fields lines of the head, each with its end
   * @throws ExchangeFailed; the signal's reason, if it is aborted
   */
  post(fields: string, body: string, signal: ClientSignal | undefined): Promise<string> {
    return new Promise((resolve, reject) => {
      const bytes = Buffer.byteLength(body);
      const message = `${this.#head}${fields}content-length: ${bytes}\r\n\r\n${body}`;
      const exchange = new PostExchange(message, bytes === body.length, {
        deadlines: this.#deadlines,
        signal,
        resolve,
        reject,
      });
      const connection = this.#free();
      if (connection) exchange.goOver(connection);
      else this.#waiting.add(exchange);
    });
  }

  freed(connection: Connection, keptMs: number): void {
    const next = this.#nextWaiting();
    if (next) return next.goOver(connection);
    const until = performance.now() + Math.min(IDLE_MS, keptMs - MARGIN_MS);
    this.#idle.push({ connection, until });
  }

  closed(connection: Connection): void {
    if (!this.#open.delete(connection)) return;
    const at = this.#idle.findIndex((idle) => idle.connection === connection);
    if (at >= 0) this.#idle.splice(at, 1);
    const next = this.#nextWaiting();
    if (next) next.goOver(this.#connect());
  }

  close(): void {
    clearInterval(this.#sweep);
    for (const exchange of this.#waiting) exchange.failed(new Error('Closed.'), false);
    for (const connection of this.#open) connection.destroy();
  }

  #free(): Connection | undefined {
    const now = performance.now();
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (idle.until > now) return idle.connection;
      idle.connection.destroy();
    }
    return this.#open.size < this.options.connections ? this.#connect() : undefined;
  }

  #connect(): Connection {
    const connection = new Connection(this.url, this.options.bodyBytes, this);
    this.#open.add(connection);
    return connection;
  }

  #nextWaiting(): PostExchange | undefined {
    for (const exchange of this.#waiting) {
      this.#waiting.delete(exchange);
      if (!exchange.isOver) return exchange;
    }
    return undefined;
  }

  #dropOld(): void {
    const now = performance.now();
    const old = this.#idle.filter(({ until }) => until <= now);
    for (const { connection } of old) connection.destroy();
  }
}
