import type { AuditRecord } from './auditRecord.js';

/** What a registry's disclosure log says of one answer. */
export interface Disclosed {
  readonly registry: string;
  readonly time: string;
  readonly decisionId: string;
}

/** What stands on one side only. */
export interface Discrepancy {
  readonly registry: string;
  readonly decisionId: string;
  /** Which log lacks it. */
  readonly missingIn: 'gateway' | 'registry';
  /** When, by the side that has it. */
  readonly time: string;
  readonly purpose: string | undefined;
  readonly recipient: string | undefined;
}

/**
 * Holds the gateway's log against the registries' own. A registry that has answered under a decision that the gateway does
 * not know was asked by a gateway that hid it, or that died before it answered; a fetch that the gateway took and the
 * registry does not know means that the registry's log has lost something.
 * @param disclosures of the registries whose logs are at hand; those that have none are left out
 * @param since ISO 8601; what is older on either side is left out, for a log may not reach back as far as the other
 */
export async function reconcile(
  records: AsyncIterable<AuditRecord>,
  disclosures: readonly Disclosed[],
  since: string,
): Promise<Discrepancy[]> {
  const decisions = new Map<string, AuditRecord>();
  for await (const record of records) decisions.set(record.decisionId, record);
  const found: Discrepancy[] = [];
  const answers = new Map<string, number>();
  const answer = (registry: string, decisionId: string): string => `${registry} ${decisionId}`;
  for (const { registry, decisionId, time } of disclosures) {
    const key = answer(registry, decisionId);
    answers.set(key, (answers.get(key) ?? 0) + 1);
    const unknown = { registry, decisionId, time, purpose: undefined, recipient: undefined };
    if (!decisions.has(decisionId) && time >= since) found.push({ ...unknown, missingIn: 'gateway' });
  }
  const registries = new Set(disclosures.map(({ registry }) => registry));
  for (const { decisionId, time, purpose, recipient, fetches } of decisions.values()) {
    if (time < since) continue;
    for (const [registry, taken] of Object.entries(fetches))
      if (registries.has(registry) && taken > (answers.get(answer(registry, decisionId)) ?? 0))
        found.push({ registry, decisionId, missingIn: 'registry', time, purpose, recipient });
  }
  return found;
}
