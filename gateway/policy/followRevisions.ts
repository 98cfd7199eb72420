import { readFile } from 'node:fs/promises';
import {
  type Content,
  expiredFiles,
  type VerifiedRevision,
  verifyRevisions,
  withoutExpired,
} from '../../approvals/policy-revisions/verifyRevisions.js';
import type { Owners } from '../../approvals/owners.js';
import { isCommon, registryOfFile, type SignedRevision } from '../../approvals/policy-revisions/revision.js';
import { RevisionStore, type SeenRevision } from '../../approvals/policy-revisions/revisionStore.js';
import { PolkuError } from '../../lib/errors.js';
import { sendHttp } from '../../lib/httpClient.js';
import type { Log } from '../../lib/log.js';
import { isLoopback } from '../../lib/loopback.js';
import { readTlsFiles } from '../../lib/tls/tlsFiles.js';
import { compilePolicy } from '../../policies/engine/compile/compilePolicy.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import type { PolicyGraph } from '../../policies/engine/parse/policyGraph.js';
import { formatProblems } from '../../policies/engine/parse/problems.js';
import { type PolicyExpiry, type PolicyInForce, PollingPolicy } from './policyInForce.js';

interface FollowOptions {
  readonly source: RevisionSource;
  readonly owners: () => Promise<Owners>;
  readonly seen: SeenRevision;
  readonly graph: PolicyGraph;
  /** Gets every revision that comes into force, what expires, and each refused revision once. */
  readonly log: Log;
  /** How often the source is read. */
  readonly everyMs: number;
  readonly now?: () => Date;
}

/**
 * The policies that their owners have signed. A newer revision is verified and compiled first, then it
 * replaces the one in force. An unsigned, altered, stale or broken revision changes nothing. An expired file
 * denies everything that it decided.
 * @throws PolkuError POLICY_UNSIGNED if there is none yet, and SIGNATURE_INVALID, POLICY_STALE,
 * POLICY_STORE_INVALID, POLICY_INVALID, SUBGRAPH_UNAVAILABLE
 */
export async function followRevisions(options: FollowOptions): Promise<PolicyInForce> {
  const { source, owners, seen, graph, log, everyMs } = options;
  const now = options.now ?? (() => new Date());
  let inForce: VerifiedRevision;
  let expired = '';
  let judged = '';

  /** The newest revision, verified; undefined if nothing has changed since the last call. */
  async function newest(): Promise<VerifiedRevision | undefined> {
    const [revisions, trusted] = [await source.read(), await owners()];
    const now = JSON.stringify([revisions, trusted.text]);
    if (now === judged) return undefined;
    judged = now;
    const history = verifyRevisions(revisions, trusted);
    await seen.check(history);
    if (!history.inForce) throw nothingSigned(source.name, history.revisions.length);
    compile(history.inForce.content, graph);
    await seen.note(history);
    return history.inForce;
  }

  function expiry(): PolicyExpiry | undefined {
    const files = [...inForce.content].map(([file, { expiresAt }]) => ({ file, at: expiresAt }));
    return files.sort((one, other) => one.at.getTime() - other.at.getTime())[0];
  }

  /** The policy of the revision in force, without expired files. */
  function ruling(): Policy {
    const { sequence, content } = inForce;
    const gone = expiredFiles(content, now());
    expired = gone.join();
    if (gone.length > 0) {
      const what = gone.some(isCommon) ? 'everything' : `all of ${gone.map(registryOfFile).join(', ')}`;
      log.write(
        'policy-expired',
        `${gone.join(', ')} of revision ${sequence} has expired: ${what} is denied.`,
        { code: 'POLICY_EXPIRED', sequence },
      );
    }
    return compile(withoutExpired(content, now()), graph);
  }

  let reported = '';
  function refuse(error: unknown): void {
    if (String(error) !== reported) log.fault('policy-rejected', error, { stays: inForce.sequence });
    reported = String(error);
  }

  async function look(): Promise<Policy | undefined> {
    try {
      const found = await newest();
      if (found) reported = '';
      if (found && found.digest !== inForce.digest) {
        inForce = found;
        const changed = ruling();
        const { sequence } = found;
        log.write('policy-in-force', `Revision ${sequence} is in force.`, {
          sequence,
          revision: changed.revision,
        });
        return changed;
      }
    } catch (error) {
      refuse(error);
    }
    // Expiry is checked even if the source cannot be read: blocked updates must not keep a policy alive.
    return expiredFiles(inForce.content, now()).join() !== expired ? ruling() : undefined;
  }

  inForce = (await newest())!;
  return new PollingPolicy(ruling(), look, { everyMs, onError: refuse, expiry });
}

