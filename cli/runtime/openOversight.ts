import { createPublicKey } from 'node:crypto';
import { openAuditLog } from '../../gateway/audit/auditLog.js';
import { PersonDigests } from '../../gateway/audit/auditRecord.js';
import { BreakGlassUses } from '../../gateway/audit/breakGlassUses.js';
import type { ReviewEntry } from '../../gateway/audit/logEntry.js';
import { Oversight } from '../../gateway/audit/oversight.js';
import type { PersonLog } from '../../gateway/audit/personLog.js';
import { Reviews } from '../../gateway/audit/reviews.js';
import type { PersonKey } from '../../schema/keys.js';
import { lockAuditChain } from './auditChains.js';
import { LogCheckThreads } from './logChecks.js';
import type { Secrets } from './secrets.js';

interface OpenOversightOptions {
  readonly data: string;
  readonly secrets: Secrets;
  readonly witness: string | undefined;
  readonly personLog: PersonLog;
  /** Every key that a person has had. */
  readonly keysOf: (person: PersonKey) => readonly PersonKey[];
  /** Receives what an operator should know about the chain of reviews. */
  readonly report: (fault: unknown) => void;
}

/** What the log controller reads and writes over a data directory. */
export async function openOversight(options: OpenOversightOptions): Promise<Oversight> {
  const { data, secrets, witness, personLog, keysOf, report } = options;
  const [signingKey, auditSecrets] = [await secrets.auditKey(), await secrets.audit()];
  /** Reviews are few, so their chain is open only while one is written. */
  const write = async (review: ReviewEntry): Promise<void> => {
    const unlock = await lockAuditChain(data, 'review');
    try {
      const log = await openAuditLog(data, { writer: 'review', signingKey, witness, report });
      await log.append(review).finally(() => log.close());
    } finally {
      await unlock();
    }
  };
  return new Oversight({
    dataFolder: data,
    personLog,
    digests: PersonDigests.ofVersions(auditSecrets),
    secret: auditSecrets[0]!,
    keysOf,
    uses: new BreakGlassUses(data),
    reviews: new Reviews(data, signingKey, write),
    checks: new LogCheckThreads(data, createPublicKey(signingKey), witness),
  });
}
