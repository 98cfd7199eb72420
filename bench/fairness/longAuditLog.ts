import { randomUUID } from 'node:crypto';
import { Secrets } from '../../cli/runtime/secrets.js';
import { openAuditLog } from '../../gateway/audit/auditLog.js';
import { type AuditRecord, PersonDigests } from '../../gateway/audit/auditRecord.js';
import type { PersonKey } from '../../schema/keys.js';

const AT_ONCE = 5_000;
/** One record out of this many names the person who will read their log. */
const NAMED = 500;

/** Fills the audit log of a data folder up to this many bytes, with the code that normally writes it. */
export async function writeLongAuditLog(data: string, person: PersonKey, bytes: number): Promise<void> {
  const secrets = new Secrets(`${data}/secrets`);
  const digests = PersonDigests.ofVersions(await secrets.audit());
  const log = await openAuditLog(data, {
    writer: 'gateway',
    signingKey: await secrets.auditKey(),
  });
  const [own, others] = [digests.of(person), [1, 2, 3, 4].map((other) => digests.of(person + other))];
  const size = JSON.stringify(recordOf(others)).length + 200;
  for (let written = 0, count = 0; written < bytes;) {
    const records = Array.from({ length: AT_ONCE }, () => recordOf(count++ % NAMED === 0 ? [own] : others));
    await Promise.all(records.map((record) => log.append(record)));
    written += AT_ONCE * size;
  }
  await log.close();
}

function recordOf(people: readonly string[]): AuditRecord {
  return {
    time: new Date().toISOString(),
    decisionId: randomUUID(),
    recipient: 'health-services',
    subject: 'somebody',
    roles: ['clinician'],
    permit: undefined,
    purpose: 'care',
    revision: 'r',
    operation: { hash: 'a'.repeat(64), name: undefined },
    coordinates: [
      'HealthContact.service',
      'HealthContact.startedAt',
      'Person.healthContacts',
      'Query.person',
    ],
    masked: [],
    withheld: [],
    people,
    fetches: { population: 1, health: 1 },
    carried: { population: ['Query.person(id:)'], health: ['Person.id'] },
    refusedFetch: undefined,
    breakGlass: undefined,
    outcome: 'answered',
    codes: [],
    lookups: undefined,
    milliseconds: 3,
  };
}
