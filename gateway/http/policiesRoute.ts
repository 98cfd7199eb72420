import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SignedRevision } from '../../policies/revisions/revision.js';
import { PolkuError } from '../../schema/polkuError.js';
import type { Gateway } from '../gateway.js';
import { ClientSignal } from '../supergraph/clientSignal.js';
import { respondJson } from './respond.js';

/** What GraphQL shows to the same callers; whoever may read it may read the text of the policies. */
const COORDINATE = 'Query.policyRevisions';
const PURPOSE = 'policy-administration';

/**
 * GET /policies/current: the signed revisions, for registries in other processes, which verify them themselves. Policies
 * name what a schema conceals, so they are handed to callers with the purpose `policy-administration` only.
 * @throws PolkuError UNAUTHENTICATED, PURPOSE_NOT_HELD, PURPOSE_NOT_PERMITTED, POLICY_STORE_INVALID
 */
export async function respondPolicies(
  request: IncomingMessage,
  response: ServerResponse,
  { gateway, read }: { gateway: Gateway; read: () => Promise<readonly SignedRevision[]> },
): Promise<void> {
  const { decision } = await gateway.open({
    decisionId: randomUUID(),
    authorization: request.headers.authorization,
    purposeOfUse: PURPOSE,
    breakGlass: undefined,
    partial: false,
    signal: new ClientSignal(),
  });
  if (decision.show(COORDINATE).length === 0) {
    const { reason } = decision.refusal(COORDINATE);
    throw new PolkuError('PURPOSE_NOT_PERMITTED', reason, { purpose: PURPOSE });
  }
  respondJson(response, 200, { revisions: await read() });
}
