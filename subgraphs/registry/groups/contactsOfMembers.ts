import type { Day } from '../../../schema/calendar.js';
import type { PersonSet } from '../../../schema/personSet.js';
import { codeAt, rowsOf } from '../columns/table.js';
import type { ContactTable } from '../contacts/contact.js';
import type { PersonRows } from '../enforcement/groupAnswers.js';
import type { RecordTest } from './criterion.js';

/** Whose contacts are asked, and when they began. */
export interface MembersInPeriod {
  readonly set: PersonSet;
  /** The group that the members are held against. */
  readonly other: PersonSet | null;
  readonly from: Day;
  readonly until: Day;
}

/** A contact of a member: the day it began and ended (NO_DAY for none), and the number of its service. */
export type MemberContacts = PersonRows & {
  readonly day: Int32Array;
  readonly end: Int32Array;
  readonly service: Uint16Array;
};

/** The contacts that began in a period, of all members, in the order of persons, then of days. */
export function contactsOfMembers(
  { set, other, from, until }: MembersInPeriod,
  table: ContactTable,
  counts: RecordTest | undefined,
): MemberContacts {
  const { start, end, service, unit } = table.columns;
  const persons = other ? set.or(other) : set;
  const walk = (visit: (row: number) => void): void => {
    for (const subject of persons) {
      const [first, last] = rowsOf(table, subject);
      for (let row = first; row < last; row++) {
        const day = start[row]!;
        if (day < from || day > until) continue;
        if (!counts || counts(subject, { start: day, unit: codeAt(unit, row) })) visit(row);
      }
    }
  };
  let rows = 0;
  walk(() => rows++);
  const found = {
    person: new Uint32Array(rows),
    day: new Int32Array(rows),
    end: new Int32Array(rows),
    service: new Uint16Array(rows),
  };
  let at = 0;
  walk((row) => {
    found.person[at] = table.subject[row]!;
    found.day[at] = start[row]!;
    found.end[at] = end[row]!;
    found.service[at++] = service.indices[row]!;
  });
  return found;
}
