import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, SignJWT } from 'jose';
import { serve } from '../../cli/commands/serve.js';
import { configurationWith } from '../../cli/configuration/readConfiguration.js';
import type { ServiceLog } from '../../cli/runtime/processLog.js';
import type { DemoAnswer } from '../../cli/demo/scenes.js';
import { remoteRegistries } from './serveCity.js';
import type { SignedPolicies } from './signedPolicies.js';
import { TestLog } from './testLog.js';

/** An identity provider on loopback that publishes its keys at an address. */
export interface TestIssuer {
  readonly issuer: string;
  readonly jwks: string;
  token(claims: Readonly<Record<string, unknown>>): Promise<string>;
  /** Signs claims unchanged, with additional header parameters. */
  sign(claims: object, head?: object): Promise<string>;
  close(): void;
}

export async function startIssuer(): Promise<TestIssuer> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'EdDSA' }] });
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(keys);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sign = (claims: object, head: object = {}) =>
    new SignJWT({ ...claims }).setProtectedHeader({ alg: 'EdDSA', kid: 'k', ...head }).sign(privateKey);
  return {
    issuer: 'city-login',
    jwks: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    token(claims) {
      const now = Math.floor(Date.now() / 1000);
      const own = { iss: 'city-login', aud: 'polku', iat: now, exp: now + 3_600 };
      return sign({ sub: 'somebody', ...claims, ...own });
    },
    sign,
    close: () => void server.close(),
  };
}

export const DOCTOR = {
  recipient: 'health-services',
  roles: ['clinician'],
  purposes: ['care'],
  employee: 'H-2001',
};
export const FAMILY_TEAM = {
  recipient: 'family-services',
  roles: ['family-team-worker'],
  purposes: ['child-protection'],
  units: ['PT-1'],
};
export const DATA_OWNER = {
  recipient: 'city',
  roles: ['data-owner'],
  purposes: ['policy-administration'],
};

/** A person who has logged in, by the id that the login service was given. */
export const resident = (person: string) => ({
  recipient: 'resident',
  roles: ['resident'],
  purposes: ['data-subject'],
  person,
});

export interface ProductionCity {
  readonly url: URL;
  /** Asks for the caller's only purpose. */
  ask(
    claims: typeof DOCTOR | typeof FAMILY_TEAM | typeof DATA_OWNER | ReturnType<typeof resident>,
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<DemoAnswer & { status: number }>;
  stop(): Promise<void>;
}

/** A city served without --dev: real tokens, signed policies. */
export async function serveProduction(
  data: string,
  signed: Pick<SignedPolicies, 'store' | 'owners'>,
  issuer: TestIssuer,
  options: {
    readonly port?: number;
    readonly remote?: ReadonlyMap<string, string>;
    readonly conceal?: boolean;
    readonly log?: ServiceLog;
    /** Other keys of the configuration. */
    readonly keys?: Readonly<Record<string, unknown>>;
  } = {},
): Promise<ProductionCity> {
  const configuration = configurationWith({
    data,
    'policies.from': signed.store,
    owners: signed.owners,
    'gateway.port': options.port ?? 0,
    'gateway.conceal': options.conceal ?? true,
    'identity.issuers': [{ issuer: issuer.issuer, keys: issuer.jwks }],
    registries: remoteRegistries(options.remote),
    ...options.keys,
  });
  const { city } = await serve(configuration, {}, options.log ?? new TestLog());
  return {
    url: city.url,
    async ask(claims, query, variables, headers) {
      const response = await fetch(new URL('/graphql', city.url), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await issuer.token(claims)}`,
          'purpose-of-use': claims.purposes[0]!,
          ...headers,
        },
        body: JSON.stringify({ query, variables }),
      });
      return { ...((await response.json()) as DemoAnswer), status: response.status };
    },
    stop: () => city.stop(),
  };
}
