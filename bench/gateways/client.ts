import { Pool } from 'undici';
import type { Work } from './works.js';

/** Requests under way at a time. */
const CONCURRENCY = 4;

const pools = new Map<string, Pool>();

/** Asks a gateway once. */
export async function ask(url: string, { query, variables }: Work): Promise<string> {
  const pool = pools.get(url) ?? new Pool(url, { connections: CONCURRENCY });
  pools.set(url, pool);
  const { statusCode, body } = await pool.request({
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${url} answers ${statusCode}: ${text.slice(0, 500)}`);
  return text;
}

/** Asks so many times, a few at a time. */
export async function load(url: string, work: Work, count: number): Promise<void> {
  let left = count;
  const one = async () => {
    while (left-- > 0) await ask(url, work);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, one));
}

export async function closeClient(): Promise<void> {
  await Promise.all([...pools.values()].map((pool) => pool.destroy()));
}
