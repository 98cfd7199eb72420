import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PersonKey } from '../../../schema/keys.js';
import { PolkuError } from '../../../schema/polkuError.js';
import { Linkage } from '../../../subgraphs/linkage/linkage.js';
import { hetu } from '../../../subgraphs/linkage/scheme.js';
import { everyKeyOf } from '../../../subgraphs/registry/subgraph/mergedPersons.js';
import { type DomainName, Domains } from '../../pseudonyms/domain.js';
import { unseal } from '../../pseudonyms/sealer.js';
import type { Secrets } from './secrets.js';

/**
 * Every key of the person behind an id, in the domain that it was given in. The log may have been written under another key,
 * before two codes turned out to be one person's.
 * @throws PolkuError ID_UNKNOWN, LINKAGE_STORE_INVALID
 */
export async function personOfId(
  id: string,
  domain: DomainName,
  data: string,
  secrets: Secrets,
): Promise<PersonKey[]> {
  const key = unseal(new Domains(await secrets.domain()).domain(domain), 'PersonID', id);
  // Where linkage runs elsewhere its store and secret are not here, and nobody here knows of other keys.
  if (typeof key === 'number')
    return existsSync(linkageFolder(data)) ? everyKey(await openLinkage(data, secrets), key) : [key];
  throw new PolkuError(
    'ID_UNKNOWN',
    'The id was not given to this recipient for this purpose, permit and epoch; name those that it was given to.',
  );
}

/**
 * Every key of the person with the identity code that stands in a file, or on standard input: never an argument, which other users of
 * the machine could read.
 * @param file `-` for standard input
 * @throws PolkuError SOURCE_UNREADABLE, IDENTITY_CODE_INVALID, ID_UNKNOWN
 */
export async function personOfCodeFile(file: string, data: string, secrets: Secrets): Promise<PersonKey[]> {
  const code = (await readCode(file)).trim();
  const linkage = await openLinkage(data, secrets);
  const found = linkage.findPerson(hetu, code);
  if (typeof found === 'number') return everyKey(linkage, found);
  if (found === 'unknown-person') throw new PolkuError('ID_UNKNOWN', 'Nobody here has this identity code.');
  throw new PolkuError(
    'IDENTITY_CODE_INVALID',
    'Expected one Finnish personal identity code: its form, date or check character is wrong.',
  );
}

function everyKey(linkage: Linkage, person: PersonKey): PersonKey[] {
  return everyKeyOf(new Map(linkage.mergedPersons()), person);
}

function linkageFolder(data: string): string {
  return join(data, 'linkage');
}

async function openLinkage(data: string, secrets: Secrets): Promise<Linkage> {
  return Linkage.open({ dir: linkageFolder(data), secret: await secrets.linkage() });
}

async function readCode(file: string): Promise<string> {
  try {
    if (file !== '-') return await readFile(file, 'utf8');
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  } catch (cause) {
    throw new PolkuError('SOURCE_UNREADABLE', `The file ${file} cannot be read.`, { file }, { cause });
  }
}
