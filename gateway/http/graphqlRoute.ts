import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServer, HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { holdsIdentityCode } from '../../schema/identityCodeText.js';
import { PolkuError } from '../../schema/polkuError.js';
import type { Gateway } from '../gateway.js';
import type { GatewayContext } from '../gatewayRequest.js';
import { asGraphQLErrors } from '../operation/graphqlErrors.js';
import { BREAK_GLASS_HEADER } from '../purpose/breakGlass.js';
import { PURPOSE_HEADER } from '../purpose/requestPurpose.js';
import type { ClientSignal } from '../supergraph/clientSignal.js';
import { answerGraphql } from './answerGraphql.js';

/** Names the decision in every response; error reports, audit log and registries know it by the same id. */
const DECISION_HEADER = 'polku-decision-id';

/**
 * GraphQL over HTTP: hands a request to Apollo Server and its answer back.
 * @throws PolkuError REQUEST_TOO_LARGE, BAD_REQUEST, IDENTITY_CODE_LITERAL
 */
export async function respondGraphql(
  request: IncomingMessage,
  response: ServerResponse,
  { apollo, gateway, search }: { apollo: ApolloServer<GatewayContext>; gateway: Gateway; search: string },
): Promise<void> {
  const decisionId = randomUUID();
  response.setHeader(DECISION_HEADER, decisionId);
  refuseIdentityCode(search);
  refuseRepeated(request);
  await answerGraphql({
    apollo,
    request,
    response,
    search,
    bodyBytes: gateway.limits.bodyBytes,
    context: (headers, signal) => openRequest(gateway, { headers, decisionId, signal }),
  });
}

async function openRequest(
  gateway: Gateway,
  { headers, decisionId, signal }: { headers: HeaderMap; decisionId: string; signal: ClientSignal },
): Promise<GatewayContext> {
  try {
    const request = await gateway.open({
      decisionId,
      authorization: headers.get('authorization'),
      purposeOfUse: headers.get(PURPOSE_HEADER),
      breakGlass: headers.get(BREAK_GLASS_HEADER),
      partial: headers.get('polku-partial')?.toLowerCase() === 'true',
      signal,
    });
    return { request };
  } catch (error) {
    const [first] = asGraphQLErrors(error, (fault) => gateway.reportFault(fault, decisionId));
    const { message, extensions } = first!;
    throw new GraphQLError(message, { extensions: { ...extensions, decisionId } });
  }
}

/**
 * Of a header that is sent twice, one server takes the first and another the last: whoever stands before the gateway may
 * have checked the other one (RFC 9110 §5.3).
 */
function refuseRepeated({ headersDistinct }: IncomingMessage): void {
  const repeated = Object.keys(headersDistinct).filter(
    (name) => /^(authorization$|purpose-of-use$|polku-)/.test(name) && headersDistinct[name]!.length > 1,
  );
  if (repeated.length === 0) return;
  throw new PolkuError('BAD_REQUEST', `Send these headers once: ${repeated.join(', ')}.`);
}

/** Addresses are logged by whatever stands between, so that a code must not even be a variable there. */
function refuseIdentityCode(search: string): void {
  if (![...new URLSearchParams(search)].flat().some(holdsIdentityCode)) return;
  throw new PolkuError(
    'IDENTITY_CODE_LITERAL',
    'An identity code must not stand in an address; send it by POST.',
  );
}
