import type { TextLanguage } from '../texts/languages.js';

/** An error of the gateway; `extensions.code` is one of docs/errors.md. */
export interface GatewayError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** A GraphQL response. */
export interface GatewayAnswer<Data = unknown> {
  readonly data?: Data | null;
  readonly errors?: readonly GatewayError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** A response, and the id under which the audit log has it. */
export interface DecidedAnswer<Data> {
  readonly answer: GatewayAnswer<Data>;
  readonly decision: string | undefined;
}

export interface GatewayQuestion {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly operationName?: string | null | undefined;
}

/** Why there is no answer. Its text for the user is `session:problem.<kind>`. */
export type ProblemKind = 'unreachable' | 'session-ended' | 'no-token' | 'no-answer';

/** A request that the gateway did not answer by GraphQL. */
export class NoAnswer extends Error {
  /** @param decision the decision id that the operators can look up, if the gateway gave one */
  constructor(
    readonly kind: ProblemKind,
    readonly decision: string | undefined = undefined,
  ) {
    super(kind);
  }
}

export interface AskOptions {
  readonly language: TextLanguage;
  /** Answer what policy shows, with null for the rest, instead of refusing everything. */
  readonly partial: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends requests to the gateway as one user for one purpose. A persona has a token, which is fetched for the
 * first request. The token of a user who has logged in stays at the gateway; the browser sends a cookie.
 */
export class GatewayClient {
  #token: Promise<string> | undefined;

  /** @param persona undefined: the user who has logged in */
  constructor(
    readonly persona: string | undefined,
    readonly purpose: string,
  ) {}

  /** @throws NoAnswer */
  async ask<Data>(question: GatewayQuestion, options: AskOptions): Promise<DecidedAnswer<Data>> {
    const response = await this.#post(question, options);
    if (response.status !== 401) return readAnswer<Data>(response);
    if (this.persona === undefined) throw new NoAnswer('session-ended');
    // A token of the local issuer is valid for an hour, and a console may stay open for a day.
    this.#token = undefined;
    return readAnswer<Data>(await this.#post(question, options));
  }

  async #post(question: GatewayQuestion, { language, partial, signal }: AskOptions): Promise<Response> {
    const token = await this.#tokenOfPersona();
    return reach('/graphql', {
      method: 'POST',
      headers: {
        Accept: 'application/graphql-response+json, application/json',
        'Accept-Language': language,
        'Content-Type': 'application/json',
        ...(token && { Authorization: `Bearer ${token}` }),
        'Purpose-Of-Use': this.purpose,
        ...(partial && { 'Polku-Partial': 'true' }),
      },
      body: JSON.stringify(question),
      signal: signal ?? null,
    });
  }

  async #tokenOfPersona(): Promise<string | undefined> {
    if (this.persona === undefined) return undefined;
    this.#token ??= fetchToken(this.persona);
    try {
      return await this.#token;
    } catch (error) {
      // The next request tries again.
      this.#token = undefined;
      throw error;
    }
  }
}

/**
 * Sends a request to the gateway.
 * @throws NoAnswer unreachable; the error of an aborted request is thrown as it is
 */
export async function reach(path: string, request?: RequestInit): Promise<Response> {
  try {
    return await fetch(path, request);
  } catch (error) {
    if (request?.signal?.aborted) throw error;
    throw new NoAnswer('unreachable');
  }
}

async function fetchToken(persona: string): Promise<string> {
  const response = await reach('/dev/token', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ persona }),
  });
  if (!response.ok) throw new NoAnswer('no-token');
  const { token } = (await response.json()) as { token: string };
  return token;
}

async function readAnswer<Data>(response: Response): Promise<DecidedAnswer<Data>> {
  const decision = response.headers.get('Polku-Decision-Id') ?? undefined;
  try {
    return { answer: (await response.json()) as GatewayAnswer<Data>, decision };
  } catch {
    throw new NoAnswer('no-answer', decision);
  }
}