/** @throws PolkuError POLICY_INVALID with every fault and its position */
function compile(content: Content, graph: PolicyGraph): Policy {
  const sources = [...content].map(([file, { text }]) => ({ file, text }));
  const { policy, problems } = compilePolicy(sources, graph);
  if (policy) return policy;
  throw new PolkuError('POLICY_INVALID', `The signed policies do not compile:\n${formatProblems(problems)}`);
}

function nothingSigned(source: string, proposed: number): PolkuError {
  const what =
    proposed === 0
      ? `There is no policy revision in ${source} yet. Two people of every owner in owners.yaml sign the first: one proposes it with "polku policy propose --first --key FILE --comment TEXT", the others approve it with "polku policy approve 1 --key FILE".`
      : `No policy revision in ${source} has the signatures of two people of every owner concerned; "polku policy history" shows who must sign.`;
  return new PolkuError('POLICY_UNSIGNED', `${what} To try things out, use --dev.`);
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 16 * 2 ** 20;
/** The path where a gateway serves its signed revisions. */
export const POLICIES_PATH = '/policies/current';

/** The source of signed revisions. The reader verifies what it answers. */
interface RevisionSource {
  /** The name for messages. */
  readonly name: string;
  read(): Promise<readonly SignedRevision[]>;
}

export function folderSource(folder: string): RevisionSource {
  const store = new RevisionStore(folder);
  return { name: folder, read: () => store.read() };
}

/** How a gateway proves its name to a registry. */
export interface GatewayTls {
  /** The file of the authorities that certify the gateway (PEM). */
  readonly authority: string;
  /** The name that its certificate must have; by default the host of its address. */
  readonly serverName?: string;
}

interface GatewayAccess {
  /**
   * The file with a token for the purpose `policy-administration`; it is read each time, because tokens
   * expire. So is the file of the authorities.
   */
  readonly tokenFile: string;
  /** By default, the authorities of Node.js certify the gateway. */
  readonly tls?: GatewayTls | undefined;
}

/**
 * A gateway that serves its store.
 * @throws PolkuError USAGE if the token would travel in clear
 */
export function gatewaySource(gateway: URL, { tokenFile, tls }: GatewayAccess): RevisionSource {
  if (gateway.protocol !== 'https:' && !isLoopback(gateway.hostname))
    throw new PolkuError('USAGE', `Policies are fetched over https, not ${gateway.protocol}//.`);
  const url = new URL(POLICIES_PATH, gateway);
  return {
    name: url.href,
    async read() {
      const token = (await readFile(tokenFile, 'utf8')).trim();
      try {
        const { status, body } = await sendHttp(url, {
          method: 'GET',
          headers: { authorization: `Bearer ${token}` },
          timeoutMs: TIMEOUT_MS,
          maxBytes: MAX_BYTES,
          serverName: tls?.serverName,
          tls: tls && (await readTlsFiles({ authority: tls.authority })),
        });
        if (status !== 200) throw new Error(`status ${status}`);
        return readRevisions(JSON.parse(body));
      } catch (cause) {
        const message = `${url.href} does not serve policies (${(cause as Error).message}).`;
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
