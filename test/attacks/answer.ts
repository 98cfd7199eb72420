/** What a gateway answered over HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Empty when the text is no JSON object. */
  readonly body: AnswerBody;
}

export interface AnswerBody {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly AnswerError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface AnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

/** The code of the first error. */
export function codeOf({ body }: Answer): string | undefined {
  const code = body.errors?.[0]?.extensions?.['code'];
  return typeof code === 'string' ? code : undefined;
}

/** Headers and parts of a body that differ from one response to the next. */
const VARYING_HEADERS = new Set(['date', 'polku-decision-id', 'content-length', 'connection', 'keep-alive']);
const DECISION_ID = /"decisionId":"[^"]*"/g;

/**
 * A response as bytes for comparison: without what differs each time, and with given names replaced by one
 * word.
 * @param names names from the request that the response may echo
 */
export function comparable({ status, headers, text }: Answer, names: readonly string[] = []): string {
  const fixed = [...headers].filter(([name]) => !VARYING_HEADERS.has(name)).sort();
  const neutral = names.reduce(
    (rest, name) => rest.replaceAll(new RegExp(`(?<![\\w-])${name}(?![\\w-])`, 'g'), 'NAME'),
    text.replace(DECISION_ID, ''),
  );
  return JSON.stringify([status, fixed, neutral]);
}

function parsed(text: string): AnswerBody {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as AnswerBody) : {};
  } catch {
    return {};
  }
}
