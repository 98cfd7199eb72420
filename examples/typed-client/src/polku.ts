import { setTimeout as sleep } from 'node:timers/promises';
import { initGraphQLTada, type TadaDocumentNode } from 'gql.tada';
import { print } from 'graphql';
import type { introspection } from './schema.js';

/** Writes operations whose answers have types. Ids and dates are texts in JSON. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { FamilyID: string; PersonID: string; Date: string };
}>();

/** Where to ask, who asks, and what for. */
export interface PolkuAccess {
  readonly url: string;
  /** An access token of the city's identity provider. */
  readonly token: string;
  readonly purpose: string;
}

/** Polku has answered with an error. Operators find the decision by its id. */
export class PolkuRefusal extends Error {
  override readonly name = 'PolkuRefusal';

  constructor(
    message: string,
    readonly code: string,
    readonly decisionId: string | null,
  ) {
    super(message);
  }
}

/** Errors that pass by themselves. Everything else stays the same when it is asked again. */
const PASSING = ['RATE_LIMITED', 'AUDIT_UNAVAILABLE', 'ISSUER_UNAVAILABLE'];
const ATTEMPTS = 4;

/**
 * Asks a query. Queries change nothing, so they may be asked again after an error that passes.
 * @throws PolkuRefusal, or a TypeError if the gateway cannot be reached
 */
export async function ask<Result, Variables>(
  { url, token, purpose }: PolkuAccess,
  query: TadaDocumentNode<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'purpose-of-use': purpose,
        'content-type': 'application/json',
        accept: 'application/json',
      },
      body: JSON.stringify({ query: print(query), variables }),
    });
    const { data, errors } = (await response.json()) as Answer<Result>;
    const [error] = errors ?? [];
    // An answer with data and errors lacks a part, such as that of a registry that is down.
    if (data && !error) return data;
    const code = error?.extensions.code ?? 'INTERNAL_SERVER_ERROR';
    if (attempt === ATTEMPTS || !PASSING.includes(code))
      throw new PolkuRefusal(
        error?.message ?? 'The answer has no data.',
        code,
        response.headers.get('polku-decision-id'),
      );
    await sleep(2 ** attempt * 100 * (1 + Math.random()));
  }
}

interface Answer<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}
