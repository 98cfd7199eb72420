import type { KeyObject } from 'node:crypto';
import { isLoopback } from '../../schema/loopback.js';
import { PolkuError } from '../../schema/polkuError.js';
import { signCompositionContext } from '../../schema/tokens/compositionContext.js';
import { signDecisionContext } from '../../schema/tokens/decisionContext.js';
import { type RemoteDataSource, remoteDataSource } from './remoteDataSource.js';

export interface RemoteRegistry {
  readonly name: string;
  /** https, or http on this machine only. */
  readonly url: string;
  /** The gateway's Ed25519 key, which signs contexts for this subgraph. */
  readonly key: KeyObject;
}

/**
 * A registry in another process. What it is asked with proves who asks: the caller's own token and the decision context,
 * signed for this registry and this very body.
 * @throws PolkuError USAGE where the URL would send data in clear over a network
 */
export function registrySource({ name, url, key }: RemoteRegistry): RemoteDataSource {
  return remoteDataSource({
    name,
    url: readUrl(name, url),
    proof: {
      async forOperation(asker, body) {
        if (!asker) throw new TypeError('A registry answers under a decision context only.');
        const context = await signDecisionContext(asker.decision, { audience: name, body, key });
        return { authorization: `Bearer ${asker.callerToken}`, 'polku-context': context };
      },
      forComposition: async () => ({ 'polku-context': await signCompositionContext(name, key) }),
    },
  });
}

function readUrl(name: string, url: string): URL {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target?.protocol === 'https:') return target;
  if (target?.protocol === 'http:' && isLoopback(target.hostname)) return target;
  throw new PolkuError(
    'USAGE',
    `The subgraph ${name} needs a URL with https; plain http is taken on this machine only (http://localhost:...).`,
    { subgraph: name },
  );
}
