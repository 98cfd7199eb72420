import { importJWK } from 'jose';
import * as client from 'openid-client';
import { fhirFault, jsonOf } from './fhirFault.js';
import { type FhirConnection, isSafeAddress } from './fhirConnection.js';
import { PolkuError } from '../../../../lib/errors.js';

/** A token is asked for again this long before it expires. */
const EARLY_SECONDS = 30;
const TIMEOUT_SECONDS = 30;

interface SmartConfiguration {
  readonly token_endpoint?: unknown;
  readonly scopes_supported?: unknown;
}

/**
 * Access tokens by SMART Backend Services (https://hl7.org/fhir/smart-app-launch/backend-services.html): the
 * client proves who it is with a signed assertion (RFC 7523, `private_key_jwt`). A token lives five minutes
 * at most, so a long export takes several.
 */
export class BackendToken {
  private token = '';
  private expiresAt = 0;

  private constructor(
    private readonly configuration: client.Configuration,
    private readonly scope: string,
  ) {}

  /**
   * Asks the server where tokens come from.
   * @param types the resources that are read
   * @throws PolkuError SOURCE_CONNECTION, SOURCE_UNREADABLE
   */
  static async open(connection: FhirConnection, types: readonly string[]): Promise<BackendToken> {
    const { server, clientId, key } = connection;
    const known = await smartConfiguration(server);
    if (!isSafeAddress(known.token_endpoint))
      throw new PolkuError(
        'SOURCE_UNREADABLE',
        `The FHIR server at ${new URL(server).origin} does not say in /.well-known/smart-configuration where tokens come from, ` +
          'by an address that begins with https://. It must offer SMART Backend Services.',
      );
    const endpoint = known.token_endpoint;
    const privateKey = (await importJWK(key, key.alg)) as client.CryptoKey;
    const authentication = client.PrivateKeyJwt(
      { key: privateKey, ...(key.kid !== undefined && { kid: key.kid }) },
      {
        [client.modifyAssertion]: (_header, payload) => {
          // SMART wants the token endpoint here, and five minutes at most.
          payload['aud'] = endpoint;
        },
      },
    );
    const metadata = { issuer: server, token_endpoint: endpoint };
    const configuration = new client.Configuration(metadata, clientId, undefined, authentication);
    configuration.timeout = TIMEOUT_SECONDS;
    // On this machine only; see isSafeAddress.
    if (endpoint.startsWith('http:')) client.allowInsecureRequests(configuration);
    const scopes = Array.isArray(known.scopes_supported) ? known.scopes_supported.map(String) : [];
    // Version 2 of SMART names single rights: read and search.
    const right = scopes.some((scope) => scope.endsWith('.rs')) ? 'rs' : 'read';
    return new BackendToken(configuration, types.map((type) => `system/${type}.${right}`).join(' '));
  }

  /** @throws PolkuError SOURCE_DENIED, SOURCE_CONNECTION */
  async get(): Promise<string> {
    const now = Date.now() / 1000;
    if (now < this.expiresAt - EARLY_SECONDS) return this.token;
    try {
      const answer = await client.clientCredentialsGrant(this.configuration, { scope: this.scope });
      this.token = answer.access_token;
      this.expiresAt = now + (answer.expires_in ?? 0);
      return this.token;
    } catch (cause) {
      throw fhirFault('The token endpoint of the FHIR server', cause);
    }
  }
}

async function smartConfiguration(server: string): Promise<SmartConfiguration> {
  const what = `The FHIR server at ${new URL(server).origin}`;
  try {
    const answer = await fetch(`${server}/.well-known/smart-configuration`, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000),
    });
    if (!answer.ok) {
      await answer.body?.cancel();
      return {};
    }
    return (await jsonOf(answer, what)) ?? {};
  } catch (cause) {
    throw fhirFault(what, cause);
  }
}
