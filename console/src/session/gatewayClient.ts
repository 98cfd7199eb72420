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
 * Sends requests to the gateway as one persona for one purpose. It fetches the token of the persona for the
 * first request.
 */
export class GatewayClient {
  #token: Promise<string> | undefined;

  constructor(
    readonly persona: string,
    readonly purpose: string,
  ) {}

  /** @param partial answer what policy shows, with null for the rest, instead of refusing everything */
  async ask<Data>(question: GatewayQuestion, partial: boolean): Promise<GatewayAnswer<Data>> {
    const response = await this.#post(question, partial);
    // A token of the local issuer is valid for an hour, and a console may stay open for a day.
    if (response.status !== 401) return readAnswer<Data>(response);
    this.#token = undefined;
    return readAnswer<Data>(await this.#post(question, partial));
  }

  async #post(question: GatewayQuestion, partial: boolean): Promise<Response> {
    this.#token ??= fetchToken(this.persona);
    return fetch('/graphql', {
      method: 'POST',
      headers: {
        Accept: 'application/graphql-response+json, application/json',
        'Content-Type': 'application/json',
        Authorization: `Bearer ${await this.#token}`,
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
