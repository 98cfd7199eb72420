import type { ClientServant, ClientSignal } from '../clientSignal.js';
import type { Connection, Exchange } from './connection.js';

export interface PostLimits {
  /** From sending the request to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly signal: ClientSignal | undefined;
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

interface Settle {
  resolve(body: string): void;
  reject(error: unknown): void;
}

/** One request with its answer, which has to come in time and while somebody waits for it. */
export class PostExchange implements Exchange, ClientServant {
  readonly encoding: 'latin1' | 'utf8';
  readonly #timer: NodeJS.Timeout;
  #connection: Connection | undefined;
  #isOver = false;

  constructor(
    readonly message: string,
    isAscii: boolean,
    private readonly limits: PostLimits,
    private readonly settle: Settle,
  ) {
    this.encoding = isAscii ? 'latin1' : 'utf8';
    this.#timer = setTimeout(() => this.#giveUp(new Error('Not answered in time.')), limits.timeoutMs);
    limits.signal?.add(this);
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
    if (this.#end()) this.settle.resolve(body);
  }

  failed(cause: unknown, isBroken: boolean): void {
    if (!this.#end()) return;
    const { signal } = this.limits;
    this.settle.reject(signal?.aborted ? signal.reason : new ExchangeFailed(cause, isBroken));
  }

  clientGone(): void {
    this.#giveUp(this.limits.signal!.reason);
  }

  #giveUp(cause: unknown): void {
    this.failed(cause, false);
    this.#connection?.destroy();
  }

  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.limits.signal?.delete(this);
    return true;
  }
}
