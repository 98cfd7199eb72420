import { ConnectionPool } from '../../federation/http/connectionPool.js';
import type { Work } from './works.js';

/** Concurrent requests. */
const CONCURRENCY = 4;

const TIMEOUT_MS = 60_000;
const BODY_BYTES = 64 * 2 ** 20;
const FIELDS = 'content-type: application/json\r\naccept: application/json\r\n';

const pools = new Map<string, ConnectionPool>();

/** Sends one request to a gateway. */
export async function ask(url: string, { query, variables }: Work): Promise<string> {
  const target = new URL('/graphql', url);
  const pool =
    pools.get(url) ??
    new ConnectionPool(target, {
      connections: CONCURRENCY,
      bodyBytes: BODY_BYTES,
      timeoutMs: TIMEOUT_MS,
    });
  pools.set(url, pool);
  const post = () => pool.post(FIELDS, JSON.stringify({ query, variables }), undefined);
  // A gateway may have closed a connection while other gateways were measured.
  const text = await post().catch(post);
  if (!text.includes('"data":')) throw new Error(`${url} answers: ${text.slice(0, 500)}`);
  return text;
}

/** Sends this many requests, a few at a time. */
export async function load(url: string, work: Work, count: number): Promise<void> {
  let left = count;
  const one = async () => {
    while (left-- > 0) await ask(url, work);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, one));
}

export function closeClient(): void {
  for (const pool of pools.values()) pool.close();
}
