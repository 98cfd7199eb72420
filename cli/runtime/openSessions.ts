import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResidentIssuer } from '../../gateway/identity/residentIssuer.js';
import { RevokedSessions } from '../../gateway/session/revokedSessions.js';
import { Sessions } from '../../gateway/session/sessions.js';
import { PolkuError } from '../../lib/errors.js';
import { isLoopback } from '../../lib/loopback.js';
import type { Configuration } from '../configuration/configuration.js';
import type { Secrets } from './secrets.js';

/**
 * The sessions of the console; undefined if the configuration names no login.
 * @throws PolkuError CONFIG_INVALID, SESSIONS_INVALID
 */
export async function openSessions(
  { data, console: settings, gateway }: Configuration,
  secrets: Secrets,
  residents: ResidentIssuer | undefined,
): Promise<Sessions | undefined> {
  const { logins, idleMinutes, hours } = settings;
  if (logins.length === 0) return undefined;
  if (gateway.publicUrl === undefined)
    throw new PolkuError(
      'CONFIG_INVALID',
      'console.logins needs gateway.publicUrl: the identity provider sends browsers back there.',
    );
  const publicUrl = new URL(gateway.publicUrl);
  for (const url of [publicUrl, ...logins.map(({ issuer }) => new URL(issuer))])
    if (url.protocol !== 'https:' && !isLoopback(url.hostname))
      throw new PolkuError(
        'CONFIG_INVALID',
        `A login needs https: ${url.origin} would send secrets and tokens in clear.`,
      );
  return new Sessions({
    logins: await Promise.all(
      logins.map(async (login) => ({
        ...login,
        clientSecret: (await readFile(login.clientSecret, 'utf8')).trim(),
      })),
    ),
    publicUrl,
    secrets: await secrets.session(),
    residents,
    idleSeconds: idleMinutes * 60,
    totalSeconds: hours * 3600,
    revoked: await RevokedSessions.open(join(data, 'sessions', 'revoked.json'), hours * 3600),
  });
}
