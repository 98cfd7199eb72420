import type { KeyObject } from 'node:crypto';
import type { PoolTls } from '../../federation/http/connectionPool.js';
import { remoteDataSource, type RemoteDataSource } from '../../federation/supergraph/remoteDataSource.js';
import { PolkuError } from '../../lib/errors.js';
import { sendHttp } from '../../lib/httpClient.js';
import { isLoopback } from '../../lib/loopback.js';
import { signDecisionContext } from '../../schema/tokens/decisionContext.js';
import { signCompositionContext } from '../../schema/tokens/gatewayContext.js';
import { RegistryRequester } from './localDataSource.js';

/** How long a registry may take to answer a request for its clock. */
const CLOCK_TIMEOUT_MS = 3_000;

export interface RegistrySource extends RemoteDataSource {
  /**
   * By how many seconds the clock of the registry is ahead of this one; undefined if it does not send the
   * time (RFC 9110 §6.6.1).
   */
  secondsAhead(): Promise<number | undefined>;
}

export interface RemoteRegistry {
  readonly name: string;
  /** https, or http on this machine only. */
  readonly url: string;
  /** The gateway's Ed25519 key, which signs contexts for this subgraph. */
  readonly key: KeyObject;
  /** Maximum milliseconds for an answer, and maximum number of open connections. */
  readonly timeoutMs?: number | undefined;
  readonly connections?: number | undefined;
  /** Certificates of both sides; needed for another machine. */
  readonly tls?: PoolTls | undefined;
}

/**
 * A registry in another process. Each request proves who asks: it carries the token of the caller and the
 * decision context, which is signed for this registry and this request body.
 * @throws PolkuError USAGE if the URL would send data in clear over a network, or without certificates of
 * both sides
 */
export function registrySource({ name, url, key, tls, ...limits }: RemoteRegistry): RegistrySource {
  const target = readUrl(name, url);
  if (!tls?.files && !isLoopback(target.hostname)) throw certificatesMissing(name);
  const source = remoteDataSource({
    name,
    url: target,
    ...limits,
    tls,
    proof: {
      async forOperation(requester, body) {
        const { decision, callerToken, traceparent } = RegistryRequester.of(requester);
        const context = await signDecisionContext(decision, { audience: name, body, key });
        return {
          authorization: `Bearer ${callerToken}`,
          'polku-context': context,
          ...(traceparent !== undefined && { traceparent }),
        };
      },
      forComposition: async () => ({ 'polku-context': await signCompositionContext(name, key) }),
    },
  });

  /** Any answer has the time; nothing else of it is read. */
  async function secondsAhead(): Promise<number | undefined> {
    try {
      const request = { method: 'HEAD', timeoutMs: CLOCK_TIMEOUT_MS, maxBytes: 0 } as const;
      const { headers } = await sendHttp(target, {
        ...request,
        serverName: tls?.serverName,
        tls: tls?.files?.material,
      });
      const seconds = Math.round((Date.parse(headers.date ?? '') - Date.now()) / 1000);
      return Number.isFinite(seconds) ? seconds : undefined;
    } catch {
      return undefined;
    }
  }

  return { ...source, secondsAhead };
}

function certificatesMissing(name: string): PolkuError {
  return new PolkuError(
    'USAGE',
    `The registry ${name} is on another machine, so it needs certificates of both sides: registries.${name}.tls in polku.yaml with certificate, key and authority. "polku tls issue --help" shows how to make them.`,
    { subgraph: name },
  );
}

function readUrl(name: string, url: string): URL {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target?.protocol === 'https:') return target;
  if (target?.protocol === 'http:' && isLoopback(target.hostname)) return target;
  throw new PolkuError(
    'USAGE',
    `The subgraph ${name} needs a URL with https; plain http is accepted on this machine only (http://localhost:...).`,
    { subgraph: name },
  );
}
