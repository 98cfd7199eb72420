import type { TaskClient } from '../../lib/fairQueue.js';
import type { PersonKey } from '../../schema/keys.js';
import type { AuditRecord, PersonDigests } from './auditRecord.js';
import type { BreakGlassUses } from './breakGlassUses.js';
import { type DecisionFilter, type DecisionPage, matches, readDecisions } from './logPage.js';
import { PersonMarks } from './personMarks.js';
import type { PersonLog } from './personLog.js';
import type { Discrepancy } from './reconcile.js';
import type { Reviews } from './reviews.js';
import type { UnusualAccess, UnusualPeriod } from './unusualAccess.js';
import type { Verification } from './verifyAuditLog.js';

/** A comparison of the log with the registries' own logs. */
export interface Reconciliation {
  /** Registries whose logs are here. */
  readonly registries: readonly string[];
  /** Not before this time; ISO 8601. */
  readonly since: string;
  readonly differences: readonly Discrepancy[];
}

/** What takes long: each runs in a thread of its own, one at a time, and ends when its client goes. */
export interface LogChecks {
  verify(client: CheckClient): Promise<Verification>;
  reconcile(since: string, client: CheckClient): Promise<Reconciliation>;
  unusual(period: UnusualPeriod, client: CheckClient): Promise<UnusualAccess>;
}

/** Who asked for a check. */
export interface CheckClient {
  readonly subject: string;
  readonly client: TaskClient | undefined;
}

/** Whose decisions are read. */
export type LoggedPerson = { readonly person: PersonKey } | { readonly digest: string };

interface OversightOptions {
  readonly dataFolder: string;
  readonly personLog: PersonLog;
  readonly digests: PersonDigests;
  /** The audit secret, newest version. */
  readonly secret: Uint8Array;
  /** Every key that a person has had. */
  readonly keysOf: (person: PersonKey) => readonly PersonKey[];
  readonly uses: BreakGlassUses;
  readonly reviews: Reviews;
  readonly checks: LogChecks;
}

/** Records of one person that a page reads at most. */
const PERSON_RECORDS = 5_000;

/** What the log controller reads. Policy decides who is one (policies/governance.yaml). */
export class Oversight {
  readonly uses: BreakGlassUses;
  readonly reviews: Reviews;
  readonly checks: LogChecks;

  constructor(private readonly options: OversightOptions) {
    this.uses = options.uses;
    this.reviews = options.reviews;
    this.checks = options.checks;
  }

  marks(domain: { readonly purpose: string; readonly recipient: string }): PersonMarks {
    return new PersonMarks(this.options.secret, domain);
  }

  /** Decisions, newest first. */
  decisions(
    filter: DecisionFilter,
    page: { readonly first: number; readonly cursor: string | undefined },
    client: TaskClient | undefined,
  ): Promise<DecisionPage> {
    return readDecisions(this.options.dataFolder, filter, page, client);
  }

  /** Decisions that read data of one person, newest first. The cursor is the last decision that was read. */
  async decisionsAbout(
    logged: LoggedPerson,
    filter: DecisionFilter,
    { first, cursor }: { readonly first: number; readonly cursor: string | undefined },
    client: TaskClient | undefined,
  ): Promise<DecisionPage> {
    const { digests, keysOf, personLog } = this.options;
    const names = 'digest' in logged ? [logged.digest] : digests.everyNameOf(keysOf(logged.person));
    const records: AuditRecord[] = [];
    let read = 0;
    let last: AuditRecord | undefined;
    for await (const record of personLog.recordsOf(new Set(names), { since: filter.from, after: cursor })) {
      client?.throwIfAborted();
      if (matches(record, filter)) records.push(record);
      last = record;
      read += 1;
      if (records.length === first || read === PERSON_RECORDS)
        return { records, cursor: last.decisionId, readBackTo: last.time, damaged: 0 };
    }
    return { records, cursor: undefined, readBackTo: last?.time, damaged: 0 };
  }
}
