import { exportJWK, generateKeyPair, type JSONWebKeySet, SignJWT } from 'jose';
import { PolkuError } from '../../lib/errors.js';
import { TOKEN_ALGORITHM, type TrustedIssuer } from '../../schema/tokens/callerToken.js';
import { type Persona, personas as shipped } from './personas.js';
import { trustedIssuer } from './trustedIssuer.js';

const LIFETIME = '1h';
const KEY_ID = 'dev';
/** The issuer whose tokens let anyone act as any persona. */
export const DEV_ISSUER = 'polku-dev';

/**
 * An issuer inside the gateway for `--dev`. Its key lives as long as the process, so its tokens are valid
 * nowhere else.
 */
export interface DevIssuer {
  readonly trusted: TrustedIssuer;
  readonly jwks: JSONWebKeySet;
  readonly personas: readonly Persona[];
  /** @throws PolkuError BAD_REQUEST if there is no such persona */
  issue(persona: string): Promise<string>;
}

/** The id of a made-up person, from the domain of the login service; undefined if there is no such person. */
export type LoginPerson = () => Promise<string | undefined>;

export interface DevIssuerOptions {
  readonly audience?: string;
  readonly personas?: readonly Persona[];
  readonly loginPerson?: LoginPerson;
}

export async function createDevIssuer({
  audience = 'polku',
  personas = shipped,
  loginPerson = () => Promise.resolve(undefined),
}: DevIssuerOptions = {}): Promise<DevIssuer> {
  const { privateKey, publicKey } = await generateKeyPair(TOKEN_ALGORITHM, { crv: 'Ed25519' });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: KEY_ID, alg: TOKEN_ALGORITHM, use: 'sig' }] };
  return {
    trusted: trustedIssuer({ issuer: DEV_ISSUER, audience, keys: jwks }),
    jwks,
    personas,
    async issue(id) {
      const persona = personas.find((candidate) => candidate.id === id);
      if (!persona) throw unknownPersona(personas);
      const { recipient, roles, purposes, employee, units, permit } = persona;
      const person = persona.dataSubject && (await loginPerson());
      return new SignJWT({ recipient, roles, purposes, employee, units, permit, person })
        .setProtectedHeader({ alg: TOKEN_ALGORITHM, kid: KEY_ID, typ: 'JWT' })
        .setIssuer(DEV_ISSUER)
        .setAudience(audience)
        .setSubject(persona.id)
        .setIssuedAt()
        .setExpirationTime(LIFETIME)
        .sign(privateKey);
    },
  };
}

function unknownPersona(personas: readonly Persona[]): PolkuError {
  const known = personas.map(({ id }) => id).join(', ');
  return new PolkuError('BAD_REQUEST', `Expected {"persona": …} with one of: ${known}.`);
}
