import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  DataSource,
  Fetch,
  FetchContext,
  SubgraphResponse,
} from '../../federation/supergraph/dataSource.js';
import { PolkuError } from '../../lib/errors.js';
import type { SubgraphSdl } from '../../policies/engine/parse/readSubgraph.js';
import { CLOCK_TOLERANCE_SECONDS } from '../../schema/tokens/callerToken.js';
import { contractDifferences } from './contractDifferences.js';
import type { RegistrySource } from './registrySource.js';

/** The same fault of a registry is reported once in this time. */
const REPORT_AGAIN_MS = 60_000;
/** A registry that takes longer to answer its schema counts as unreachable. */
const LATE_MS = 1_500;
/** The precision of a comparison of clocks: HTTP dates are in whole seconds, and the exchange takes time. */
const CLOCK_PRECISION_SECONDS = 2;

/**
 * What is known about a remote registry: nothing yet, that it answers its contract, or that it answers
 * another schema and is sent nothing.
 */
type Standing = 'unknown' | 'pinned' | 'cut-off';

/** What the gateway knows about a registry without asking it. */
export interface RegistryState {
  /** Whether it answered when it was last asked for its schema. */
  readonly isReachable: boolean;
  /** How its schema differs from its contract. If there are any, it is sent nothing. */
  readonly differences: readonly string[];
}

/** News about a registry: it is served, or the reason why it is not served or cannot be asked. */
export interface RegistryEvent {
  readonly registry: string;
  readonly fault: PolkuError | undefined;
}

/**
 * A remote registry that must answer its committed SDL. It is sent nothing until it has answered that SDL,
 * and nothing any more once it answers another.
 */
export class PinnedSource implements DataSource {
  #standing: Standing = 'unknown';
  /** The last answer that fitted the contract. */
  #fitting: string | undefined;
  /** When a check began that has not ended yet. */
  #askedAt: number | undefined;
  /** What the last check found; undefined if all is well. */
  #fault: PolkuError | undefined;
  #reported: { readonly message: string; readonly at: number } | undefined;

  constructor(
    readonly contract: SubgraphSdl,
    private readonly source: RegistrySource,
    private readonly report: (event: RegistryEvent) => void,
  ) {}

  get standing(): Standing {
    return this.#standing;
  }

  get state(): RegistryState {
    const fault = this.#fault;
    const isBroken = fault?.code === 'SUBGRAPH_CONTRACT_BROKEN';
    return {
      isReachable: isBroken || (fault === undefined && this.#standing !== 'unknown'),
      differences: isBroken ? (fault.details['differences'] as readonly string[]) : [],
    };
  }

  async fetch(fetch: Fetch, context: FetchContext): Promise<SubgraphResponse> {
    const { name } = this.contract;
    if (this.#standing !== 'pinned')
      throw new PolkuError('SUBGRAPH_UNAVAILABLE', 'A registry did not answer.', { subgraph: name });
    try {
      return await this.source.fetch(fetch, context);
    } catch (error) {
      if (isRefusal(error)) void this.#reportRefusal(error.cause);
      const fault = tlsFaultIn(error);
      // A registry may also end a connection because it stops.
      if (fault && fault.details['reason'] !== 'closed') this.#reportFault(unavailable(name, fault));
      throw error;
    }
  }

  /**
   * Returns if the registry answered its contract at the last check.
   * @throws PolkuError SUBGRAPH_UNAVAILABLE, SUBGRAPH_CONTRACT_BROKEN, CONTEXT_REFUSED
   */
  requireServed(): void {
    const isLate = this.#askedAt !== undefined && performance.now() - this.#askedAt > LATE_MS;
    if (isLate) throw unavailable(this.contract.name, undefined);
    if (this.#fault) throw this.#fault;
  }

  /**
   * Compares the schema that the registry answers now with its contract. Without an answer its standing does
   * not change.
   * @returns whether it has answered
   */
  async check(): Promise<boolean> {
    this.#askedAt = performance.now();
    try {
      return await this.#compare();
    } finally {
      this.#askedAt = undefined;
    }
  }

  async #compare(): Promise<boolean> {
    const { name, sdl: committed } = this.contract;
    let answered: string;
    try {
      answered = (await this.source.readSdl()) ?? '';
    } catch (error) {
      if (isRefusal(error)) {
        this.#fault = error.cause;
        await this.#reportRefusal(error.cause);
        return true;
      }
      this.#reportFault(unavailable(name, tlsFaultIn(error)));
      return false;
    }
    if (answered === this.#fitting && this.#standing === 'pinned') {
      this.#fault = undefined;
      return true;
    }
    const differences = contractDifferences(committed, answered);
    if (differences.length > 0) {
      this.#standing = 'cut-off';
      this.#reportFault(contractBroken(name, differences, answered));
    } else {
      this.#fitting = answered;
      this.#fault = undefined;
      if (this.#standing === 'pinned') return true;
      this.#standing = 'pinned';
      this.#reported = undefined;
      this.report({ registry: name, fault: undefined });
    }
    return true;
  }

  close(): Promise<void> {
    return this.source.close();
  }

  async #reportRefusal({ message, details }: PolkuError): Promise<void> {
    if (this.#wasReported(message)) return;
    this.#note(message);
    const secondsAhead = await this.source.secondsAhead();
    const fault = new PolkuError('CONTEXT_REFUSED', `${message} ${clockWords(secondsAhead)}`, {
      ...details,
      secondsAhead,
    });
    this.report({ registry: this.contract.name, fault });
  }

  #reportFault(fault: PolkuError): void {
    this.#fault = fault;
    if (this.#wasReported(fault.message)) return;
    this.#note(fault.message);
    this.report({ registry: this.contract.name, fault });
  }

  #wasReported(message: string): boolean {
    const reported = this.#reported;
    return (
      reported !== undefined &&
      reported.message === message &&
      performance.now() - reported.at < REPORT_AGAIN_MS
    );
  }

  #note(message: string): void {
    this.#reported = { message, at: performance.now() };
  }
}

/** Names only the coordinates that differ from the contract, and identifies the text by its hash. */
export function contractBroken(name: string, differences: readonly string[], sdl: string): PolkuError {
  const sha256 = createHash('sha256').update(sdl).digest('hex');
  return new PolkuError(
    'SUBGRAPH_CONTRACT_BROKEN',
    `The subgraph ${name} answers another schema than schema/subgraphs/${name}.graphql and is not served: ${differences.join('; ')}. SHA-256 of its schema: ${sha256}.`,
    { subgraph: name, differences, sha256 },
  );
}

function unavailable(name: string, fault: PolkuError | undefined): PolkuError {
  const message = `The subgraph ${name} does not answer its schema.`;
  return fault
    ? new PolkuError('SUBGRAPH_UNAVAILABLE', `${message} ${fault.message}`, fault.details, { cause: fault })
    : new PolkuError('SUBGRAPH_UNAVAILABLE', message);
}

/** Finds why one side of TLS did not accept the other. */
function tlsFaultIn(error: unknown): PolkuError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof PolkuError && /^TLS_/.test(cause.code)) return cause;
  return undefined;
}

