import type { KeyObject } from 'node:crypto';
import { loadOwners } from '../../../policies/revisions/owners.js';
import { readPersonKey, writePublicKey } from '../../../policies/revisions/personKey.js';
import { PolkuError } from '../../../schema/polkuError.js';
import { ownersFile } from './openPolicy.js';

/** A person of owners.yaml, with the key by which they sign. */
export interface Signer {
  readonly person: string;
  readonly key: KeyObject;
}

/**
 * Who signs: the person of owners.yaml to whom the key belongs.
 * @throws PolkuError SIGNATURE_INVALID, SECRET_INVALID, POLICY_INVALID
 */
export async function readSigner(options: {
  readonly owners?: string | undefined;
  readonly key: string;
}): Promise<Signer> {
  const key = await readPersonKey(options.key);
  const file = ownersFile(options);
  const { people } = await loadOwners(file);
  const person = [...people.values()].find((one) => writePublicKey(one.key) === writePublicKey(key));
  if (person) return { key, person: person.id };
  throw new PolkuError(
    'SIGNATURE_INVALID',
    `The key in ${options.key} belongs to nobody whom ${file} knows.`,
  );
}
