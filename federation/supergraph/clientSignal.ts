/** A listener that stops its work when the client disconnects. */
export interface AbortListener {
  onAbort(): void;
}

/**
 * Notifies listeners when the client disconnects. An AbortSignal does the same, but its setup costs more than
 * the rest of a subgraph request.
 */
export class ClientSignal {
  readonly #listeners = new Set<AbortListener>();
  #reason: Error | undefined;

  get aborted(): boolean {
    return this.#reason !== undefined;
  }

  /** The reason for the abort; undefined before it. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  /** Adds a listener, which removes itself when its work is done. */
  add(listener: AbortListener): void {
    this.#listeners.add(listener);
  }

  delete(listener: AbortListener): void {
    this.#listeners.delete(listener);
  }

  abort(reason = new Error('The client has gone.')): void {
    if (this.aborted) return;
    this.#reason = reason;
    for (const listener of this.#listeners) listener.onAbort();
  }

  /** @throws the reason */
  throwIfAborted(): void {
    if (this.#reason) throw this.#reason;
  }
}
