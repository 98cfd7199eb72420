/** What a client of the demo gets: as GraphQL over HTTP has it. */
export interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
  readonly extensions?: Record<string, unknown>;
}

export interface Question {
  readonly persona: string;
  readonly purpose: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Asks for the rest where something is withheld. */
  readonly partial?: boolean;
}

/** Asks a gateway that runs with --dev, as one of its personas, over HTTP like any other client. */
export class DemoClient {
  constructor(private readonly gateway: URL) {}

  async ask({ persona, purpose, query, variables, partial }: Question): Promise<Answer> {
    const response = await fetch(new URL('/graphql', this.gateway), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await this.#token(persona)}`,
        'purpose-of-use': purpose,
        ...(partial ? { 'polku-partial': 'true' } : {}),
      },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  }

  async #token(persona: string): Promise<string> {
    const response = await fetch(new URL('/dev/token', this.gateway), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ persona }),
    });
    return ((await response.json()) as { token: string }).token;
  }
}
