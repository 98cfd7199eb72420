import { randomUUID } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import type { SignedRevision } from '../../approvals/policy-revisions/revision.js';
import { respond, respondJson } from '../../federation/http/respond.js';
import { ClientSignal } from '../../federation/supergraph/clientSignal.js';
import { PolkuError } from '../../lib/errors.js';
import type { Gateway } from '../gateway.js';
import type { GatewayRequest } from '../gatewayRequest.js';
import { DECISION_HEADER } from './graphqlRoute.js';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
};

/** The console works without internet: everything that it loads or calls is on this server. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Answers with a file of the built console.
 * @returns whether there is such a file. Dots, links or encodings never lead outside the folder.
 */
export async function respondConsoleFile(
  response: ServerResponse,
  folder: string,
  pathname: string,
): Promise<boolean> {
  const file = await findFile(folder, pathname === '/' ? '/index.html' : pathname);
  const type = file && contentTypes[extname(file)];
  if (!type) return false;
  const headers = {
    'content-type': type,
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cache-control': 'no-cache',
  };
  respond(response, 200, headers, await readFile(file));
  return true;
}

async function findFile(folder: string, pathname: string): Promise<string | undefined> {
  try {
    const root = await realpath(folder);
    const file = await realpath(join(root, decodeURIComponent(pathname)));
    return file.startsWith(root + sep) ? file : undefined;
  } catch {
    return undefined;
  }
}

/** Callers who may read this field by GraphQL may also read the text of the policies. */
const COORDINATE = 'Query.policyRevisions';
const PURPOSE = 'policy-administration';

/**
 * GET /policies/current: the signed revisions, for registries in other processes, which verify them. Policies
 * name fields that a schema conceals, so only callers with the purpose `policy-administration` receive them.
 * @throws PolkuError UNAUTHENTICATED, PURPOSE_NOT_HELD, PURPOSE_NOT_PERMITTED, POLICY_STORE_INVALID,
 * AUDIT_UNAVAILABLE
 */
export async function respondPolicies(
  request: IncomingMessage,
  response: ServerResponse,
  { gateway, read }: { gateway: Gateway; read: () => Promise<readonly SignedRevision[]> },
): Promise<void> {
  const decisionId = randomUUID();
  response.setHeader(DECISION_HEADER, decisionId);
  const opened = await gateway.open({
    decisionId,
    authorization: request.headers.authorization,
    purposeOfUse: PURPOSE,
    breakGlass: undefined,
    partial: false,
    signal: new ClientSignal(),
  });
  opened.draft.noteChecked({ coordinates: [COORDINATE], lookups: [], withheld: [] });
  let revisions: readonly SignedRevision[];
  try {
    requireShown(opened);
    revisions = await read();
  } catch (error) {
    const code = error instanceof PolkuError ? error.code : 'INTERNAL_SERVER_ERROR';
    await gateway.record(opened, { answered: false, codes: [code] });
    throw error;
  }
  await gateway.record(opened, { answered: true, codes: [] });
  respondJson(response, 200, { revisions });
}

function requireShown({ decision, draft }: GatewayRequest): void {
  if (decision.show(COORDINATE).length > 0) return;
  const refusal = decision.explain(COORDINATE);
  draft.noteRefused([refusal]);
  throw new PolkuError('PURPOSE_NOT_PERMITTED', refusal.reason, { purpose: PURPOSE });
}
