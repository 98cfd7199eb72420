import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditLog, type AuditLogOptions, openAuditLog } from '../../../../gateway/audit/auditLog.js';
import type { AuditRecord } from '../../../../gateway/audit/auditRecord.js';
import { type ChainEnd, chainLine } from '../../../../gateway/audit/chain.js';
import type { LogEntry } from '../../../../gateway/audit/logEntry.js';
import { logEntries } from '../../../../gateway/audit/readRecords.js';
import {
  type ChainVerification,
  type Verification,
  verifyAuditLog,
} from '../../../../gateway/audit/verifyAuditLog.js';

export function record(decisionId: string, more: Partial<AuditRecord> = {}): AuditRecord {
  return {
    time: new Date().toISOString(),
    decisionId,
    recipient: 'health-services',
    subject: 'doctor',
    roles: ['clinician'],
    permit: undefined,
    purpose: 'care',
    revision: 'r1',
    operation: { hash: '00', name: undefined },
    coordinates: ['Query.person'],
    masked: [],
    withheld: [],
    people: [],
    fetches: { health: 1 },
    carried: { health: ['Person.id'] },
    refusedFetch: undefined,
    breakGlass: undefined,
    outcome: 'answered',
    codes: [],
    lookups: undefined,
    milliseconds: 1,
    ...more,
  };
}

/** An audit log in a temporary folder, with its key and a witness. */
export class TestLog {
  #keys = generateKeyPairSync('ed25519');

  private constructor(readonly folder: string) {}

  static async make(): Promise<TestLog> {
    return new TestLog(await mkdtemp(join(tmpdir(), 'polku-audit-')));
  }

  /** The same log, with another key. */
  as(other: TestLog): this {
    this.#keys = other.#keys;
    return this;
  }

  /** A line that the key has signed. */
  signed(entry: object, end: ChainEnd): string {
    return chainLine(JSON.stringify(entry), end, this.#keys.privateKey).line;
  }

  get privateKey(): KeyObject {
    return this.#keys.privateKey;
  }

  get witness(): string {
    return join(this.folder, 'witness');
  }

  file(name = 'audit-0000000001.jsonl'): string {
    return join(this.folder, 'audit', 'gateway', name);
  }

  open(options: Partial<AuditLogOptions> = {}): Promise<AuditLog> {
    return openAuditLog(this.folder, {
      writer: 'gateway',
      signingKey: this.#keys.privateKey,
      witness: this.witness,
      ...options,
    });
  }

  /** Opens the log, writes one record after another, and closes it. */
  async write(ids: readonly string[], options: Partial<AuditLogOptions> = {}): Promise<void> {
    const log = await this.open(options);
    for (const id of ids) await log.append(record(id));
    await log.close();
  }

  async entries(chain = 'gateway'): Promise<LogEntry[]> {
    const entries: LogEntry[] = [];
    for await (const entry of logEntries(this.folder, chain)) entries.push(entry);
    return entries;
  }

  async decisions(): Promise<string[]> {
    return (await this.entries()).flatMap((entry) => (entry.kind === 'decision' ? entry.decisionId : []));
  }

  async files(): Promise<string[]> {
    return (await readdir(join(this.folder, 'audit', 'gateway'))).sort();
  }

  async lines(name?: string): Promise<string[]> {
    return (await readFile(this.file(name), 'utf8')).split('\n').slice(0, -1);
  }

  writeLines(lines: readonly string[], name?: string): Promise<void> {
    return writeFile(this.file(name), lines.map((line) => `${line}\n`).join(''));
  }

  /** The findings for the gateway's chain, and the fault of the log as a whole. */
  async verify(witnessed = false): Promise<ChainVerification> {
    const { chains, fault } = await this.verifyAll(witnessed);
    return { ...chains.find(({ chain }) => chain === 'gateway')!, fault };
  }

  async verifyAll(witnessed = false): Promise<Verification> {
    const witness = witnessed ? await readFile(this.witness, 'utf8') : undefined;
    return verifyAuditLog(this.folder, { key: this.#keys.publicKey, witness });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}
