import { createHash } from 'node:crypto';
import type { SubgraphSdl } from '../../policies/engine/parse/readSubgraph.js';
import { PolkuError } from '../../schema/polkuError.js';
import { contractDifferences } from './contractDifferences.js';
import type { DataSource, Fetch, SubgraphResponse } from './dataSource.js';
import type { FetchContext } from './fetchContext.js';
import type { RemoteDataSource } from './remoteDataSource.js';

/** The same trouble with a registry is reported once in this time. */
const REPORT_AGAIN_MS = 60_000;

/**
 * What is known of a registry elsewhere: nothing yet, that it answers its contract, or that it answers another schema and is
 * sent nothing.
 */
export type Standing = 'unknown' | 'pinned' | 'cut-off';

/**
 * A registry elsewhere, held to the SDL that is committed for it. It is asked for nothing before it has answered that, and
 * for nothing any more once it answers another.
 */
export class PinnedSource implements DataSource {
  #standing: Standing = 'unknown';
  #lastReport = '';
  #lastReportAt = -Infinity;

  /** @param report told of every change of standing, and why the registry cannot be asked */
  constructor(
    readonly contract: SubgraphSdl,
    private readonly source: RemoteDataSource,
    private readonly report: (event: PolkuError | string) => void,
  ) {}

  get standing(): Standing {
    return this.#standing;
  }

  async fetch(fetch: Fetch, context: FetchContext): Promise<SubgraphResponse> {
    if (this.#standing !== 'pinned') throw notServed(this.contract.name);
    try {
      return await this.source.fetch(fetch, context);
    } catch (error) {
      if (isRefusal(error)) this.#reportOnce(error.cause);
      throw error;
    }
  }

  /**
   * Compares what the registry answers now with its contract. One that does not answer keeps its standing.
   * @returns whether it has answered
   */
  async check(): Promise<boolean> {
    let sdl: string;
    try {
      sdl = (await this.source.readSdl()) ?? '';
    } catch (error) {
      const told = isRefusal(error)
        ? error.cause
        : new PolkuError(
            'SUBGRAPH_UNAVAILABLE',
            `The subgraph ${this.contract.name} does not tell its schema.`,
          );
      this.#reportOnce(told);
      return isRefusal(error);
    }
    const differences = contractDifferences(this.contract.sdl, sdl);
    if (differences.length > 0) {
      this.#standing = 'cut-off';
      this.#reportOnce(contractBroken(this.contract.name, differences, sdl));
    } else if (this.#standing !== 'pinned') {
      this.#standing = 'pinned';
      this.#lastReport = '';
      this.report(`The subgraph ${this.contract.name} answers its contract and is served.`);
    }
    return true;
  }

  close(): Promise<void> {
    return this.source.close();
  }

  #reportOnce(event: PolkuError): void {
    const now = performance.now();
    if (event.message === this.#lastReport && now - this.#lastReportAt < REPORT_AGAIN_MS) return;
    [this.#lastReport, this.#lastReportAt] = [event.message, now];
    this.report(event);
  }
}

/** Says what differs from the contract by coordinates alone, and names the text itself by its hash. */
export function contractBroken(name: string, differences: readonly string[], sdl: string): PolkuError {
  const sha256 = createHash('sha256').update(sdl).digest('hex');
  return new PolkuError(
    'SUBGRAPH_CONTRACT_BROKEN',
    `The subgraph ${name} answers another schema than schema/subgraphs/${name}.graphql and is not served: ${differences.join('; ')}. SHA-256 of its schema: ${sha256}.`,
    { subgraph: name, differences, sha256 },
  );
}

function notServed(name: string): PolkuError {
  return new PolkuError('SUBGRAPH_UNAVAILABLE', 'A registry did not answer.', { subgraph: name });
}

function isRefusal(error: unknown): error is PolkuError & { readonly cause: PolkuError } {
  return (
    error instanceof PolkuError && error.cause instanceof PolkuError && error.cause.code === 'CONTEXT_REFUSED'
  );
}
