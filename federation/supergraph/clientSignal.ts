/** Somebody who works for a client, and stops when it has gone. */
export interface ClientServant {
  clientGone(): void;
}

/**
 * Tells those who work for a client that it has gone. An AbortSignal would do the same, and takes longer than all else that
 * the requests to subgraphs set up.
 */
export class ClientSignal {
  readonly #servants = new Set<ClientServant>();
  #reason: Error | undefined;

  get aborted(): boolean {
    return this.#reason !== undefined;
  }

  /** Why it was aborted; undefined as long as it is not. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  /** Tells somebody when the client goes, who takes himself out when he is done. */
  add(servant: ClientServant): void {
    this.#servants.add(servant);
  }

  delete(servant: ClientServant): void {
    this.#servants.delete(servant);
  }

  abort(reason = new Error('The client has gone.')): void {
    if (this.aborted) return;
    this.#reason = reason;
    for (const servant of this.#servants) servant.clientGone();
  }

  /** @throws the reason */
  throwIfAborted(): void {
    if (this.#reason) throw this.#reason;
  }
}
