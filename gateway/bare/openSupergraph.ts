import { Supergraph as FederatedSupergraph } from '@apollo/federation-internals';
import { keyScalars } from '../../schema/keys.js';
import { PolkuError } from '../../schema/polkuError.js';
import { PlanningThread } from '../supergraph/planning/planningThread.js';
import { type RemoteDataSource, remoteDataSource } from '../supergraph/remoteDataSource.js';
import { buildSupergraph, type Supergraph } from '../supergraph/supergraph.js';

/** Nobody asks, so nobody is named. */
const noProof = { forOperation: () => undefined, forComposition: () => undefined };

/** Large plans are made here, too: on this machine nobody waits for another's. */
const PLANNING_DEADLINE_MS = 60_000;

/** Types by which a supergraph is known to be of Polku. */
const ownTypes = [...keyScalars, 'Feed', 'IdentityCode'];

export interface OpenSupergraph {
  readonly supergraph: Supergraph;
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
  close(): Promise<void>;
}

/**
 * Opens a composed supergraph over the subgraphs that it names.
 * @param sdl what composition wrote, of Federation 2
 * @throws PolkuError SUPERGRAPH_INVALID, BARE_GATEWAY_REFUSES
 */
export function openSupergraph(sdl: string): OpenSupergraph {
  const subgraphs = subgraphsOf(sdl);
  const sources = new Map<string, RemoteDataSource>(
    subgraphs.map(({ name, url }) => [
      name,
      remoteDataSource({ name, url: readUrl(name, url), proof: noProof }),
    ]),
  );
  const supergraph = buildSupergraph(sdl, sources, {
    checked: [],
    planner: (text) => new PlanningThread(text, PLANNING_DEADLINE_MS),
  });
  const own = ownTypes.filter((name) => supergraph.schema.getType(name));
  if (own.length > 0) {
    throw new PolkuError(
      'BARE_GATEWAY_REFUSES',
      `This supergraph has the types ${own.join(', ')}, so it is over registries of Polku, whose data only a gateway with identities and policies may serve: polku serve.`,
      { types: own },
    );
  }
  const close = async () => {
    supergraph.planner.close();
    await Promise.all([...sources.values()].map((source) => source.close()));
  };
  return { supergraph, subgraphs, close };
}

function subgraphsOf(sdl: string): OpenSupergraph['subgraphs'] {
  try {
    return FederatedSupergraph.build(sdl).subgraphsMetadata();
  } catch (cause) {
    const message = `The file is no supergraph of Federation 2: ${(cause as Error).message}`;
    throw new PolkuError('SUPERGRAPH_INVALID', message, {}, { cause });
  }
}

function readUrl(name: string, url: string): URL {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target?.protocol === 'http:' || target?.protocol === 'https:') return target;
  throw new PolkuError(
    'SUPERGRAPH_INVALID',
    `The subgraph ${name} needs an address by http or https; the supergraph says "${url}".`,
    { subgraph: name },
  );
}
