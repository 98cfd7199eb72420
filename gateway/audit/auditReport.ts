import type { AuditRecord, Outcome } from './auditRecord.js';

/** What one recipient did for one purpose on one day. */
export interface ReportRow {
  /** ISO 8601 date in UTC. */
  readonly day: string;
  readonly recipient: string;
  /** The purpose that was asked; empty where none was. */
  readonly purpose: string;
  readonly outcomes: Record<Outcome, number>;
  /** Answers that told something of a person, summed over persons. */
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

/** Of how many people a decision read data. */
export function peopleCount({ people, peopleBefore = 0 }: AuditRecord): number {
  return people.length + peopleBefore;
}
