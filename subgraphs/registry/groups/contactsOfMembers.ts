import type { Day } from '../../../schema/calendar.js';
import type { PersonSet } from '../../../schema/personSet.js';
import { Turns } from '../../../schema/turns.js';
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
export async function contactsOfMembers(
  { set, other, from, until }: MembersInPeriod,
  table: ContactTable,
  counts: RecordTest | undefined,
): Promise<MemberContacts> {
  const { start, end, service, unit } = table.columns;
  const persons = (other ? set.or(other) : set).keys;
  const turns = new Turns();
  let most = 0;
  await turns.through(persons.length, (begin, end) => {
    for (let index = begin; index < end; index++) {
      const [first, last] = rowsOf(table, persons[index]!);
      for (let row = first; row < last; row++) if (start[row]! >= from && start[row]! <= until) most++;
    }
  });
  const found = {
    person: new Uint32Array(most),
    day: new Int32Array(most),
    end: new Int32Array(most),
    service: new Uint16Array(most),
  };
  let rows = 0;
  await turns.through(persons.length, (begin, after) => {
    for (let index = begin; index < after; index++) {
      const person = persons[index]!;
      const [first, last] = rowsOf(table, person);
      for (let row = first; row < last; row++) {
        const day = start[row]!;
        if (day < from || day > until) continue;
        if (counts && !counts(person, { start: day, unit: codeAt(unit, row) })) continue;
        found.person[rows] = person;
        found.day[rows] = day;
        found.end[rows] = end[row]!;
        found.service[rows++] = service.indices[row]!;
      }
    }
  });
  return {
    person: found.person.subarray(0, rows),
    day: found.day.subarray(0, rows),
    end: found.end.subarray(0, rows),
    service: found.service.subarray(0, rows),
  };
}
