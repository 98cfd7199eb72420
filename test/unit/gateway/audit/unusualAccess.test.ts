import { describe, expect, it } from '@jest/globals';
import type { AuditRecord } from '../../../../gateway/audit/auditRecord.js';
import { type UnusualFinding, UnusualAccessSearch } from '../../../../gateway/audit/unusualAccess.js';
import { record } from './testLog.js';

const PERIOD = { from: '2026-05-20', until: '2026-05-21' };

let counter = 0;
/** A decision at an hour of UTC; Finland is three hours ahead in May. */
function decision(day: string, hour: number, fields: Partial<AuditRecord>): AuditRecord {
  const time = `${day}T${String(hour).padStart(2, '0')}:00:00.000Z`;
  return record(`decision ${++counter}`, { subject: 'doctor', outcome: 'answered', ...fields, time });
}

const people = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `person ${from + index}`);

function findings(records: readonly AuditRecord[]): readonly UnusualFinding[] {
  const search = new UnusualAccessSearch(PERIOD);
  for (const one of records) search.add({ kind: 'decision', ...one });
  return search.end().findings;
}

const rulesOf = (records: readonly AuditRecord[]) => findings(records).map(({ rule }) => rule);

/** Ten days on which the reader read this many people each. */
const habit = (count: number, hour = 9) =>
  Array.from({ length: 10 }, (_, day) =>
    decision(`2026-05-${String(day + 5).padStart(2, '0')}`, hour, { people: people(count) }),
  );

describe('unusual access', () => {
  it('finds more people than three times the own median, and not a number below it', () => {
    const usual = habit(10);
    expect(rulesOf([...usual, decision('2026-05-20', 9, { people: people(30) })])).toEqual([]);
    expect(findings([...usual, decision('2026-05-20', 9, { people: people(31) })])).toEqual([
      expect.objectContaining({
        rule: 'many-people',
        day: '2026-05-20',
        subject: 'doctor',
        count: 31,
        limit: 31,
        usual: 10,
        habit: 'own',
      }),
    ]);
  });

  it('counts a person once a day, and nobody below the least number', () => {
    const twice = [1, 2, 3].map(() => decision('2026-05-20', 9, { people: people(19) }));
    expect(rulesOf(twice)).toEqual([]);
    expect(rulesOf([decision('2026-05-20', 9, { people: people(20) })])).toEqual(['many-people']);
  });

  it('compares a reader without a habit with the readers of the same roles', () => {
    const found = findings([
      ...habit(30),
      decision('2026-05-20', 9, { subject: 'new', people: people(100) }),
    ]);
    expect(found).toEqual([expect.objectContaining({ subject: 'new', usual: 30, habit: 'role', limit: 91 })]);
  });

  it('finds reads at night by Finnish time, unless the reader often works then', () => {
    const night = decision('2026-05-20', 19, { people: people(5) });
    expect(rulesOf([...habit(5), night])).toEqual(['unusual-hours']);
    expect(rulesOf([...habit(5), decision('2026-05-20', 17, { people: people(5) })])).toEqual([]);
    expect(rulesOf([...habit(5, 19), night])).toEqual([]);
  });

  it('finds people that the same login has read about itself, and nobody else', () => {
    const own = decision('2026-05-19', 9, { purpose: 'data-subject', people: ['person 1'] });
    expect(rulesOf([own, decision('2026-05-20', 9, { people: ['person 1'] })])).toEqual(['own-people']);
    expect(rulesOf([own, decision('2026-05-20', 9, { people: ['person 2'] })])).toEqual([]);
    expect(rulesOf([own, decision('2026-05-20', 9, { subject: 'other', people: ['person 1'] })])).toEqual([]);
  });

  it('finds a person with ten readers in a day, by digest', () => {
    const by = (readers: number) =>
      Array.from({ length: readers }, (_, reader) =>
        decision('2026-05-21', 9, { subject: `reader ${reader}`, people: ['person 7'] }),
      );
    expect(findings(by(9))).toEqual([]);
    expect(findings(by(10))).toEqual([
      expect.objectContaining({ rule: 'many-readers', person: 'person 7', count: 10, subject: undefined }),
    ]);
  });

  it('finds repeated break-glass and repeated refusals in a day', () => {
    const uses = [1, 2, 3].map(() => decision('2026-05-20', 9, { breakGlass: 'an emergency' }));
    expect(rulesOf(uses.slice(1))).toEqual([]);
    expect(rulesOf(uses)).toEqual(['repeated-break-glass']);
    const refused = Array.from({ length: 15 }, () => decision('2026-05-20', 9, { outcome: 'refused' }));
    const missed = decision('2026-05-20', 9, { lookups: { asked: 5, missed: 5 } });
    expect(rulesOf(refused)).toEqual([]);
    expect(rulesOf([...refused, missed])).toEqual(['probing']);
  });

  it('looks at days of the period only', () => {
    expect(rulesOf([decision('2026-05-19', 9, { people: people(50) })])).toEqual([]);
    expect(rulesOf([decision('2026-05-22', 9, { people: people(50) })])).toEqual([]);
  });
});
