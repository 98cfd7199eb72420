import { hostOf } from '../../lib/httpClient.js';
import type { LiveTlsFiles } from '../../lib/tls/liveTlsFiles.js';
import { tlsClientOptions } from '../../lib/tls/tlsClient.js';
import type { AbortListener, ClientSignal } from '../supergraph/clientSignal.js';
import { Connection, type ConnectionOwner, type ConnectionTls, type Exchange } from './connection.js';

/**
 * How long an idle connection waits for another request. Servers close idle connections after five seconds or
 * more.
 */
const IDLE_MS = 4_000;
/** How long before the announced timeout of the server a connection is abandoned. */
const MARGIN_MS = 1_000;

/** What proves the names of both sides. */
export interface PoolTls {
  /** The name that the server's certificate must have; by default the host of the address. */
  readonly serverName?: string | undefined;
  /** By default the client has no certificate, and the authorities of Node.js are trusted. */
  readonly files?: LiveTlsFiles | undefined;
}

interface PoolOptions {
  /** Maximum number of open connections; more requests wait for one. */
  readonly connections: number;
  /** Maximum size of an answer. */
  readonly bodyBytes: number;
  /** Maximum milliseconds from the request to the last byte of its answer. */
  readonly timeoutMs: number;
  readonly tls?: PoolTls | undefined;
}

interface Idle {
  readonly connection: Connection;
  /** When the server may close it, in terms of performance.now(). */
  readonly until: number;
}

/** The connections to one subgraph. */
export class ConnectionPool implements ConnectionOwner {
  readonly #open = new Set<Connection>();
  /** The most recently freed connection is reused first, so that surplus connections expire. */
  readonly #idle: Idle[] = [];
  readonly #waiting = new Set<PostExchange>();
  readonly #deadlines: Deadlines;
  readonly #sweep: NodeJS.Timeout;
  /** The part of the head that is the same in every request. */
  readonly #head: string;
  #tls: ConnectionTls | undefined;

  constructor(
    private readonly url: URL,
    private readonly options: PoolOptions,
  ) {
    this.#head = `POST ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\n`;
    this.#deadlines = new Deadlines(options.timeoutMs);
    this.#sweep = setInterval(() => this.#dropOld(), IDLE_MS).unref();
    this.#tls = this.#currentTls();
    options.tls?.files?.onChange(() => this.#renewTls());
  }

  /**
   * Posts JSON and returns the body as text, for every status.
   * @param fields lines of the head, each with its line end
   * @throws ExchangeFailed; the reason of the signal, if it is aborted
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
      if (connection) exchange.sendOver(connection);
      else this.#waiting.add(exchange);
    });
  }

  freed(connection: Connection, keepAliveMs: number): void {
    // Its end connects for a request that waits.
    if (connection.tls !== this.#tls) return connection.destroy();
    const next = this.#nextWaiting();
    if (next) return next.sendOver(connection);
    const until = performance.now() + Math.min(IDLE_MS, keepAliveMs - MARGIN_MS);
    this.#idle.push({ connection, until });
  }

  closed(connection: Connection): void {
    if (!this.#open.delete(connection)) return;
    const at = this.#idle.findIndex((idle) => idle.connection === connection);
    if (at >= 0) this.#idle.splice(at, 1);
    const next = this.#nextWaiting();
    if (next) next.sendOver(this.#connect());
  }

  close(): void {
    clearInterval(this.#sweep);
    for (const exchange of this.#waiting)
      exchange.failed(new Error('The connection pool was closed.'), false);
    for (const connection of this.#open) connection.destroy();
  }

  #currentTls(): ConnectionTls | undefined {
    if (this.url.protocol !== 'https:') return undefined;
    const { serverName = hostOf(this.url), files } = this.options.tls ?? {};
    return { serverName, options: tlsClientOptions(serverName, files?.material) };
  }

  /** Uses new files for new connections; a connection from before ends with its answer. */
  #renewTls(): void {
    this.#tls = this.#currentTls();
    for (const { connection } of this.#idle.splice(0)) connection.destroy();
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
    const connection = new Connection(this.url, this.#tls, this.options.bodyBytes, this);
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

/** An exchange that did not complete. */
export class ExchangeFailed extends Error {
  constructor(
    cause: unknown,
    /** Whether a retry on another connection may succeed. */
    readonly isBroken: boolean,
  ) {
    super('The exchange did not complete.', { cause });
  }
}

/** Statuses that a proxy sends for an unavailable subgraph (RFC 9110 §15.6.3-5). */
const UNAVAILABLE_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);

/** How an exchange ends: its deadline, its abort signal and its callbacks. */
interface PostEnd {
  readonly deadlines: Deadlines;
  readonly signal: ClientSignal | undefined;
  resolve(body: string): void;
  reject(error: unknown): void;
}

/** One request with its answer. It ends at its deadline, or when the client disconnects. */
class PostExchange implements Exchange, AbortListener, Timed {
  readonly encoding: 'latin1' | 'utf8';
  readonly since = performance.now();
  #connection: Connection | undefined;
  #isOver = false;

  constructor(
    readonly message: string,
    isAscii: boolean,
    private readonly end: PostEnd,
  ) {
    this.encoding = isAscii ? 'latin1' : 'utf8';
    end.deadlines.add(this);
    end.signal?.add(this);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  sendOver(connection: Connection): void {
    this.#connection = connection;
    connection.carry(this);
  }

  answered(status: number, body: string): void {
    if (UNAVAILABLE_STATUSES.has(status)) return this.failed(new Error(`Status ${status}.`), true);
    if (this.#end()) this.end.resolve(body);
  }

  failed(cause: unknown, isBroken: boolean): void {
    if (!this.#end()) return;
    const { signal } = this.end;
    this.end.reject(signal?.aborted ? signal.reason : new ExchangeFailed(cause, isBroken));
  }

  onAbort(): void {
    this.#giveUp(this.end.signal!.reason);
  }

  timedOut(): void {
    this.#giveUp(new Error('The subgraph did not answer in time.'));
  }

  #giveUp(cause: unknown): void {
    this.failed(cause, false);
    this.#connection?.destroy();
  }

  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.end.deadlines.delete(this);
    this.end.signal?.delete(this);
    return true;
  }
}

/** Work with a deadline. */
interface Timed {
  /** When it began, in terms of performance.now(). */
  readonly since: number;
  timedOut(): void;
}

/** Ends work that takes too long. One timer is enough, since work is added in order of its start. */
export class Deadlines {
  readonly #underWay = new Set<Timed>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly timeoutMs: number) {}

  add(timed: Timed): void {
    this.#underWay.add(timed);
    this.#timer ??= this.#wait(this.timeoutMs);
  }

  /** Removes work that has ended by itself. */
  delete(timed: Timed): void {
    this.#underWay.delete(timed);
  }

  /** Sockets keep the process alive while work is in progress; the timer must not. */
  #wait(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => this.#check(), milliseconds).unref();
  }

  #check(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const timed of this.#underWay) {
      const left = timed.since + this.timeoutMs - now;
      if (left > 0) {
        this.#timer ??= this.#wait(left);
        return;
      }
      this.#underWay.delete(timed);
      timed.timedOut();
    }
  }
}
