/**
 * @property audit/reconciled Reconciliation names a registry that answered more or less than the gateway
 * recorded.
 * @enforcedBy gateway/audit/reconcile.ts
 */
import { describe, expect, it } from '@jest/globals';
import type { AuditRecord } from '../../../../gateway/audit/auditRecord.js';
import { reconcile } from '../../../../gateway/audit/reconcile.js';
import { record } from './testLog.js';

const at = (hour: number) => `2026-05-14T0${hour}:00:00.000Z`;
const noted = (decisionId: string, registry = 'health', hour = 2) => ({
  registry,
  decisionId,
  time: at(hour),
});

async function* log(...records: readonly AuditRecord[]): AsyncGenerator<AuditRecord> {
  yield* records;
}

const decided = (decisionId: string, fetches: Record<string, number>, requests?: Record<string, number>) =>
  record(decisionId, { time: at(1), fetches, requests });

describe('reconciliation', () => {
  it('finds nothing when both sides have the same records', async () => {
    const records = log(decided('a', { health: 2, social: 1 }), decided('b', {}));
    const notes = [noted('a'), noted('a'), noted('a', 'social')];
    expect(await reconcile(records, notes, '')).toEqual([]);
  });

  it('A09: names a registry that answered more than the gateway asked', async () => {
    const found = await reconcile(log(decided('a', { health: 1 })), [noted('a'), noted('a')], '');
    expect(found).toMatchObject([
      { registry: 'health', decisionId: 'a', missingIn: 'gateway', noted: 2, recorded: 1 },
    ]);
  });

  it('A09: names a registry that the gateway does not mention', async () => {
    const found = await reconcile(log(decided('a', { health: 1 })), [noted('a'), noted('a', 'social')], '');
    expect(found).toMatchObject([{ registry: 'social', missingIn: 'gateway', noted: 1, recorded: 0 }]);
  });

  it('A09: names a decision that the gateway does not mention', async () => {
    const found = await reconcile(log(), [noted('a')], '');
    expect(found).toMatchObject([{ decisionId: 'a', missingIn: 'gateway', noted: 1, recorded: undefined }]);
  });

  it('A09: names answers that the registry does not mention', async () => {
    const found = await reconcile(log(decided('a', { health: 3 })), [noted('a')], '');
    expect(found).toMatchObject([{ registry: 'health', missingIn: 'registry', noted: 1, recorded: 3 }]);
  });

  it('A09: does not report a fetch whose answer was lost or that was sent twice', async () => {
    const records = () => log(decided('a', { health: 1 }, { health: 2, social: 1 }));
    const social = noted('a', 'social');
    for (const notes of [[noted('a')], [noted('a'), noted('a')], [noted('a'), social]])
      expect(await reconcile(records(), notes, '')).toEqual([]);
    expect(await reconcile(records(), [noted('a'), social, social], '')).toHaveLength(1);
  });

  it('adds up the records of one decision', async () => {
    const records = log(decided('a', { health: 1 }), decided('a', { health: 1, social: 1 }, { social: 2 }));
    const notes = [noted('a'), noted('a'), noted('a', 'social'), noted('a', 'social')];
    expect(await reconcile(records, notes, '')).toEqual([]);
  });

  it('leaves out records older than requested, on either side', async () => {
    expect(await reconcile(log(), [noted('a')], at(3))).toEqual([]);
    expect(await reconcile(log(decided('b', { health: 1 })), [noted('c', 'health', 3)], at(2))).toHaveLength(
      1,
    );
  });
});