/** Compares the clocks: a wrong clock is the most frequent reason why a registry refuses its own gateway. */
function clockWords(secondsAhead: number | undefined): string {
  if (secondsAhead === undefined) return 'It does not send the time of its clock.';
  const seconds = Math.abs(secondsAhead);
  if (seconds < CLOCK_PRECISION_SECONDS)
    return 'Their clocks agree: compare the gateway key, the name of the subgraph and the identity provider.';
  const direction = secondsAhead < 0 ? 'behind' : 'ahead of';
  return `Its clock is ${seconds} s ${direction} the gateway's; ${CLOCK_TOLERANCE_SECONDS} s are tolerated.`;
}

function isRefusal(error: unknown): error is PolkuError & { readonly cause: PolkuError } {
  return (
    error instanceof PolkuError && error.cause instanceof PolkuError && error.cause.code === 'CONTEXT_REFUSED'
  );
}

/** How long a start waits for registries that do not answer yet, and how often it asks them. */
const START_WAIT_MS = 60_000;
const START_RETRY_MS = 1_000;
/**
 * How often the gateway checks whether a registry still answers its contract: the gateway is not ready within
 * two seconds after one stops.
 */
const POLL_MS = 1_000;

interface WatchTimes {
  readonly startWaitMs?: number;
  readonly startRetryMs?: number;
  readonly pollMs?: number;
}

/**
 * Compares every remote registry with its contract periodically, each independently. Departments start their
 * registries when they choose, so the start waits a while for those that do not answer. Then it continues
 * without them.
 * @returns a function that ends the watch
 */
export async function watchRegistries(
  registries: readonly PinnedSource[],
  { startWaitMs = START_WAIT_MS, startRetryMs = START_RETRY_MS, pollMs = POLL_MS }: WatchTimes = {},
): Promise<() => void> {
  const deadline = performance.now() + startWaitMs;
  await Promise.all(
    registries.map(async (registry) => {
      while (!(await registry.check()) && performance.now() < deadline) await sleep(startRetryMs);
    }),
  );
  const stops = registries.map((registry) => poll(registry, pollMs));
  return () => stops.forEach((stop) => stop());
}

function poll(registry: PinnedSource, pollMs: number): () => void {
  let isOver = false;
  let timer: NodeJS.Timeout;
  const schedule = (): void => {
    timer = setTimeout(async () => {
      await registry.check();
      if (!isOver) schedule();
    }, pollMs).unref();
  };
  schedule();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
