import * as client from 'openid-client';
import { PolkuError } from '../../lib/errors.js';
import { isLoopback } from '../../lib/loopback.js';

/** How people log in to the console: an OpenID Connect provider, and this service as its client. */
export interface LoginSettings {
  /** The name in addresses of this service, such as `staff`. */
  readonly name: string;
  /** The text of its button. */
  readonly label: { readonly en: string; readonly fi: string; readonly sv: string };
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
  /** The resource for which an access token is requested (RFC 8707), where the provider needs it. */
  readonly resource?: string | undefined;
  /** The claim of the ID token with the identity code, where residents log in. */
  readonly identityCode?: string | undefined;
}

type Answer = client.TokenEndpointResponse & client.TokenEndpointResponseHelpers;

/** What the browser must bring back from the provider, so that nobody else can end this login. */
export interface LoginAttempt {
  readonly login: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** The page of the console to open afterwards. */
  readonly returnTo: string;
}

/** What a provider gave for a login, or for a refresh of one. */
export interface LoginTokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  /** When the access token expires, in seconds since 1970. */
  readonly expiresAt: number;
  readonly subject: string | undefined;
  /** The provider's name of the session, by which it logs out over the back channel. */
  readonly providerSession: string | undefined;
}

/** What a provider says when a login ends. */
export interface CompletedLogin {
  readonly tokens: LoginTokens;
  /** The claim with the identity code, unchecked, where the login has one. It must not be kept. */
  readonly identityCode: unknown;
}

const TIMEOUT_SECONDS = 10;
/** Where a provider does not say how long its access token lives. */
const LIFETIME_SECONDS = 300;

/**
 * Logs people in with the authorization code flow and PKCE (RFC 7636). The response must name the issuer
 * where the provider supports that (RFC 9207), so that two providers cannot be mixed up.
 */
export class LoginProvider {
  #known: Promise<client.Configuration> | undefined;

  /** @param callback the address of this service that the provider sends the browser back to */
  constructor(
    readonly settings: LoginSettings,
    private readonly callback: URL,
  ) {}

  /** The address of the provider's login page, and what the browser must bring back. */
  async begin(returnTo: string): Promise<{ readonly location: URL; readonly attempt: LoginAttempt }> {
    const codeVerifier = client.randomPKCECodeVerifier();
    const [state, nonce] = [client.randomState(), client.randomNonce()];
    const { name, scopes, resource } = this.settings;
    const location = client.buildAuthorizationUrl(await this.#configuration(), {
      redirect_uri: this.callback.href,
      scope: scopes.join(' '),
      code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      ...(resource !== undefined && { resource }),
    });
    return { location, attempt: { login: name, state, nonce, codeVerifier, returnTo } };
  }

  /**
   * @param search the query of the address that the provider sent the browser to
   * @throws PolkuError LOGIN_FAILED
   */
  async complete(search: string, { state, nonce, codeVerifier }: LoginAttempt): Promise<CompletedLogin> {
    const { resource, identityCode } = this.settings;
    const here = new URL(this.callback);
    here.search = search;
    const answer = await this.#grant(async (configuration) =>
      client.authorizationCodeGrant(
        configuration,
        here,
        { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier, idTokenExpected: true },
        resource === undefined ? {} : { resource },
      ),
    );
    return {
      tokens: tokensOf(answer),
      identityCode: identityCode === undefined ? undefined : answer.claims()?.[identityCode],
    };
  }

  /** @throws PolkuError LOGIN_FAILED if the provider ended the session */
  async refresh(refreshToken: string): Promise<LoginTokens> {
    return tokensOf(
      await this.#grant((configuration) => client.refreshTokenGrant(configuration, refreshToken)),
    );
  }

  /** The address where the provider ends its own session; undefined if it has none. */
  async logoutAddress(afterwards: URL): Promise<URL | undefined> {
    const configuration = await this.#configuration();
    if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
    return client.buildEndSessionUrl(configuration, {
      client_id: this.settings.clientId,
      post_logout_redirect_uri: afterwards.href,
    });
  }

  async #grant(grant: (configuration: client.Configuration) => Promise<Answer>): Promise<Answer> {
    const configuration = await this.#configuration();
    try {
      return await grant(configuration);
    } catch (cause) {
      // The cause is not kept: it may have the claims of a person, the identity code included.
      throw new PolkuError('LOGIN_FAILED', 'The identity provider did not confirm the login. Log in again.', {
        reason: reasonOf(cause),
      });
    }
  }

  /** Discovered once; after a failure the next login tries again. */
  async #configuration(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.settings;
    const url = new URL(issuer);
    this.#known ??= client.discovery(url, clientId, clientSecret, undefined, {
      timeout: TIMEOUT_SECONDS,
      ...(isLoopback(url.hostname) && { execute: [client.allowInsecureRequests] }),
    });
    try {
      return await this.#known;
    } catch (cause) {
      this.#known = undefined;
      throw new PolkuError(
        'ISSUER_UNAVAILABLE',
        'The identity provider of the console cannot be reached. Try again in a moment.',
        {},
        { cause },
      );
    }
  }
}

function tokensOf(answer: Answer): LoginTokens {
  const claims = answer.claims();
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token,
    expiresAt: Math.floor(Date.now() / 1000) + (answer.expiresIn() ?? LIFETIME_SECONDS),
    subject: claims?.sub,
    providerSession: claims?.['sid'] as string | undefined,
  };
}

/** The fault in one word; a provider's own text may name a person. */
function reasonOf(cause: unknown): string {
  const { code, error } = cause as { code?: unknown; error?: unknown };
  const word = [error, code].find((one) => typeof one === 'string' && /^[a-z_]{1,60}$/i.test(one));
  return typeof word === 'string' ? word.toLowerCase() : 'other';
}
