/** Begins every challenge, so that no other use of the same passkey has an equal one. */
const CHALLENGE_DOMAIN = 'polku-approval/1\n';
const CLOSURE_FORMAT = 'polku-policy-closure/1';
const COMMENT_FORMAT = 'polku-policy-comment/1';

/** The parts of an assertion that a browser gives, each in base64url. */
export interface AssertionTexts {
  /** The credential id. */
  readonly id: string;
  readonly authenticatorData: string;
  readonly clientDataJSON: string;
  readonly signature: string;
}

/** The challenge that a passkey signs for a text: SHA-256, base64url. */
export async function challengeFor(text: string): Promise<string> {
  return base64url(await sha256(CHALLENGE_DOMAIN + text));
}

/** The signature as Polku accepts it. */
export function passkeySignature({
  id,
  authenticatorData,
  clientDataJSON,
  signature,
}: AssertionTexts): string {
  const text = JSON.stringify({ id, authenticatorData, clientDataJSON, signature });
  return `passkey:${base64url(new TextEncoder().encode(text))}`;
}

/** The text that is signed to withdraw or reject a proposal. */
export async function closureText(
  closure: 'withdrawn' | 'rejected',
  payload: string,
  comment: string,
): Promise<string> {
  return documentText({ format: CLOSURE_FORMAT, closure, revision: await digestOfText(payload), comment });
}

/**
 * The text that is signed to comment on a proposal.
 * @param time ISO 8601 in UTC, with milliseconds
 */
export async function commentText(payload: string, comment: string, time: string): Promise<string> {
  return documentText({ format: COMMENT_FORMAT, revision: await digestOfText(payload), comment, time });
}

function documentText(content: object): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

async function digestOfText(text: string): Promise<string> {
  return [...(await sha256(text))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

/** @param bytes a few kilobytes at most */
function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
