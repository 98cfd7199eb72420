import type { KeyObject } from 'node:crypto';
import { remoteDataSource, type RemoteDataSource } from '../../federation/supergraph/remoteDataSource.js';
import { PolkuError } from '../../lib/errors.js';
import { isLoopback } from '../../lib/loopback.js';
import { signDecisionContext } from '../../schema/tokens/decisionContext.js';
import { signCompositionContext } from '../../schema/tokens/gatewayContext.js';
import { RegistryRequester } from './localDataSource.js';

/** How long a registry may take to tell the time. */
const CLOCK_TIMEOUT_MS = 3_000;

export interface RegistrySource extends RemoteDataSource {
  /** By how many seconds the registry's clock is ahead of this one; undefined where it does not tell (RFC 9110 §6.6.1). */
  secondsAhead(): Promise<number | undefined>;
}

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
export function registrySource({ name, url, key }: RemoteRegistry): RegistrySource {
  const target = readUrl(name, url);
  const source = remoteDataSource({
    name,
    url: target,
    proof: {
      async forOperation(requester, body) {
        const { decision, callerToken } = RegistryRequester.of(requester);
        const context = await signDecisionContext(decision, { audience: name, body, key });
        return { authorization: `Bearer ${callerToken}`, 'polku-context': context };
      },
      forComposition: async () => ({ 'polku-context': await signCompositionContext(name, key) }),
    },
  });
  return { ...source, secondsAhead: () => secondsAhead(target) };
}

async function secondsAhead(url: URL): Promise<number | undefined> {
  try {
    const signal = AbortSignal.timeout(CLOCK_TIMEOUT_MS);
    const { headers } = await fetch(url, { method: 'HEAD', redirect: 'error', signal });
    const seconds = Math.round((Date.parse(headers.get('date') ?? '') - Date.now()) / 1000);
    return Number.isFinite(seconds) ? seconds : undefined;
  } catch {
    return undefined;
  }
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
