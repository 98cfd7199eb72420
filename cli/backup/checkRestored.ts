import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadOwners } from '../../approvals/owners.js';
import { RevisionStore, SeenRevision } from '../../approvals/policy-revisions/revisionStore.js';
import { verifyRevisions } from '../../approvals/policy-revisions/verifyRevisions.js';
import { CellNoise } from '../../disclosure-control/cellNoise.js';
import { openLedger } from '../../disclosure-control/ledger/ledger.js';
import { auditFolder } from '../../gateway/audit/segments.js';
import {
  type ChainVerification,
  type Verification,
  verifyAuditLog,
} from '../../gateway/audit/verifyAuditLog.js';
import type { Testimony } from '../../gateway/audit/witness.js';
import { RevokedSessions } from '../../gateway/session/revokedSessions.js';
import { PolkuError } from '../../lib/errors.js';
import { readPrivateFile } from '../../lib/secretFile.js';
import { Linkage } from '../../linkage/linkage.js';
import { personFlagsRegistry } from '../../registry-kit/person-flags/personFlags.js';
import { readRestrictions } from '../../registry-kit/restrictions/restrictionFile.js';
import { restrictedRegistries } from '../../registry-kit/restrictions/restrictionTrace.js';
import { requireOneStore } from '../../registry-kit/extraction/snapshotChecks.js';
import { readManifest } from '../../registry-kit/snapshot/openSnapshot.js';
import { tableFile } from '../../registry-kit/snapshot/snapshotDraft.js';
import { RegisterStore } from '../../risk-model/register/registerStore.js';
import { verifyRegister } from '../../risk-model/register/verifyRegister.js';
import { registries } from '../../subgraphs/registries.js';
import { ownersFile } from '../runtime/openPolicy.js';
import { DATA_FORMAT } from '../runtime/dataFormat.js';
import { Secrets } from '../runtime/secrets.js';
import { type BackupManifest, invalidBackup, isManifestSigned } from './backupManifest.js';
import type { UnpackedBackup } from './readBackup.js';

export interface CheckOptions {
  /** The data directory that was unpacked. */
  readonly data: string;
  readonly unpacked: UnpackedBackup;
  /** The file with copies of the audit log's checkpoints. */
  readonly witness?: string | undefined;
  /** How many records that the witness knows of may be missing. */
  readonly mayLose?: number | undefined;
  readonly owners?: string | undefined;
}

/** What the checks found. */
export interface CheckedBackup {
  readonly chains: readonly ChainVerification[];
  /** Records that the witness knows of and the backup lacks; undefined without a witness. */
  readonly lost: number | undefined;
  /** The registries in which people are restricted. */
  readonly restricted: readonly string[];
  /** Revisions of the policies. */
  readonly revisions: number;
  /** Whether the ledger of group questions was there, and answers. */
  readonly ledger: boolean;
}

/**
 * Verifies an unpacked data directory as its users would: the format, the signature of the manifest, the
 * audit log and its witness, snapshots, restrictions, the ledger, policy revisions, the register of models
 * and revoked sessions.
 * @throws PolkuError BACKUP_INVALID, BACKUP_OLD, DATA_NEWER, DATA_OLDER, and errors of what does not verify:
 * MARKS_INVALID, LINKAGE_STORE_CHANGED, LINKAGE_STORE_INVALID, SNAPSHOT_INVALID, SNAPSHOT_NEWER,
 * DISCLOSURE_LEDGER_INVALID, POLICY_STORE_INVALID, POLICY_STALE, SIGNATURE_INVALID, RISK_REGISTER_INVALID,
 * SESSIONS_INVALID, SECRET_INVALID, SOURCE_UNREADABLE
 */
export async function checkRestored(options: CheckOptions): Promise<CheckedBackup> {
  const { data, unpacked } = options;
  checkFormat(unpacked.manifest);
  const audit = await checkAudit(options);
  await checkSnapshots(data, unpacked.manifest);
  const restricted = await checkRestrictions(data);
  const ledger = await checkLedger(data);
  const revisions = await checkPolicies(options);
  await RevokedSessions.open(join(data, 'sessions', 'revoked.json'), 0);
  return { ...audit, restricted, ledger, revisions };
}

