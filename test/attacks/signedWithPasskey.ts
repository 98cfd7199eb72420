import { readFile, writeFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import { signedPolicies, type SignedPolicies } from '../city/signedPolicies.js';
import { softPasskey } from '../city/softAuthenticator.js';

/** Signed policies whose newest revision was proposed with a key file and approved with a passkey. */
export async function signedWithPasskey(): Promise<SignedPolicies> {
  const signed = await signedPolicies();
  await signed.first();
  const relyingParty = { id: 'polku.city.example', origins: ['https://polku.city.example'] };
  const passkey = softPasskey('ES256', relyingParty);
  const owners = parse(await readFile(signed.owners, 'utf8')) as { people: Record<string, object> };
  Object.assign(owners.people['health-2']!, { passkeys: [{ id: passkey.id, key: passkey.spki }] });
  await writeFile(signed.owners, stringify({ ...owners, relyingParty }));
  const sources = await signed.sources('health.yaml', (text) => `${text}\n# signed with a passkey\n`);
  const { sequence, payload } = await signed.propose('health-1', sources);
  await signed.revisionService.approve(sequence, {
    person: 'health-2',
    signature: passkey.sign(payload),
  });
  return signed;
}
