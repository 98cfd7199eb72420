import type { AuditRecord } from './auditRecord.js';
import { logEntries } from './logLines.js';

/** What a record must be to be found; what is undefined is not asked. */
export interface RecordFilter {
  /** Digest of a person whose data was read. */
  readonly person?: string | undefined;
  readonly subject?: string | undefined;
  readonly recipient?: string | undefined;
  readonly purpose?: string | undefined;
  /** Not before this time; ISO 8601. */
  readonly since?: string | undefined;
}

/** The decisions of a log that a filter lets through, oldest first. */
export async function* findRecords(dataFolder: string, filter: RecordFilter): AsyncGenerator<AuditRecord> {
  const { person, subject, recipient, purpose, since } = filter;
  const from = since === undefined ? undefined : Date.parse(since);
  for await (const entry of logEntries(dataFolder)) {
    if (entry.kind !== 'decision') continue;
    const found =
      (person === undefined || entry.people.includes(person)) &&
      (subject === undefined || entry.subject === subject) &&
      (recipient === undefined || entry.recipient === recipient) &&
      (purpose === undefined || entry.purpose === purpose) &&
      (from === undefined || Date.parse(entry.time) >= from);
    if (found) yield entry;
  }
}
