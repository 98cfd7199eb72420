import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import type { SubgraphSdl } from '../../policies/engine/parse/readSubgraph.js';
import { PolkuError } from '../../schema/polkuError.js';
import type { DataSource } from './dataSource.js';
import { buildSupergraph, type Supergraph, type SupergraphSettings } from './supergraph.js';

export interface SubgraphSource {
  /** The committed SDL: what the subgraph may be asked and handed, whatever it answers itself. */
  readonly contract: SubgraphSdl;
  readonly dataSource: DataSource;
}

/**
 * Composes the supergraph of the contracts, whatever the subgraphs themselves answer.
 * @throws PolkuError SUPERGRAPH_INVALID with every composition error
 */
export function loadSupergraph(
  subgraphs: readonly SubgraphSource[],
  settings?: SupergraphSettings,
): Supergraph {
  const sdl = composeContracts(subgraphs.map(({ contract }) => contract));
  const dataSources = new Map(subgraphs.map(({ contract, dataSource }) => [contract.name, dataSource]));
  return buildSupergraph(sdl, dataSources, settings);
}

/** @throws PolkuError SUPERGRAPH_INVALID with every composition error */
export function composeContracts(contracts: readonly SubgraphSdl[]): string {
  const { supergraphSdl, errors } = composeServices(
    contracts.map(({ name, sdl }) => ({ name, url: `local:${name}`, typeDefs: parseSdl(name, sdl) })),
  );
  if (supergraphSdl === undefined) throw invalid((errors ?? []).map(({ message }) => message));
  return supergraphSdl;
}

function parseSdl(name: string, sdl: string): ReturnType<typeof parse> {
  try {
    return parse(sdl);
  } catch (cause) {
    throw invalid([`[${name}] ${(cause as Error).message}`], cause);
  }
}

function invalid(errors: readonly string[], cause?: unknown): PolkuError {
  return new PolkuError(
    'SUPERGRAPH_INVALID',
    `The subgraphs do not compose:\n${errors.map((error) => `- ${error}`).join('\n')}`,
    { errors },
    { cause },
  );
}
