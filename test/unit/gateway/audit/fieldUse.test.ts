/**
 * @property audit/field-use-names-nobody The numbers about who asks for a field hold organisations, purposes
 * and roles, and never a person, a caller or an id.
 * @enforcedBy gateway/audit/fieldUse.ts
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFieldUse } from '../../../../gateway/audit/fieldUse.js';
import { record, TestLog } from './testLog.js';

const FIELD = 'HealthContact.diagnosis';
const at = (day: number) => new Date(Date.UTC(2026, 0, day)).toISOString();

describe('the use of a field', () => {
  let log: TestLog;
  beforeEach(async () => {
    log = await TestLog.make();
  });
  afterEach(() => log.remove());

  async function write(...records: Parameters<typeof record>[]): Promise<void> {
    const open = await log.open({ limits: { fileBytes: 2_000 } });
    for (const one of records) await open.append(record(...one));
    await open.close();
  }

  it('counts requests by recipient, purpose and roles, shown and withheld, over several files', async () => {
    await write(
      ['a', { time: at(3), coordinates: [FIELD], people: ['somebody'] }],
      ['b', { time: at(4), coordinates: [FIELD, 'HealthContact.unit'] }],
      ['c', { time: at(5), coordinates: [], withheld: [FIELD], recipient: 'planning', purpose: 'planning' }],
      ['d', { time: at(6), coordinates: ['HealthContact.diagnosisCode', 'Query.person'] }],
      ['e', { time: at(7), coordinates: [FIELD], roles: ['nurse'] }],
    );
    expect((await log.files()).length).toBeGreaterThan(1);
    const use = await readFieldUse(log.folder, { coordinate: FIELD, since: at(1) });
    const clinician = { recipient: 'health-services', purpose: 'care', roles: ['clinician'] };
    expect(use).toEqual({
      since: at(1),
      isComplete: true,
      counts: [
        { ...clinician, shown: 2, withheld: 0 },
        { ...clinician, roles: ['nurse'], shown: 1, withheld: 0 },
        { ...clinician, recipient: 'planning', purpose: 'planning', shown: 0, withheld: 1 },
      ],
    });
    expect(JSON.stringify(use)).not.toMatch(/somebody|doctor/);
  });

  it('counts nothing before the time that was asked for', async () => {
    await write(['a', { time: at(3), coordinates: [FIELD] }], ['b', { time: at(9), coordinates: [FIELD] }]);
    const { counts } = await readFieldUse(log.folder, { coordinate: FIELD, since: at(5) });
    expect(counts).toMatchObject([{ shown: 1 }]);
  });

  it('reads a bounded part of a long log, and says from when on it has counted', async () => {
    const days = Array.from({ length: 20 }, (_, index) => index + 1);
    await write(
      ...days.map((day): Parameters<typeof record> => [String(day), { time: at(day), coordinates: [FIELD] }]),
    );
    const use = await readFieldUse(log.folder, { coordinate: FIELD, since: at(1), mostBytes: 4_000 });
    expect(use.isComplete).toBe(false);
    expect(use.since > at(1)).toBe(true);
    const { shown } = use.counts[0]!;
    expect(shown).toBeLessThan(20);
    expect(use.since).toBe(at(21 - shown));
  });

  it('ends when the client has gone', async () => {
    await write(['a', { time: at(3), coordinates: [FIELD] }]);
    const question = { coordinate: FIELD, since: at(1), client: AbortSignal.abort(new Error('gone')) };
    await expect(readFieldUse(log.folder, question)).rejects.toThrow('gone');
  });
});