function checkFormat({ dataFormat, polku }: BackupManifest): void {
  if (dataFormat === DATA_FORMAT) return;
  throw new PolkuError(
    dataFormat > DATA_FORMAT ? 'DATA_NEWER' : 'DATA_OLDER',
    `The backup has data of format ${dataFormat}, and this Polku uses format ${DATA_FORMAT}. Restore it with Polku ${polku}, which wrote it` +
      (dataFormat > DATA_FORMAT ? '.' : ', then run "polku migrate" of this one.'),
  );
}

async function checkAudit(options: CheckOptions): Promise<Pick<CheckedBackup, 'chains' | 'lost'>> {
  const { data, unpacked } = options;
  const key = await auditKeyIn(data);
  const hasLog = existsSync(auditFolder(data));
  if (!key) {
    if (hasLog || options.witness !== undefined)
      throw invalidBackup('it lacks audit.key, so neither its audit log nor its manifest can be verified');
    return { chains: [], lost: undefined };
  }
  if (!isManifestSigned(unpacked.text, unpacked.signature ?? '', key))
    throw invalidBackup('its manifest is not signed by the key of its audit log');
  const witness = options.witness === undefined ? undefined : await readWitnessFile(options.witness);
  if (!hasLog) {
    if (witness === undefined) return { chains: [], lost: undefined };
    throw invalidBackup('it has no audit log, and there is a witness of one');
  }
  const verification = await verifyAuditLog(data, { key, witness });
  requireWhole(verification);
  requirePositions(unpacked.manifest, verification);
  const { chains } = verification;
  if (witness === undefined) return { chains, lost: undefined };
  const lost = missingRecords(chains, verification.witness!);
  if (lost.records > (options.mayLose ?? 0)) throw tooOld(lost, unpacked.manifest, options.mayLose);
  return { chains, lost: lost.records };
}

async function auditKeyIn(data: string): Promise<KeyObject | undefined> {
  const file = join(data, 'secrets', 'audit.key');
  if (!existsSync(file)) return undefined;
  try {
    return createPublicKey(createPrivateKey(await readPrivateFile(file)));
  } catch (cause) {
    throw invalidBackup('its audit.key is not a private key', cause);
  }
}

async function readWitnessFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new PolkuError('SOURCE_UNREADABLE', `The witness ${file} cannot be read.`, { file }, { cause });
  }
}

/** A log that ends before its witness is an old one, not a changed one. */
function requireWhole({ fault, chains }: Verification): void {
  const isOld = (kind: string | undefined) => kind === 'cut' || kind === 'missing';
  const found = chains.map((chain) => chain.fault).find((one) => one && !isOld(one.kind));
  const grave = found ?? (fault && !isOld(fault.kind) ? fault : undefined);
  if (grave) throw invalidBackup(`its audit log does not verify with its key and witness: ${grave.message}`);
}

function endOf({ checkpoint, unsigned, records }: ChainVerification): number {
  return checkpoint ? checkpoint.seq + unsigned : records;
}

function requirePositions({ chains: expected }: BackupManifest, { chains }: Verification): void {
  for (const { chain, seq } of expected) {
    const found = chains.find((one) => one.chain === chain);
    if (!found || endOf(found) !== seq)
      throw invalidBackup(`the chain "${chain}" of its audit log does not end with record ${seq}`);
  }
}

interface MissingRecords {
  readonly records: number;
  /** The last checkpoint that the witness holds of a chain that lacks it. */
  readonly newest: { readonly chain: string; readonly seq: number; readonly time: string } | undefined;
}

