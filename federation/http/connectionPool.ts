import type { ClientServant, ClientSignal } from '../supergraph/clientSignal.js';
import { Connection, type ConnectionOwner, type Exchange } from './connection.js';

/** How long a connection waits for another request; servers close idle ones after five seconds and more. */
const IDLE_MS = 4_000;
/** How much earlier than a server says it will close a connection it is given up. */
const MARGIN_MS = 1_000;

interface PoolOptions {
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

/** An exchange that did not come to its end. */
export class ExchangeFailed extends Error {
  constructor(
    cause: unknown,
    /** Whether the same request may fare better on another connection. */
    readonly isBroken: boolean,
  ) {
    super('The exchange was cut off.', { cause });
  }
}

/** Statuses of whoever stands before a subgraph that is not there (RFC 9110 §15.6.3-5). */
const NOT_THERE: ReadonlySet<number> = new Set([502, 503, 504]);

/** Until when an exchange is waited for, and who is told of its end. */
interface PostEnd {
  readonly deadlines: Deadlines;
  readonly signal: ClientSignal | undefined;
  resolve(body: string): void;
  reject(error: unknown): void;
}

/** One request with its answer, which has to come in time and while somebody waits for it. */
class PostExchange implements Exchange, ClientServant, Timed {
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

  goOver(connection: Connection): void {
    this.#connection = connection;
    connection.carry(this);
  }

  answered(status: number, body: string): void {
    if (NOT_THERE.has(status)) return this.failed(new Error(`Status ${status}.`), true);
    if (this.#end()) this.end.resolve(body);
  }

  failed(cause: unknown, isBroken: boolean): void {
    if (!this.#end()) return;
    const { signal } = this.end;
    this.end.reject(signal?.aborted ? signal.reason : new ExchangeFailed(cause, isBroken));
  }

  clientGone(): void {
    this.#giveUp(this.end.signal!.reason);
  }

  timedOut(): void {
    this.#giveUp(new Error('Not answered in time.'));
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

/** What has to end in time. */
interface Timed {
  /** When it began, by performance.now(). */
  readonly since: number;
  timedOut(): void;
}

/** Ends what takes too long. One timer serves all that is under way, since each begins after the one before. */
export class Deadlines {
  readonly #underWay = new Set<Timed>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly timeoutMs: number) {}

  add(timed: Timed): void {
    this.#underWay.add(timed);
    this.#timer ??= this.#wait(this.timeoutMs);
  }

  /** It has ended by itself. */
  delete(timed: Timed): void {
    this.#underWay.delete(timed);
  }

  /** Sockets keep a process alive for what is under way; a timer that outlives it must not. */
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
