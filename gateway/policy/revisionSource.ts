import { readFile } from 'node:fs/promises';
import { isLoopback } from '../../schema/loopback.js';
import { PolkuError } from '../../schema/polkuError.js';
import type { SignedRevision } from '../../policies/revisions/revision.js';
import { RevisionStore } from '../../policies/revisions/revisionStore.js';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 16 * 2 ** 20;
/** The path at which a gateway hands out its signed revisions. */
export const POLICIES_PATH = '/policies/current';

/** Where signed revisions come from. Whatever it answers is verified by whoever asks. */
export interface RevisionSource {
  /** As messages name it. */
  readonly name: string;
  read(): Promise<readonly SignedRevision[]>;
}

export function folderSource(folder: string): RevisionSource {
  const store = new RevisionStore(folder);
  return { name: folder, read: () => store.read() };
}

/**
 * A gateway that hands out its store.
 * @param tokenFile holds a token for the purpose `policy-administration`; read each time, for tokens expire
 * @throws PolkuError USAGE where the token would travel in clear
 */
export function gatewaySource(gateway: URL, tokenFile: string): RevisionSource {
  if (gateway.protocol !== 'https:' && !isLoopback(gateway.hostname))
    throw new PolkuError('USAGE', `Policies are fetched over https, not ${gateway.protocol}//.`);
  const url = new URL(POLICIES_PATH, gateway);
  return {
    name: url.href,
    async read() {
      const token = (await readFile(tokenFile, 'utf8')).trim();
      try {
        const response = await fetch(url, {
          headers: { authorization: `Bearer ${token}` },
          redirect: 'error',
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        if (!response.ok) throw new Error(`status ${response.status}`);
        const text = await response.text();
        if (text.length > MAX_BYTES) throw new Error('too long');
        return readRevisions(JSON.parse(text));
      } catch (cause) {
        const message = `${url.href} does not hand out policies (${(cause as Error).message}).`;
        throw new PolkuError('SUBGRAPH_UNAVAILABLE', message, {}, { cause });
      }
    },
  };
}

function readRevisions(value: unknown): readonly SignedRevision[] {
  const { revisions } = value as { revisions?: unknown };
  if (!Array.isArray(revisions) || !revisions.every(isSigned)) throw new Error('no list of revisions');
  return revisions;
}

function isSigned(value: unknown): value is SignedRevision {
  const { sequence, payload, signatures } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof sequence === 'number' &&
    typeof payload === 'string' &&
    Array.isArray(signatures) &&
    signatures.every(
      (one: { person?: unknown; signature?: unknown } | null) =>
        typeof one?.person === 'string' && typeof one.signature === 'string',
    )
  );
}
