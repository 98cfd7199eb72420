import { hkdfSync } from 'node:crypto';
import { EncryptJWT, jwtDecrypt, type JWTPayload } from 'jose';

/** Browsers keep at least 4096 bytes of a cookie with its name and attributes (RFC 6265 §6.1). */
const PART_CHARACTERS = 3_500;
/** So many parts hold the tokens of any provider; more are not read. */
const MOST_PARTS = 5;

/** Which pages of other sites may make the browser send a cookie. */
type SameSite = 'Strict' | 'Lax';

/**
 * A cookie with encrypted content (AES-256-GCM) that only this service can read or make. Its name begins with
 * `__Host-`, so the browser sends it to this host alone and only over TLS (RFC 6265bis §4.1.3.2). Long
 * content is in several parts.
 */
export class SealedCookie<Content extends object> {
  readonly #keys: readonly Uint8Array[];

  /** @param secrets versions, newest first; content that an older version sealed stays readable */
  constructor(
    private readonly name: string,
    private readonly sameSite: SameSite,
    secrets: readonly Buffer[],
  ) {
    this.#keys = secrets.map(
      (secret) => new Uint8Array(hkdfSync('sha256', secret, '', `polku cookie ${name}`, 32)),
    );
  }

  /**
   * The lines Set-Cookie for some content. The browser forgets it when it closes, and this service after
   * `seconds`.
   */
  async write(content: Content, seconds: number): Promise<readonly string[]> {
    const text = await new EncryptJWT(content as JWTPayload)
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setIssuedAt()
      .setExpirationTime(`${seconds}s`)
      .encrypt(this.#keys[0]!);
    const parts = text.match(new RegExp(`.{1,${PART_CHARACTERS}}`, 'g'))!;
    if (parts.length > MOST_PARTS) throw new Error('The content of the cookie is too long.');
    // A part of an earlier, longer content must not remain.
    return Array.from({ length: MOST_PARTS }, (_, part) => this.#line(part, parts[part]));
  }

  /** The lines Set-Cookie that make the browser forget the content. */
  clear(): readonly string[] {
    return Array.from({ length: MOST_PARTS }, (_, part) => this.#line(part, undefined));
  }

  /** The content in a header Cookie; undefined if there is none, or it is expired or not of this service. */
  async read(header: string | undefined): Promise<Content | undefined> {
    const values = new Map(
      (header ?? '').split(';').map((pair) => pair.trim().split(/=(.*)/s, 2) as [string, string]),
    );
    let text = '';
    for (let part = 0; part < MOST_PARTS; part++) {
      const value = values.get(this.#partName(part));
      if (value === undefined || value === '') break;
      text += value;
    }
    if (text === '') return undefined;
    for (const key of this.#keys) {
      try {
        const options = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };
        return (await jwtDecrypt<Content>(text, key, options)).payload as Content;
      } catch {
        // Another version of the secret may have sealed it.
      }
    }
    return undefined;
  }

  #line(part: number, value: string | undefined): string {
    const attributes = `Path=/; Secure; HttpOnly; SameSite=${this.sameSite}`;
    return `${this.#partName(part)}=${value ?? ''}; ${attributes}${value === undefined ? '; Max-Age=0' : ''}`;
  }

  #partName(part: number): string {
    return part === 0 ? this.name : `${this.name}.${part}`;
  }
}
