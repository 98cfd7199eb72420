/** Tokens of users, by the names under which reports mention them. */
export type Tokens = Readonly<Record<string, string>>;

/** A user with one of the purposes that their token carries. */
export interface Requester {
  readonly name: string;
  readonly token: string;
  readonly purpose: string;
}

/** The claims of a token, unverified: the gateway verifies them. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const [, payload = ''] = token.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
}

export function requestersOf(tokens: Tokens): readonly Requester[] {
  return Object.entries(tokens).flatMap(([name, token]) => {
    const { purposes } = claimsOf(token);
    return Array.isArray(purposes)
      ? purposes.map((purpose) => ({ name, token, purpose: String(purpose) }))
      : [];
  });
}

/** The name of a requester in a report. */
export function nameOf({ name, purpose }: Requester): string {
  return `${name} for ${purpose}`;
}

/**
 * Tokens of every persona of a gateway that runs with `--dev`.
 * @returns undefined for a gateway without `--dev`
 */
export async function devTokens(gateway: URL): Promise<Tokens | undefined> {
  const response = await fetch(new URL('/dev/personas', gateway));
  if (!response.ok) return undefined;
  const { personas } = (await response.json()) as { personas: readonly { id: string }[] };
  const tokens: Record<string, string> = {};
  for (const { id } of personas) {
    const issued = await fetch(new URL('/dev/token', gateway), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ persona: id }),
    });
    tokens[id] = ((await issued.json()) as { token: string }).token;
  }
  return tokens;
}
