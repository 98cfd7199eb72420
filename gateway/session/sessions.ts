import { createHmac, hkdfSync, randomUUID } from 'node:crypto';
import { type JWTPayload, jwtVerify } from 'jose';
import { PolkuError } from '../../lib/errors.js';
import { PROVIDER_ALGORITHMS } from '../../schema/tokens/callerToken.js';
import type { ResidentIssuer } from '../identity/residentIssuer.js';
import { IssuerKeys } from '../identity/trustedIssuer.js';
import { type LoginAttempt, LoginProvider, type LoginSettings, type LoginTokens } from './loginProvider.js';
import type { RevokedSessions } from './revokedSessions.js';
import { SealedCookie } from './sealedCookie.js';

export interface SessionsOptions {
  readonly logins: readonly LoginSettings[];
  /** The address of this service as browsers see it. */
  readonly publicUrl: URL;
  /** Versions of the secret of cookies, newest first. */
  readonly secrets: readonly Buffer[];
  /** How long a session lasts without a request, and in total. */
  readonly idleSeconds: number;
  readonly totalSeconds: number;
  readonly revoked: RevokedSessions;
  /** Issues the tokens of residents, where a login has their identity code. */
  readonly residents?: ResidentIssuer | undefined;
}

/** A session, as the browser's cookie holds it. */
export interface Session {
  readonly login: string;
  readonly accessToken: string;
  readonly refreshToken?: string | undefined;
  /** A resident, by the id that the login service received. Without it, the tokens are the provider's. */
  readonly person?: string | undefined;
  /** In seconds since 1970, like all times here. */
  readonly expiresAt: number;
  readonly startedAt: number;
  readonly seenAt: number;
  /** A digest of the provider's name of the person: a provider may name a person by the identity code. */
  readonly subject?: string | undefined;
  /** A digest of the provider's name of the session, or our own name where the provider gives none. */
  readonly providerSession: string;
}

/**
 * What a request with a cookie is worth: its session, and the lines Set-Cookie that renew or remove the
 * cookie.
 */
export interface ReadSession {
  readonly session: Session | undefined;
  readonly cookies: readonly string[];
}

/** How long a login at the provider may take. */
const LOGIN_SECONDS = 600;
/** A cookie is renewed when its last use was so long ago, and a token when it expires so soon. */
const RENEW_AFTER_SECONDS = 60;
const REFRESH_BEFORE_SECONDS = 30;
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const LOGOUT_TOKEN_SECONDS = 300;

export const CALLBACK_PATH = '/session/callback';

/**
 * The sessions of the console. This service logs people in and keeps their tokens: the browser holds an
 * encrypted cookie and never a token (backend for frontend). A session ends by logout, by the provider's back
 * channel, when it is idle, or after its longest time.
 */
export class Sessions {
  readonly #session: SealedCookie<Session>;
  readonly #attempt: SealedCookie<LoginAttempt>;
  readonly #providers: ReadonlyMap<string, LoginProvider>;
  readonly #keys = new Map<string, IssuerKeys>();
  /** Refreshes under way, by token: a page sends several requests at once, and a token may work only once. */
  readonly #refreshing = new Map<string, Promise<LoginTokens>>();
  /** Logout tokens that were used, so that none is used twice. */
  readonly #usedLogouts = new Set<string>();
  /** Keys for digests of a provider's names, newest first. */
  readonly #nameKeys: readonly Buffer[];

