import type { AuditRecord, AuditOutcome } from './auditRecord.js';

/** One answer in a registry's disclosure log. */
interface Disclosed {
  readonly registry: string;
  readonly time: string;
  readonly decisionId: string;
}

/** A disagreement between both logs about the answers of a registry under one decision. */
export interface Discrepancy {
  readonly registry: string;
  readonly decisionId: string;
  /** The log that has too few: the audit log of the gateway or the disclosure log of the registry. */
  readonly missingIn: 'gateway' | 'registry';
  /** Answers that the registry noted. */
  readonly noted: number;
  /**
   * Fetches in the log of the gateway: sent, or answered if the registry lacks some; undefined if it lacks
   * the decision.
   */
  readonly recorded: number | undefined;
  /** The time, from the log that has the record. */
  readonly time: string;
  readonly purpose: string | undefined;
  readonly recipient: string | undefined;
}

/** What the audit log records about a decision. */
type Decided = Pick<AuditRecord, 'time' | 'purpose' | 'recipient' | 'fetches' | 'requests'>;

/**
 * Compares the audit log with the disclosure logs, by decision and number of answers. A registry notes an
 * answer before it sends it. So it must have noted every answer that the gateway received, and no more than
 * the gateway requested. If it noted more, then the gateway hid a request, or died before it answered, or
 * somebody else sent a request again.
 * @param disclosures of the registries whose logs are available; other registries are left out
 * @param since ISO 8601; older records of both sides are left out, because one log may reach back further
 */
export async function reconcile(
  records: AsyncIterable<AuditRecord>,
  disclosures: readonly Disclosed[],
  since: string,
): Promise<Discrepancy[]> {
  const decisions = new Map<string, Decided>();
  for await (const { decisionId, time, purpose, recipient, fetches, requests } of records) {
    const known = decisions.get(decisionId);
    decisions.set(decisionId, {
      time,
      purpose,
      recipient,
      fetches: sum(known?.fetches, fetches),
      requests: sum(known?.requests, { ...fetches, ...requests }),
    });
  }
  const found: Discrepancy[] = [];
  const registries = new Set<string>();
  const noted = new Map<string, Map<string, { count: number; time: string }>>();
  for (const { registry, decisionId, time } of disclosures) {
    registries.add(registry);
    if (!noted.has(decisionId)) noted.set(decisionId, new Map());
    const answers = noted.get(decisionId)!;
    answers.set(registry, { time, count: (answers.get(registry)?.count ?? 0) + 1 });
  }
  for (const [decisionId, answers] of noted) {
    const decision = decisions.get(decisionId);
    const { purpose, recipient } = decision ?? {};
    for (const [registry, { count, time }] of answers) {
      const recorded = decision && (decision.requests?.[registry] ?? 0);
      if ((decision?.time ?? time) >= since && count > (recorded ?? 0))
        found.push({
          registry,
          decisionId,
          missingIn: 'gateway',
          noted: count,
          recorded,
          time,
          purpose,
          recipient,
        });
    }
  }
  for (const [decisionId, { time, purpose, recipient, fetches }] of decisions) {
    if (time < since) continue;
    for (const [registry, recorded] of Object.entries(fetches)) {
      const count = noted.get(decisionId)?.get(registry)?.count ?? 0;
      if (registries.has(registry) && recorded > count)
        found.push({
          registry,
          decisionId,
          missingIn: 'registry',
          noted: count,
          recorded,
          time,
          purpose,
          recipient,
        });
    }
  }
  return found;
}

function sum(
  one: Readonly<Record<string, number>> = {},
  other: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const both = { ...one };
  for (const [registry, count] of Object.entries(other)) both[registry] = (both[registry] ?? 0) + count;
  return both;
}

/** What one recipient did for one purpose on one day. */
interface ReportRow {
  /** ISO 8601 date in UTC. */
  readonly day: string;
  readonly recipient: string;
  /** The purpose that the request named; empty if it named none. */
  readonly purpose: string;
  readonly outcomes: Record<AuditOutcome, number>;
  /** People whose data was read, summed over answers. */
  people: number;
  breakGlass: number;
}

export interface AuditReport {
  /** By day, recipient and purpose. */
  readonly rows: readonly ReportRow[];
  /** Each use of break-glass, to be reviewed. */
  readonly breakGlass: readonly AuditRecord[];
}

/** Counts decisions by day, recipient and purpose. */
export async function auditReport(records: AsyncIterable<AuditRecord>): Promise<AuditReport> {
  const rows = new Map<string, ReportRow>();
  const breakGlass: AuditRecord[] = [];
  for await (const record of records) {
    const { recipient, purpose = '', outcome } = record;
    const day = record.time.slice(0, 10);
    const key = JSON.stringify([day, recipient, purpose]);
    let row = rows.get(key);
    if (!row) {
      const outcomes = { answered: 0, refused: 0, failed: 0 };
      rows.set(key, (row = { day, recipient, purpose, outcomes, people: 0, breakGlass: 0 }));
    }
    row.outcomes[outcome] += 1;
    row.people += peopleCount(record);
    if (record.breakGlass === undefined) continue;
    row.breakGlass += 1;
    breakGlass.push(record);
  }
  const sorted = [...rows].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
  return { rows: sorted, breakGlass };
}

/** How many people's data a decision read. */
export function peopleCount({ people, peopleBefore = 0 }: AuditRecord): number {
  return people.length + peopleBefore;
}
