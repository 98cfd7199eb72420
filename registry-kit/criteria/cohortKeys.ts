import { type Day, parseDay } from '../../lib/calendar.js';
import { Turns } from '../../lib/cooperativeScheduler.js';
import { Directive, Field, ObjectType } from '../../lib/typeGraphql.js';
import { PersonSet } from '../../schema/personSet.js';
import { DateScalar, PersonSetScalar } from '../../schema/scalars.js';
import { codeAt, rowsOf } from '../columns/table.js';
import type { ContactTable } from '../contacts/contact.js';
import { type CohortQuestion, questionOf } from './cohortQuestion.js';
import type { PersonRows, RecordTest } from './criterion.js';
import { badInput } from './groupFilter.js';

/**
 * The key of Cohort, read from a representation: all that is asked, as one canonical text (docs/decisions/groups.md).
 * Every registry reads it anew, so that none relies on another's checks.
 */
@ObjectType()
export abstract class CohortKey {
  readonly question: CohortQuestion;

  @Field(() => String, { simple: true })
  @Directive('@inaccessible')
  readonly filter: string;

  /** @throws PolkuError BAD_USER_INPUT where the text is not canonical */
  constructor({ filter }: { filter?: unknown }) {
    this.question = questionOf(filter);
    this.filter = filter as string;
  }
}

/**
 * The key of CohortMembers, read from a representation: the question that found them, who they are, whom they are held
 * against, and when.
 */
@ObjectType()
export abstract class CohortMembersKey {
  @Field(() => String, { simple: true })
  @Directive('@inaccessible')
  readonly filter: string;

  @Field(() => PersonSetScalar, { simple: true })
  @Directive('@inaccessible')
  readonly set: PersonSet;

  @Field(() => PersonSetScalar, { nullable: true, simple: true })
  @Directive('@inaccessible')
  readonly other: PersonSet | null;

  @Field(() => DateScalar, { simple: true })
  @Directive('@inaccessible')
  readonly from: Day;

  @Field(() => DateScalar, { simple: true })
  @Directive('@inaccessible')
  readonly until: Day;

  /** @throws PolkuError BAD_USER_INPUT */
  constructor(representation: Readonly<Record<'filter' | 'set' | 'other' | 'from' | 'until', unknown>>) {
    const [set, other] = [PersonSet.from(representation.set), PersonSet.from(representation.other)];
    const [from, until] = [parseDay(String(representation.from)), parseDay(String(representation.until))];
    if (!set || from === undefined || until === undefined)
      throw badInput('Expected members of a cohort as the gateway names them.');
    this.filter = String(representation.filter);
    this.set = set;
    this.other = other ?? null;
    this.from = from;
    this.until = until;
  }
}

/** Whose contacts are asked, and when they began. */
interface MembersInPeriod {
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
