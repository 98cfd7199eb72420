import { rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { loadOwners } from '../../approvals/owners.js';
import { digestOf, requireSigner, verifySignature, writeDocument } from '../../approvals/signedDocument.js';
import { sync, writeDurably } from '../../lib/durableFile.js';
import { PolkuError } from '../../lib/errors.js';
import { readRegularFile, sha256OfFile } from '../../lib/regularFile.js';
import { concernsOf } from './outputCheck.js';
import { heldFolder, type PermitManifest } from './permitManifest.js';

/** The statement of the person who releases an extract. */
interface Release {
  readonly person: string;
  readonly reason: string;
  /** Why it is released though the check found something; undefined: it found nothing. */
  readonly despite: string | undefined;
  readonly now: Date;
}

export interface HeldExtract {
  readonly manifest: PermitManifest;
  /** SHA-256 of manifest.json, which has the SHA-256 of every file. */
  readonly digest: string;
}

/**
 * Reads an extract that waits, and checks that it is as it was made.
 * @throws PolkuError EXTRACT_INVALID
 */
export async function readHeldExtract(out: string): Promise<HeldExtract> {
  const folder = heldFolder(out);
  let text: string;
  try {
    text = await readRegularFile(join(folder, 'manifest.json'));
  } catch {
    throw new PolkuError(
      'EXTRACT_INVALID',
      `No extract waits in ${folder}. Expected the folder that "polku permit extract --out ${out}" writes.`,
    );
  }
  const manifest = readManifestText(text, folder);
  for (const [type, { sha256 }] of Object.entries(manifest.tables))
    if ((await digestOfTable(join(folder, `${type}.parquet`))) !== sha256)
      throw new PolkuError(
        'EXTRACT_INVALID',
        `${type}.parquet in ${folder} is missing or was changed after the extraction. Extract again.`,
      );
  return { manifest, digest: digestOf(text) };
}

function readManifestText(text: string, folder: string): PermitManifest {
  try {
    const manifest = JSON.parse(text) as Partial<PermitManifest>;
    if (manifest.tables && manifest.check && manifest.registries && manifest.extractedBy !== undefined)
      return manifest as PermitManifest;
  } catch {
    // Reported below.
  }
  throw new PolkuError('EXTRACT_INVALID', `manifest.json in ${folder} is none of an extract. Extract again.`);
}

async function digestOfTable(path: string): Promise<string | undefined> {
  try {
    return await sha256OfFile(path);
  } catch {
    return undefined;
  }
}

/** The text that the second person signs. */
export function releasePayload({ manifest, digest }: HeldExtract, release: Release): string {
  const { person, reason, despite = null, now } = release;
  return writeDocument('polku permit release 1', {
    permit: manifest.permit,
    manifest: digest,
    person,
    reason,
    despite,
    releasedAt: now.toISOString(),
  });
}

/**
 * Checks that the person may release the extract: another one than who extracted it, with a reason for
 * whatever the output check found.
 * @throws PolkuError SIGNATURE_INVALID, OUTPUT_CHECK_FAILED
 */
export function requireReleasable({ manifest }: HeldExtract, { person, despite }: Release): void {
  if (person === manifest.extractedBy)
    throw new PolkuError(
      'SIGNATURE_INVALID',
      `"${person}" made this extract. Another person must look at it and release it.`,
    );
  const concerns = concernsOf(manifest.check);
  if (concerns.length === 0 || despite !== undefined) return;
  throw new PolkuError(
    'OUTPUT_CHECK_FAILED',
    `The extract is not released, because somebody may be recognised in it:\n${concerns.map((line) => `  ${line}`).join('\n')}\n` +
      'Narrow the permit, or say with --despite why it may be released all the same.',
    { concerns: concerns.length },
  );
}

/**
 * Releases an extract: stores the signed statement beside its files, and moves the folder to its final name.
 * @param signature undefined with `--dev`, where nobody signs
 * @throws PolkuError SIGNATURE_INVALID
 */
export async function releaseExtract(
  out: string,
  { manifest }: HeldExtract,
  release: { readonly payload: string; readonly person: string; readonly signature: string | undefined },
  ownersFile: string,
): Promise<void> {
  const { payload, person, signature } = release;
  if (signature !== undefined) {
    const owners = await loadOwners(ownersFile);
    verifySignature({ person, signature }, payload, owners, 'the release');
    requireSigner(person, manifest.registries, new Date(), owners);
  }
  const folder = heldFolder(out);
  const text = `${JSON.stringify({ payload, person, signature: signature ?? null }, null, 2)}\n`;
  await writeDurably(join(folder, 'release.json'), text);
  await rename(folder, out);
  await sync(dirname(resolve(out)));
}
