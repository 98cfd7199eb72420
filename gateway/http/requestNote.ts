import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorCode } from '../../lib/errors.js';
import type { Log } from '../../lib/log.js';
import { writeRequestLine } from '../../lib/requestLine.js';
import type { AuditOutcome } from '../audit/auditRecord.js';
import { POLICIES_PATH } from '../policy/followRevisions.js';

/**
 * What the log says about a request: the route by its name, and never the URL, a header, a variable or who
 * asks. The audit log has who asks.
 */
export class RequestNote {
  readonly #method: string;
  readonly #route: string;
  readonly #begun = performance.now();
  /** The purpose of the decision. One that the policy does not know may be any text, and is left out. */
  purpose: string | undefined;
  codes: readonly ErrorCode[] = [];
  outcome: AuditOutcome | undefined;

  constructor({ method, url }: Pick<IncomingMessage, 'method' | 'url'>) {
    this.#method = method!;
    this.#route = routeOf(url!);
  }

  /** Writes the line of the request. Probes get none. */
  write(log: Log, response: ServerResponse, decisionId: string | undefined): void {
    if (this.#route === 'probe') return;
    const { codes, outcome, purpose } = this;
    const line = { method: this.#method, route: this.#route, codes, outcome, purpose, decisionId };
    writeRequestLine(log, response, this.#begun, line);
  }
}

/** The name of the route for a URL. */
function routeOf(url: string): string {
  const path = url.replace(/[?#].*$/s, '');
  if (path === '/graphql') return 'graphql';
  if (path === '/livez' || path === '/readyz') return 'probe';
  if (path === POLICIES_PATH) return 'policies';
  if (path === '/session' || path.startsWith('/session/')) return 'session';
  return path.startsWith('/dev/') ? 'dev' : 'file';
}
