import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { packageRoot } from '../../lib/packageRoot.js';
import { freePort } from '../city/freePort.js';

type Claims = Readonly<Record<string, unknown>>;

interface TestClient {
  readonly client_id: string;
  readonly client_secret: string;
  /** With them the client may log people in (authorization code with PKCE). */
  readonly redirect_uris?: readonly string[];
  readonly post_logout_redirect_uris?: readonly string[];
  readonly backchannel_logout_uri?: string;
  readonly backchannel_logout_session_required?: boolean;
  /** Additional claims of its access tokens of client credentials. */
  readonly claims?: Claims;
}

interface ProviderOptions {
  readonly clients: readonly TestClient[];
  /** The additional claims of people who may log in, by login name. */
  readonly users?: Readonly<Record<string, Claims>>;
  /** Which of these claims its ID tokens hold, too. */
  readonly idTokenClaims?: readonly string[];
  /** The signature of its tokens. */
  readonly algorithm?: 'RS256' | 'PS256' | 'ES256' | 'ES384' | 'EdDSA';
  readonly audience?: string;
  /** How long its access tokens live. */
  readonly tokenSeconds?: number;
  /** By default a free port. */
  readonly port?: number;
}

/** A certified OpenID provider (oidc-provider) on loopback, in a process of its own. */
export interface TestProvider {
  readonly issuer: string;
  /** An access token for Polku. @throws Error if the provider refuses */
  clientCredentialsToken(clientId: string): Promise<string>;
  /** Ends the process: an outage. */
  stop(): Promise<void>;
  /** Starts it again on the same port, with the same keys. */
  start(): Promise<void>;
  /** Replaces its key, which needs a restart. */
  rotateKey(): Promise<void>;
}

export async function startProvider({
  clients,
  users = {},
  idTokenClaims = [],
  algorithm = 'RS256',
  audience = 'polku',
  tokenSeconds = 600,
  port,
}: ProviderOptions): Promise<TestProvider> {
  const listen = port ?? (await freePort());
  const issuer = `http://127.0.0.1:${listen}`;
  let key = await signingKey(algorithm);
  let running: ChildProcess | undefined;

  async function start(): Promise<void> {
    const child = fork(join(packageRoot(), 'test', 'identity', 'provider.mjs'), {
      silent: true,
      execArgv: [],
    });
    let errors = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.stdout!.resume();
    const jwks = { keys: [key] };
    const tokens = { audience, algorithm, jwks, idTokenClaims, tokenSeconds };
    child.send({ port: listen, issuer, clients, users, ...tokens });
    const ended = once(child, 'exit').then(() => {
      throw new Error(`The provider has ended: ${errors}`);
    });
    await Promise.race([once(child, 'message'), ended]);
    ended.catch(() => {});
    running = child;
  }

  async function stop(): Promise<void> {
    const child = running;
    running = undefined;
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  }

  await start();
  return {
    issuer,
    start,
    stop,
    async rotateKey() {
      key = await signingKey(algorithm);
      await stop();
      await start();
    },
    async clientCredentialsToken(clientId) {
      const client = clients.find(({ client_id }) => client_id === clientId);
      const secret = `${clientId}:${client?.client_secret ?? ''}`;
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(secret).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'polku' }),
      });
      const answer = (await response.json()) as { access_token?: string };
      if (answer.access_token === undefined) throw new Error(`No token: ${JSON.stringify(answer)}`);
      return answer.access_token;
    },
  };
}

async function signingKey(algorithm: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg: algorithm, use: 'sig', kid: crypto.randomUUID() };
}