function missingRecords(chains: readonly ChainVerification[], { checkpoints }: Testimony): MissingRecords {
  let records = 0;
  let newest: MissingRecords['newest'];
  for (const [chain, witnessed] of checkpoints) {
    const found = chains.find((one) => one.chain === chain);
    const end = found ? endOf(found) : 0;
    let last = { seq: 0, time: '' };
    for (const [seq, { time }] of witnessed) if (seq > last.seq) last = { seq, time };
    if (last.seq <= end) continue;
    records += last.seq - end;
    if (!newest || last.time > newest.time) newest = { chain, ...last };
  }
  return { records, newest };
}

function tooOld({ records, newest }: MissingRecords, manifest: BackupManifest, mayLose?: number): PolkuError {
  return new PolkuError(
    'BACKUP_OLD',
    `The backup is of ${manifest.createdAt}. Its witness holds checkpoint ${newest!.seq} of the chain "${newest!.chain}", signed ${newest!.time}: at least ${records} records of the audit log are missing in the backup` +
      (mayLose === undefined ? '' : `, and --lose-records permits ${mayLose}`) +
      '. Marks, signatures and numbers of groups of that time may be missing, too. Restore a newer backup. If there is none, ' +
      `keep the witness as evidence, make the marks of that time again before you serve, and give --lose-records ${records}. Nothing was restored.`,
    { records },
  );
}

/** Snapshots were hashed while they were unpacked, so their tables are not read again. */
async function checkSnapshots(data: string, { files }: BackupManifest): Promise<void> {
  const hashes = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  for (const definition of [personFlagsRegistry, ...registries.map((one) => one.definition)]) {
    if (!existsSync(join(data, definition.name, 'current'))) continue;
    const { snapshotId, tables } = await readManifest(data, definition);
    for (const [table, { sha256 }] of Object.entries(tables))
      if (hashes.get(`${definition.name}/${snapshotId}/${tableFile(table)}`) !== sha256)
        throw invalidBackup(`the table "${table}" of its snapshot of ${definition.name} is not whole`);
  }
}

/** Returns the registries in which people are restricted. Linkage is compared if its secret is here. */
async function checkRestrictions(data: string): Promise<string[]> {
  const hasFlags = existsSync(join(data, personFlagsRegistry.name, 'current'));
  const store = hasFlags ? (await readManifest(data, personFlagsRegistry)).linkageStore : undefined;
  const restricted = [...(await restrictedRegistries(data))].sort();
  for (const registry of restricted) await readRestrictions(data, registry, store);
  const dir = join(data, 'linkage');
  const secrets = new Secrets(join(data, 'secrets'));
  if (existsSync(dir) && secrets.has('linkage'))
    await requireOneStore(data, await Linkage.open({ dir, secret: await secrets.linkage() }));
  return restricted;
}

async function checkLedger(data: string): Promise<boolean> {
  if (!existsSync(join(data, 'ledger', 'questions.jsonl'))) return false;
  const secrets = new Secrets(join(data, 'secrets'));
  if (!secrets.has('disclosure'))
    throw new PolkuError(
      'SECRET_INVALID',
      'The backup has a ledger of group questions, and the secret that its numbers depend on is not in it. Give it in POLKU_DISCLOSURE_SECRET, as it was given to the gateway.',
    );
  await (await openLedger(data, new CellNoise(await secrets.disclosure()))).close();
  return true;
}

/** Signatures count where policies are signed. A trial with --dev signs neither policies nor models. */
async function checkPolicies({ data, owners: file }: CheckOptions): Promise<number> {
  const store = join(data, 'policies');
  const isSigned = existsSync(store);
  const owners = isSigned ? await loadOwners(ownersFile({ owners: file })) : undefined;
  verifyRegister(await new RegisterStore(data).entries.read(), owners ?? 'unsigned');
  if (!owners) return 0;
  const history = verifyRevisions(await new RevisionStore(store).read(), owners);
  const seen = join(data, 'policies-seen');
  for (const name of existsSync(seen) ? await readdir(seen) : [])
    await new SeenRevision(join(seen, name)).check(history);
  return history.revisions.length;
}
