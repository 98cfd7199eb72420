import { PolkuError } from '../../schema/polkuError.js';
import type { Feed } from '../../schema/feed.js';

/** @throws PolkuError SUBGRAPH_UNAVAILABLE where a registry failed */
export function checkAnswered(feeds: readonly (readonly [registry: string, Feed])[]): void {
  for (const [registry, { state }] of feeds) if (state === 'failed') throw unanswered(registry);
}

export function unanswered(registry: string): PolkuError {
  return new PolkuError(
    'SUBGRAPH_UNAVAILABLE',
    `The registry ${registry} did not answer, so nothing is foretold.`,
    { registry },
  );
}

export function otherForm(registry: string): PolkuError {
  return new PolkuError('SUBGRAPH_UNAVAILABLE', `The registry ${registry} did not answer as expected.`, {
    registry,
  });
}
