import { type Day, parseDay } from '../../lib/calendar.js';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { Directive, Field, ObjectType } from '../../lib/typeGraphql.js';
import { PersonSet } from '../../schema/personSet.js';
import { DateScalar, PersonSetScalar } from '../../schema/scalars.js';
import { codeAt, rowRangeOf } from '../columns/table.js';
import type { ContactTable } from '../contacts/contact.js';
import { DerivedEntity, type Representation } from '../feeds/derivedEntity.js';
import { type CohortQuestion, parseQuestion } from './cohortQuestion.js';
import type { PersonRows, RecordTest } from './criterion.js';
import { badInput } from './groupFilter.js';

/**
 * The key of Cohort in an entity representation: the whole question as one canonical text
 * (docs/decisions/groups.md). Every registry parses it again, so that no registry relies on the checks of
 * another.
 */
@ObjectType('Cohort')
@Directive('@key(fields: "filter")')
export class CohortKey extends DerivedEntity {
  readonly question: CohortQuestion;

  @Field(() => String, { simple: true })
  @Directive('@inaccessible')
  readonly filter: string;

  /** @throws PolkuError BAD_USER_INPUT if the text is not canonical */
  constructor(representation: Representation, feeds: readonly string[]) {
    super(representation, feeds);
    this.question = parseQuestion(representation['filter']);
    this.filter = representation['filter'] as string;
  }
}

/**
 * The key of CohortMembers in an entity representation: the question that found the members, the members, the
 * group to compare with, and the period.
 */
@ObjectType('CohortMembers')
@Directive('@key(fields: "filter set other from until")')
export class CohortMembersKey extends DerivedEntity {
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
  constructor(representation: Representation, feeds: readonly string[]) {
    super(representation, feeds);
    const [set, other] = [PersonSet.from(representation['set']), PersonSet.from(representation['other'])];
    const [from, until] = [
      parseDay(String(representation['from'])),
      parseDay(String(representation['until'])),
    ];
    if (!set || from === undefined || until === undefined)
      throw badInput('Expected the key of CohortMembers as the gateway writes it.');
    this.filter = String(representation['filter']);
    this.set = set;
    this.other = other ?? null;
    this.from = from;
    this.until = until;
  }
}

/** The persons whose contacts are read, and the period in which the contacts began. */
interface MembersInPeriod {
  readonly set: PersonSet;
  /** The group that the members are compared with. */
  readonly other: PersonSet | null;
  readonly from: Day;
  readonly until: Day;
}

/** Contacts of members: start day, end day (NO_DAY if the contact is open), and the index of the service. */
export type MemberContacts = PersonRows & {
  readonly day: Int32Array;
  readonly end: Int32Array;
  readonly service: Uint16Array;
};

/** Returns all members' contacts that began in the period, sorted by person, then by day. */
export async function contactsOfMembers(
  { set, other, from, until }: MembersInPeriod,
  table: ContactTable,
  isCounted: RecordTest | undefined,
): Promise<MemberContacts> {
  const { start, end, service, unit } = table.columns;
  const persons = (other ? set.or(other) : set).keys;
  const scheduler = new CooperativeScheduler();
  let maximum = 0;
  await scheduler.forEachChunk(persons.length, (begin, end) => {
    for (let index = begin; index < end; index++) {
      const [first, last] = rowRangeOf(table, persons[index]!);
      for (let row = first; row < last; row++) if (start[row]! >= from && start[row]! <= until) maximum++;
    }
  });
  const found = {
    person: new Uint32Array(maximum),
    day: new Int32Array(maximum),
    end: new Int32Array(maximum),
    service: new Uint16Array(maximum),
  };
  let rows = 0;
  await scheduler.forEachChunk(persons.length, (begin, after) => {
    for (let index = begin; index < after; index++) {
      const person = persons[index]!;
      const [first, last] = rowRangeOf(table, person);
      for (let row = first; row < last; row++) {
        const day = start[row]!;
        if (day < from || day > until) continue;
        if (isCounted && !isCounted(person, { start: day, unit: codeAt(unit, row) })) continue;
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