  constructor(private readonly options: SessionsOptions) {
    const { logins, publicUrl, secrets } = options;
    this.#session = new SealedCookie('__Host-polku-session', 'Strict', secrets);
    // The provider's page sends the browser back, which is a request from another site.
    this.#attempt = new SealedCookie('__Host-polku-login', 'Lax', secrets);
    this.#nameKeys = secrets.map((secret) =>
      Buffer.from(hkdfSync('sha256', secret, '', 'polku session names', 32)),
    );
    const callback = new URL(CALLBACK_PATH, publicUrl);
    this.#providers = new Map(logins.map((login) => [login.name, new LoginProvider(login, callback)]));
  }

  get logins(): readonly LoginSettings[] {
    return this.options.logins;
  }

  get publicUrl(): URL {
    return this.options.publicUrl;
  }

  /**
   * Begins a login.
   * @throws PolkuError BAD_REQUEST if there is no such login, ISSUER_UNAVAILABLE
   */
  async begin(
    name: string | undefined,
    returnTo: string,
  ): Promise<{ readonly location: URL; readonly cookies: readonly string[] }> {
    const { location, attempt } = await this.#provider(name ?? this.logins[0]!.name).begin(returnTo);
    return { location, cookies: await this.#attempt.write(attempt, LOGIN_SECONDS) };
  }

  /**
   * Ends a login: the provider has sent the browser back. Of a resident, nothing of the provider is kept but
   * digests of its names, because its tokens hold the identity code.
   * @throws PolkuError LOGIN_FAILED
   */
  async complete(
    search: string,
    cookie: string | undefined,
  ): Promise<{ readonly returnTo: string; readonly cookies: readonly string[] }> {
    const attempt = await this.#attempt.read(cookie);
    if (!attempt)
      throw new PolkuError(
        'LOGIN_FAILED',
        'This browser has not begun the login, or it took longer than ten minutes. Log in again.',
        { reason: 'no-attempt' },
      );
    const provider = this.#provider(attempt.login);
    const { tokens, identityCode } = await provider.complete(search, attempt);
    const { accessToken, refreshToken, expiresAt, subject, providerSession } = tokens;
    const isResident = provider.settings.identityCode !== undefined;
    const now = nowInSeconds();
    const session: Session = {
      login: attempt.login,
      ...(isResident
        ? await this.#residentTokens(this.#residents.admit(identityCode))
        : { accessToken, refreshToken, expiresAt }),
      subject: subject === undefined ? undefined : this.#digests(subject)[0],
      providerSession: providerSession === undefined ? randomUUID() : this.#digests(providerSession)[0]!,
      startedAt: now,
      seenAt: now,
    };
    return {
      returnTo: attempt.returnTo,
      cookies: [...this.#attempt.clear(), ...(await this.#write(session))],
    };
  }

  /** The session of a request. An access token that expires soon is refreshed. */
  async read(cookie: string | undefined): Promise<ReadSession> {
    const session = await this.#session.read(cookie);
    if (!session) return { session: undefined, cookies: [] };
    if (!this.#providers.has(session.login)) return { session: undefined, cookies: this.#session.clear() };
    const now = nowInSeconds();
    const { idleSeconds, totalSeconds } = this.options;
    if (
      now - session.seenAt > idleSeconds ||
      now - session.startedAt > totalSeconds ||
      this.#isRevoked(session)
    )
      return { session: undefined, cookies: this.#session.clear() };
    if (session.expiresAt - now <= REFRESH_BEFORE_SECONDS) return this.#refreshed(session, now);
    if (now - session.seenAt < RENEW_AFTER_SECONDS) return { session, cookies: [] };
    const seen = { ...session, seenAt: now };
    return { session: seen, cookies: await this.#write(seen) };
  }

  /**
   * Logs out here.
   * @returns the lines that remove the cookie, and where the provider ends its session, if it can
   */
  async logout(cookie: string | undefined): Promise<{ location: URL; cookies: readonly string[] }> {
    const session = await this.#session.read(cookie);
    // A copy of the cookie must not work any longer, either.
    const provider = session && this.#providers.get(session.login);
    if (provider) await this.#revoke(session);
    const home = new URL('/', this.options.publicUrl);
    const location = await provider?.logoutAddress(home).catch(() => undefined);
    return { location: location ?? home, cookies: this.#session.clear() };
  }

  /**
   * Ends sessions because the provider says so (OpenID Connect Back-Channel Logout 1.0 §2.6).
   * @throws PolkuError BAD_REQUEST if the token is not a logout token of a login's provider for this client
   */
  async revoke(logoutToken: string): Promise<void> {
    for (const { settings } of this.#providers.values()) {
      const { issuer } = settings;
      const payload = await this.#verifyLogout(logoutToken, settings).catch(() => undefined);
      if (!payload) continue;
      const { sub, sid, jti, nonce, events } = payload;
      const isLogout = typeof events === 'object' && events !== null && Object.hasOwn(events, LOGOUT_EVENT);
      if (!isLogout || nonce !== undefined || (sub === undefined && typeof sid !== 'string')) break;
      if (this.#usedLogouts.has(jti!)) break;
      this.#usedLogouts.add(jti!);
      setTimeout(() => this.#usedLogouts.delete(jti!), 2 * LOGOUT_TOKEN_SECONDS * 1000).unref();
      const at = nowInSeconds();
      // A name of a session ends that one only. Sessions have digests by the newest key of their time.
      for (const name of this.#digests(typeof sid === 'string' ? sid : sub!))
        await this.options.revoked.add({
          issuer,
          ...(typeof sid === 'string'
            ? { providerSession: name, subject: undefined }
            : { providerSession: undefined, subject: name }),
          at,
        });
      return;
    }
    throw new PolkuError('BAD_REQUEST', 'Expected a logout token of the identity provider, used once.');
  }

  async #refreshed(session: Session, now: number): Promise<ReadSession> {
    const { refreshToken, person } = session;
    if (person !== undefined) return this.#reissued(session, person, now);
    if (refreshToken === undefined)
      return session.expiresAt > now
        ? { session, cookies: [] }
        : { session: undefined, cookies: this.#session.clear() };
    let refresh = this.#refreshing.get(refreshToken);
    if (!refresh) {
      refresh = this.#provider(session.login).refresh(refreshToken);
      this.#refreshing.set(refreshToken, refresh);
      // Requests that the page sent with the old cookie arrive a little later.
      const forget = () => setTimeout(() => this.#refreshing.delete(refreshToken), 10_000).unref();
      void refresh.then(forget, () => this.#refreshing.delete(refreshToken));
    }
    try {
      const tokens = await refresh;
      const renewed: Session = {
        ...session,
        accessToken: tokens.accessToken,
        refreshToken: tokens.refreshToken ?? refreshToken,
        expiresAt: tokens.expiresAt,
        seenAt: now,
      };
      return { session: renewed, cookies: await this.#write(renewed) };
    } catch (error) {
      // While the provider cannot be reached, the token is used as long as it is valid.
      const isRefused = error instanceof PolkuError && error.code === 'LOGIN_FAILED';
      if (!isRefused && session.expiresAt > now) return { session, cookies: [] };
      return { session: undefined, cookies: this.#session.clear() };
    }
  }

  /** A session of a resident lives as long as any other, and has a short token of its own meanwhile. */
  async #reissued(session: Session, person: string, now: number): Promise<ReadSession> {
    try {
      const renewed = { ...session, ...(await this.#residentTokens(person)), seenAt: now };
      return { session: renewed, cookies: await this.#write(renewed) };
    } catch (error) {
      if (!(error instanceof PolkuError)) throw error;
      return { session: undefined, cookies: this.#session.clear() };
    }
  }

  async #residentTokens(
    person: string,
  ): Promise<Pick<Session, 'accessToken' | 'expiresAt'> & { person: string }> {
    return { ...(await this.#residents.issue(person)), person };
  }

  get #residents(): ResidentIssuer {
    const { residents } = this.options;
    if (residents) return residents;
    throw new PolkuError('LOGIN_FAILED', 'Residents cannot log in here.', { reason: 'no-residents' });
  }

  /** Digests of a provider's name of a person or a session, by the newest key first. */
  #digests(name: string): readonly string[] {
    return this.#nameKeys.map((key) => createHmac('sha256', key).update(name).digest('base64url'));
  }

  #write(session: Session): Promise<readonly string[]> {
    return this.#session.write(session, this.options.totalSeconds);
  }

  #isRevoked(session: Session): boolean {
    return this.options.revoked.has({ ...this.#revocable(session), startedAt: session.startedAt });
  }

  #revoke(session: Session): Promise<void> {
    return this.options.revoked.add({ ...this.#revocable(session), at: nowInSeconds() });
  }

  #revocable({ login, providerSession, subject }: Session) {
    return { issuer: this.#provider(login).settings.issuer, providerSession, subject };
  }

  async #verifyLogout(token: string, { name, issuer, clientId }: LoginSettings): Promise<JWTPayload> {
    let keys = this.#keys.get(name);
    if (!keys) this.#keys.set(name, (keys = new IssuerKeys(issuer)));
    const { payload } = await jwtVerify(token, keys.find, {
      issuer,
      audience: clientId,
      algorithms: PROVIDER_ALGORITHMS,
      maxTokenAge: LOGOUT_TOKEN_SECONDS,
      requiredClaims: ['jti', 'events'],
    });
    return payload;
  }

  #provider(name: string): LoginProvider {
    const provider = this.#providers.get(name);
    if (provider) return provider;
    throw new PolkuError('BAD_REQUEST', 'There is no login of this name.');
  }
}

function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
