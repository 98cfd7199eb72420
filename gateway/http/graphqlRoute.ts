import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap, type HTTPGraphQLHead } from '@apollo/server';
import type { FormattedExecutionResult, GraphQLErrorExtensions } from 'graphql';
import {
  acceptedType,
  isJson,
  isLarge,
  type NamedOperation,
  readGraphqlRequest,
} from '../../federation/http/graphqlRequest.js';
import { respond, watchClient } from '../../federation/http/respond.js';
import { RawJson } from '../../federation/plan/rawFields.js';
import { type ErrorCode, PolkuError } from '../../lib/errors.js';
import { holdsIdentityCode } from '../../schema/identityCodeText.js';
import { acceptedLanguage, DEFAULT_LANGUAGE, languageTag } from '../../schema/language.js';
import type { Gateway } from '../gateway.js';
import type { GatewayContext, GatewayRequest, RequestHead } from '../gatewayRequest.js';
import { outcomeOf } from '../audit/requestRecord.js';
import { BREAK_GLASS_HEADER, PURPOSE_HEADER } from '../identity/purpose.js';
import { asGraphQLErrors, isErrorCode } from '../operation/graphqlErrors.js';
import { formatError } from './apolloServer.js';
import type { RequestNote } from './requestNote.js';

/** Names the decision in every response. Error reports, the audit log and registries use the same id. */
export const DECISION_HEADER = 'polku-decision-id';

/** `true` where the client accepts an answer without what policy withholds. */
export const PARTIAL_HEADER = 'polku-partial';

interface GraphqlRoute {
  readonly apollo: ApolloServer<GatewayContext>;
  readonly gateway: Gateway;
  /** The query of the URL, which begins with `?`. */
  readonly search: string;
  readonly note: RequestNote;
}

/** An answer that is serialised and not yet sent. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Whether it contains data. */
  readonly answered: boolean;
  readonly codes: readonly ErrorCode[];
  /** What was wrong with the token, in one word. */
  readonly reason: string | undefined;
}

/**
 * GraphQL over HTTP. The caller is verified before the body is read. Answers, refusals and faults leave by
 * one exit. There an answer to a verified caller waits until its audit record is durable.
 */
export async function respondGraphql(
  request: IncomingMessage,
  response: ServerResponse,
  { apollo, gateway, search, note }: GraphqlRoute,
): Promise<void> {
  const decisionId = randomUUID();
  response.setHeader(DECISION_HEADER, decisionId);
  response.appendHeader('vary', 'Accept-Language');
  const type = acceptedType(request.headers.accept);
  const signal = watchClient(response);
  const observation = gateway.observe(decisionId);
  const refused = (error: unknown): Promise<Answer> =>
    refusal(error, decisionId, (fault) => gateway.reportFault(fault, decisionId));
  let opened: GatewayRequest | undefined;
  let answer: Answer;
  try {
    if (!type) throw notAcceptable();
    refuseIdentityCode(search);
    refuseRepeated(request);
    refuseOtherSites(request);
    const caller = await gateway.open({ ...headOf(request), decisionId, signal, observation });
    opened = caller;
    note.purpose = caller.decision.purpose;
    answer = await gateway.inTurn(caller, isLarge(request), () =>
      execute({ apollo, gateway, search }, caller, request),
    );
  } catch (error) {
    answer = await refused(error);
  }
  if (opened) {
    const end = { answered: answer.answered, codes: answer.codes };
    answer = await gateway.record(opened, end).then(() => answer, refused);
  }
  const { status, codes, reason } = answer;
  const [code] = codes;
  // Refusals of policy are written for the reader. Technical messages are in English.
  const isForReader = answer.answered || codes.every((one) => one.startsWith('PURPOSE_'));
  const language = isForReader ? acceptedLanguage(request.headers['accept-language']) : DEFAULT_LANGUAGE;
  const outcome = outcomeOf(answer.answered, codes);
  note.codes = codes;
  note.outcome = outcome;
  observation.end({ status, outcome: signal.aborted ? 'abandoned' : outcome, codes });
  const { authorization } = request.headers;
  if (code) gateway.noteRefusal({ status, code, reason, decisionId, authorization });
  respond(
    response,
    status,
    {
      ...answer.headers,
      'content-type': `${type ?? 'application/json'}; charset=utf-8`,
      'content-language': languageTag(language),
    },
    answer.text,
  );
}

