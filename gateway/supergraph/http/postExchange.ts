import type { ClientServant, ClientSignal } from '../clientSignal.js';
import type { Connection, Exchange } from './connection.js';
import type { Deadlines, Timed } from './deadlines.js';

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
export class PostExchange implements Exchange, ClientServant, Timed {
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
