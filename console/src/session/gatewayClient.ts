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

export interface GatewayQuestion {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly operationName?: string | null | undefined;
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

  /** @param partial answer what policy shows, with null for the rest, instead of refusing everything */
  async ask<Data>(question: GatewayQuestion, partial: boolean): Promise<GatewayAnswer<Data>> {
    const response = await this.#post(question, partial);
    if (response.status !== 401) return readAnswer<Data>(response);
    if (this.persona === undefined) throw new Error('Your session has ended. Log in again.');
    // A token of the local issuer is valid for an hour, and a console may stay open for a day.
    this.#token = undefined;
    return readAnswer<Data>(await this.#post(question, partial));
  }

  async #post(question: GatewayQuestion, partial: boolean): Promise<Response> {
    const token = this.persona && (await (this.#token ??= fetchToken(this.persona)));
    return fetch('/graphql', {
      method: 'POST',
      headers: {
        Accept: 'application/graphql-response+json, application/json',
        'Content-Type': 'application/json',
        ...(token && { Authorization: `Bearer ${token}` }),
        'Purpose-Of-Use': this.purpose,
        ...(partial ? { 'Polku-Partial': 'true' } : {}),
      },
      body: JSON.stringify(question),
    });
  }
}

async function fetchToken(persona: string): Promise<string> {
  const response = await fetch('/dev/token', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ persona }),
  });
  if (!response.ok) throw new Error(`The gateway gave no token (it answered ${response.status}).`);
  const { token } = (await response.json()) as { token: string };
  return token;
}

async function readAnswer<Data>(response: Response): Promise<GatewayAnswer<Data>> {
  try {
    return (await response.json()) as GatewayAnswer<Data>;
  } catch {
    throw new Error(`The gateway answered ${response.status} without a GraphQL response.`);
  }
}
