import type { Dispatcher } from 'undici';

export interface HttpRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpLimits {
  /** From sending the request to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** An exchange that did not come to its end. */
export class ExchangeFailed extends Error {
  constructor(
    cause: unknown,
    /** Whether the connection is to blame, so that the same request may fare better on another. */
    readonly onConnection: boolean,
  ) {
    super('The exchange was cut off.', { cause });
  }
}

/** Statuses of whoever stands before a subgraph that is not there (RFC 9110 §15.6.3-5). */
const NOT_THERE: ReadonlySet<number> = new Set([502, 503, 504]);

/**
 * Posts JSON and answers the body as text, whatever the status. It goes by undici's own handlers, which cost half of what
 * its streams and promises do.
 * @throws ExchangeFailed; the signal's reason, if it is aborted
 */
export function postJson(dispatcher: Dispatcher, request: HttpRequest, limits: HttpLimits): Promise<string> {
  return new Promise((resolve, reject) => {
    const exchange = new Exchange(resolve, reject, limits);
    dispatcher.dispatch({ method: 'POST', ...request }, exchange);
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #chunks: Buffer[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort: () => void;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #ended = false;

  constructor(
    private readonly resolve: (text: string) => void,
    private readonly reject: (error: unknown) => void,
    private readonly limits: HttpLimits,
  ) {
    this.#timer = setTimeout(() => this.#fail(new Error('Not answered in time.'), false), limits.timeoutMs);
    this.#onAbort = () => this.#fail(limits.signal!.reason, false);
    limits.signal?.addEventListener('abort', this.#onAbort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#ended) controller.abort(new Error('Given up before it began.'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (NOT_THERE.has(this.#status)) return this.#fail(new Error(`Status ${this.#status}.`), true);
    if (!this.#end()) return;
    const [first] = this.#chunks;
    const bytes = this.#chunks.length === 1 ? first! : Buffer.concat(this.#chunks);
    this.resolve(bytes.toString('utf8'));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error, (error as { code?: unknown }).code !== 'UND_ERR_RES_EXCEEDED_MAX_SIZE');
  }

  #fail(cause: unknown, onConnection: boolean): void {
    if (!this.#end()) return;
    const { signal } = this.limits;
    this.reject(signal?.aborted ? signal.reason : new ExchangeFailed(cause, onConnection));
    this.#controller?.abort(cause instanceof Error ? cause : new Error('Given up.'));
  }

  #end(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.limits.signal?.removeEventListener('abort', this.#onAbort);
    return true;
  }
}
