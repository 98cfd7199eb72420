import '../telemetryOff.js';
import { type GraphQLDataSource, IntrospectAndCompose } from '@apollo/gateway';
import { PolkuError } from '../../schema/polkuError.js';
import type { DataSource } from './dataSource.js';
import { buildSupergraph, type Supergraph } from './supergraph.js';

export interface SubgraphSource {
  readonly name: string;
  /** Where it answers; `local:<name>` in this process. */
  readonly url: string;
  readonly dataSource: DataSource;
}

export interface SupergraphOptions {
  readonly subgraphs: readonly SubgraphSource[];
  /** How often the subgraphs are asked whether their schemas changed; never, if not given. */
  readonly pollIntervalInMs?: number | undefined;
  /** Told why a re-load failed; the supergraph before it goes on serving. */
  readonly onReloadError?: ((error: PolkuError) => void) | undefined;
}

export type SupergraphListener = (supergraph: Supergraph) => void;

/** The supergraph in service, which changes when the schema of a subgraph does. */
export interface LiveSupergraph {
  readonly current: Supergraph;
  /** Calls back on every later supergraph; the answer ends that. */
  onUpdate(listener: SupergraphListener): () => void;
  /** Asks the subgraphs for their schemas now. */
  reload(): Promise<void>;
  close(): void;
}

/**
 * Asks the subgraphs for their schemas and composes them.
 * @throws PolkuError SUBGRAPH_UNAVAILABLE where one does not answer, SUPERGRAPH_INVALID with every composition error
 */
export async function loadSupergraph(options: SupergraphOptions): Promise<LiveSupergraph> {
  const dataSources = new Map(options.subgraphs.map(({ name, dataSource }) => [name, dataSource]));
  const listeners = new Set<SupergraphListener>();
  const compose = composer(options.subgraphs);
  let current = buildSupergraph((await compose())!, dataSources);

  async function reload(): Promise<void> {
    const sdl = await compose();
    if (sdl === undefined || sdl === current.sdl) return;
    current = buildSupergraph(sdl, dataSources);
    for (const listener of listeners) listener(current);
  }

  const stopPolling = poll(reload, options);
  return {
    get current() {
      return current;
    },
    onUpdate(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    reload,
    close: stopPolling,
  };
}

function poll(
  reload: () => Promise<void>,
  { pollIntervalInMs, onReloadError }: SupergraphOptions,
): () => void {
  if (pollIntervalInMs === undefined) return () => {};
  let closed = false;
  let timer: NodeJS.Timeout;
  const schedule = () => {
    timer = setTimeout(async () => {
      await reload().catch((error: unknown) =>
        onReloadError?.(error instanceof PolkuError ? error : invalid(error)),
      );
      if (!closed) schedule();
    }, pollIntervalInMs).unref();
  };
  schedule();
  return () => {
    closed = true;
    clearTimeout(timer);
  };
}

/**
 * Composes by @apollo/gateway's own manager, asked again for each re-load: it answers undefined where no schema changed.
 * After a failure a new one is taken, for the old one has noted the changed schemas as known and would not compose them
 * again.
 */
function composer(subgraphs: readonly SubgraphSource[]): () => Promise<string | undefined> {
  const listed = subgraphs.map(({ name, url }) => ({ name, url }));
  const sources = new Map(subgraphs.map(({ name, dataSource }) => [name, dataSource]));
  let manager = new IntrospectAndCompose({ subgraphs: listed });
  return async () => {
    let unavailable: PolkuError | undefined;
    const getDataSource = ({ name }: { name: string }): GraphQLDataSource => ({
      async process() {
        try {
          const sdl = await sources.get(name)!.readSdl();
          if (sdl !== undefined) return { data: { _service: { sdl } } };
          throw new Error('The answer holds no schema.');
        } catch (cause) {
          const message = `The subgraph ${name} does not tell its schema.`;
          unavailable ??= new PolkuError('SUBGRAPH_UNAVAILABLE', message, { subgraph: name }, { cause });
          throw cause;
        }
      },
    });
    try {
      const { supergraphSdl } = await manager.initialize({
        update: () => {},
        healthCheck: async () => {},
        getDataSource,
      });
      return supergraphSdl ?? undefined;
    } catch (cause) {
      manager = new IntrospectAndCompose({ subgraphs: listed });
      throw unavailable ?? invalid(cause);
    }
  };
}

/** The manager writes each composition error on a line of its own, indented; anything else is one error. */
function invalid(cause: unknown): PolkuError {
  const [first, ...others] = String((cause as Error).message).split('\n\t');
  const errors = others.length > 0 ? others : [first];
  return new PolkuError(
    'SUPERGRAPH_INVALID',
    `The subgraphs do not compose:\n${errors.map((error) => `- ${error}`).join('\n')}`,
    { errors },
    { cause },
  );
}
