import type { AuditRecord } from './auditRecord.js';
import { listChains } from './chains.js';
import { logEntries } from './logLines.js';
import { mergeByTime } from './mergeByTime.js';

/** What a record must be to be found; what is undefined is not asked. */
export interface RecordFilter {
  /** Digests of a person whose data was read, of all keys that the person has had. */
  readonly person?: ReadonlySet<string> | undefined;
  readonly subject?: string | undefined;
  readonly recipient?: string | undefined;
  readonly purpose?: string | undefined;
  /** Not before this time; ISO 8601. */
  readonly since?: string | undefined;
}

/** The decisions of all chains of a log that a filter lets through, oldest first. */
export async function* findRecords(dataFolder: string, filter: RecordFilter): AsyncGenerator<AuditRecord> {
  const chains = await listChains(dataFolder);
  yield* mergeByTime(
    chains.map((chain) => findInChain(dataFolder, chain, filter)),
    'oldest first',
  );
}

async function* findInChain(
  dataFolder: string,
  chain: string,
  { person, subject, recipient, purpose, since }: RecordFilter,
): AsyncGenerator<AuditRecord> {
  const from = since === undefined ? undefined : Date.parse(since);
  const holdsPerson = (people: readonly string[]) =>
    person !== undefined && people.some((digest) => person.has(digest));
  /** The decision that follows, where an entry before it names the person. */
  let named: string | undefined;
  for await (const entry of logEntries(dataFolder, chain)) {
    if (entry.kind === 'people' && holdsPerson(entry.people)) named = entry.decisionId;
    if (entry.kind !== 'decision') continue;
    const found =
      (person === undefined || entry.decisionId === named || holdsPerson(entry.people)) &&
      (subject === undefined || entry.subject === subject) &&
      (recipient === undefined || entry.recipient === recipient) &&
      (purpose === undefined || entry.purpose === purpose) &&
      (from === undefined || Date.parse(entry.time) >= from);
    if (found) yield entry;
  }
}
