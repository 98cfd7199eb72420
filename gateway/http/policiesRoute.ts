import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SignedRevision } from '../../approvals/policy-revisions/revision.js';
import { respondJson } from '../../federation/http/respond.js';
import { ClientSignal } from '../../federation/supergraph/clientSignal.js';
import { PolkuError } from '../../lib/errors.js';
import { DEFAULT_LANGUAGE } from '../../schema/language.js';
import type { Gateway } from '../gateway.js';
import type { GatewayRequest } from '../gatewayRequest.js';
import { unobserved } from '../observation/requestObservation.js';
import { DECISION_HEADER } from './graphqlRoute.js';

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
    language: DEFAULT_LANGUAGE,
    partial: false,
    signal: new ClientSignal(),
    observation: unobserved,
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
  throw new PolkuError('PURPOSE_NOT_PERMITTED', refusal.reason.en, { purpose: PURPOSE });
}
