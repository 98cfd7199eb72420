import { join } from 'node:path';
import { readGatewayKeys, Secrets } from '../../cli/runtime/secrets.js';
import { type HostileRegistry, startHostile } from '../city/hostileRegistry.js';
import { healthSdl } from '../city/hostileSchemas.js';

/** An attacker in place of the registry health, who knows its contract. */
export async function startImposter(data: string): Promise<HostileRegistry> {
  const secrets = join(data, 'secrets');
  await new Secrets(secrets).gatewayKey();
  const imposter = await startHostile('health', await readGatewayKeys(join(secrets, 'gateway.key.pub')));
  imposter.sdl = healthSdl;
  return imposter;
}