/** @throws PolkuError as readGraphqlRequest does */
async function execute(
  { apollo, gateway, search }: Omit<GraphqlRoute, 'note'>,
  opened: GatewayRequest,
  request: IncomingMessage,
): Promise<Answer> {
  const { bodyBytes } = gateway.limits;
  const textOf = (named: NamedOperation) => gateway.operations.textOf(named, opened.caller);
  const { query, operationName, variables } = await readGraphqlRequest(request, search, bodyBytes, textOf);
  // Apollo Server reads the method here: for GET it answers queries only.
  const http = { method: request.method!, headers: new HeaderMap(), search, body: undefined };
  const { body, http: head } = await apollo.executeOperation(
    { query, variables, http, ...(operationName !== undefined && { operationName }) },
    { contextValue: { request: opened } },
  );
  if (body.kind !== 'single') throw new Error('The gateway answers in one piece.');
  return written(head, body.singleResult, opened.decisionId);
}

function refusal(error: unknown, decisionId: string, report: (fault: unknown) => void): Promise<Answer> {
  const errors = asGraphQLErrors(error, report);
  const formatted = errors.map((one) =>
    formatError({ ...one.toJSON(), extensions: withoutHttp(one.extensions) }, one),
  );
  return written(errors[0]!.extensions['http'] as HTTPGraphQLHead, { errors: formatted }, decisionId);
}

function withoutHttp({ http: _http, ...extensions }: GraphQLErrorExtensions): GraphQLErrorExtensions {
  return extensions;
}

/**
 * Serialises an answer, errors first. Each error names the decision. Root fields are serialised in turns with
 * other work.
 */
async function written(
  { status = 200, headers }: Pick<HTTPGraphQLHead, 'status' | 'headers'>,
  { errors, data, extensions }: FormattedExecutionResult,
  decisionId: string,
): Promise<Answer> {
  const first = errors?.[0]?.extensions;
  const named = errors?.map((error) => ({ ...error, extensions: { ...error.extensions, decisionId } }));
  const parts = [
    named && `"errors":${JSON.stringify(named)}`,
    data !== undefined ? `"data":${data && (await RawJson.stringifyInTurns(data))}` : undefined,
    extensions && `"extensions":${JSON.stringify(extensions)}`,
  ];
  return {
    status,
    headers: Object.fromEntries(headers),
    text: `{${parts.filter((part) => part !== undefined).join(',')}}\n`,
    answered: data !== undefined && data !== null,
    codes: (errors ?? []).map((error) => error.extensions?.['code']).filter(isErrorCode),
    // A refusal by policy has a field of this name, too: its sentence.
    reason: first?.['code'] === 'UNAUTHENTICATED' ? (first['reason'] as string) : undefined,
  };
}

function headOf({ headers }: IncomingMessage): Omit<RequestHead, 'decisionId' | 'signal' | 'observation'> {
  const text = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  return {
    authorization: headers.authorization,
    purposeOfUse: text(PURPOSE_HEADER),
    breakGlass: text(BREAK_GLASS_HEADER),
    language: acceptedLanguage(headers['accept-language']),
    partial: text(PARTIAL_HEADER)?.toLowerCase() === 'true',
  };
}

function notAcceptable(): PolkuError {
  return new PolkuError(
    'NOT_ACCEPTABLE',
    'Answers are application/graphql-response+json or application/json; the header Accept accepts neither.',
  );
}

/**
 * Refuses a repeated header. One server reads the first and another the last, so a proxy before the gateway
 * may have checked the other one (RFC 9110 §5.3).
 */
function refuseRepeated({ headersDistinct }: IncomingMessage): void {
  const repeated = Object.keys(headersDistinct).filter(
    (name) =>
      /^(authorization$|content-type$|purpose-of-use$|polku-)/.test(name) &&
      headersDistinct[name]!.length > 1,
  );
  if (repeated.length === 0) return;
  throw new PolkuError('BAD_REQUEST', `Send these headers once: ${repeated.join(', ')}.`);
}

/** Refuses an identity code in the URL, even in a variable: every proxy on the way may log URLs. */
function refuseIdentityCode(search: string): void {
  if (![...new URLSearchParams(search)].flat().some(holdsIdentityCode)) return;
  throw new PolkuError('IDENTITY_CODE_LITERAL', 'An identity code must not be in a URL; send it by POST.');
}

/** Headers that a page of another site cannot send until the server has allowed it (CORS preflight). */
export const PREFLIGHT_HEADERS = ['apollo-require-preflight', 'x-apollo-operation-name'];

/**
 * Refuses requests that a page of another site could send without permission. POST requires the type JSON,
 * which rules that out. With GET, the client must send one of the headers that Apollo clients send.
 * @throws PolkuError BAD_REQUEST
 */
function refuseOtherSites({ method, headers }: IncomingMessage): void {
  if (method !== 'GET' || isJson(headers['content-type'])) return;
  if (PREFLIGHT_HEADERS.some((name) => headers[name])) return;
  throw new PolkuError(
    'BAD_REQUEST',
    'With GET, send the header "Apollo-Require-Preflight: true": a page of another site cannot send it (CSRF).',
  );
}
