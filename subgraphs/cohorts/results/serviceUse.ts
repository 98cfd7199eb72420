import type { Protection } from '../../../disclosure-control/groupQuestion.js';
import { type Day, yearOf } from '../../../lib/calendar.js';
import { CooperativeScheduler } from '../../../lib/cooperativeScheduler.js';
import { Field, Int, ObjectType } from '../../../lib/typeGraphql.js';
import { CodedValue } from '../../../registry-kit/codes/codedValue.js';
import { badInput } from '../../../registry-kit/criteria/groupFilter.js';
import { LAST_YEAR, yearEnd } from '../../../registry-kit/criteria/yearly.js';
import { PersonSet } from '../../../schema/personSet.js';
import type { CriterionEvents } from '../group/evaluate.js';
import { type MemberSector, serviceAt, serviceSets } from '../members.js';
import { type AskedResult, type GroupRequester, protect } from '../protect.js';
import { ProtectedResult, TOO_FEW } from './protectedResult.js';

/** Each service of each year is one set, and one question. */
const MAX_YEARS = 20;

@ObjectType({ simpleResolvers: true, description: 'How many members used a service.' })
class ServiceUse {
  @Field(() => Int, { nullable: true, description: 'The year; null: the whole period.' })
  readonly year: number | null;

  @Field(() => String, { nullable: true })
  readonly sector: string;

  @Field(() => CodedValue, { nullable: true })
  readonly service: CodedValue;

  @Field(() => Int, { nullable: true, description: TOO_FEW })
  readonly persons: number | null;

  constructor(year: number | null, sector: string, service: string, persons: number | null) {
    this.year = year;
    this.sector = sector;
    this.service = new CodedValue(`${sector}/services`, service);
    this.persons = persons;
  }
}

@ObjectType({ simpleResolvers: true })
export class ServiceUseTable extends ProtectedResult {
  @Field(() => [ServiceUse], { nullable: true })
  readonly rows: readonly ServiceUse[];

  constructor(protection: Protection, rows: readonly ServiceUse[]) {
    super(protection);
    this.rows = rows;
  }
}

/** The arguments of service use. */
interface ServiceUseArguments {
  readonly from: number;
  readonly until: number;
  /** All services if omitted. */
  readonly services?: readonly string[] | null | undefined;
  readonly byYear: boolean;
}

/**
 * Service use as a question: for each service and each year, how many used it.
 * @throws PolkuError BAD_USER_INPUT if there are too many years, or an unknown service
 */
export function askedServiceUse(
  sectors: readonly Pick<MemberSector, 'services'>[],
  { from, until, services, byYear }: ServiceUseArguments,
): AskedResult {
  const columns = byYear ? yearOf(until) - yearOf(from) + 1 : 1;
  if (columns > MAX_YEARS) throw badInput(`Use by year is counted for up to ${MAX_YEARS} years at once.`);
  const known = sectors.flatMap((sector) => sector.services);
  const unknown = services?.find((service) => !known.includes(service));
  if (unknown !== undefined)
    throw badInput(`There is no service "${unknown}" in the registries of this answer.`);
  const asked = known.filter((service) => !services || services.includes(service));
  const tables = Array.from({ length: Math.max(0, asked.length * columns) }, () => ({ dimensions: [] }));
  return { result: ['serviceUse', services?.toSorted() ?? null, byYear], tables };
}

/**
 * Counts the members who used each service in a period, or in each of its years.
 * @throws PolkuError BAD_USER_INPUT if there are too many years, or an unknown service
 */
export async function serviceUse(
  members: PersonSet,
  sectors: readonly MemberSector[],
  requester: GroupRequester,
  given: ServiceUseArguments,
): Promise<ServiceUseTable> {
  const { from, until, services, byYear } = given;
  const { result } = askedServiceUse(sectors, given);
  const first = yearOf(from);
  const columns = byYear ? yearOf(until) - first + 1 : 1;
  const sets = await serviceSets(members, sectors, columns, (day) => (byYear ? yearOf(day) - first : 0));
  const asked = sets.flatMap((ofService, number) => {
    const { sector, service } = serviceAt(sectors, number);
    if (services && !services.includes(service)) return [];
    return ofService.map((set, column) => ({ set, sector, service, year: byYear ? first + column : null }));
  });
  const tables = asked.map(({ set: { words } }) => ({ members: words, dimensions: [] }));
  const answer = await protect(requester, result, tables);
  const rows = asked.map(
    ({ year, sector, service }, index) =>
      new ServiceUse(year, sector, service, answer.tables[index]!.counts[0]!),
  );
  return new ServiceUseTable(answer.protection, rows);
}

const DAYS_A_MONTH = 30.436_875;

interface WaitingSets {
  /**
   * The persons still waiting at the beginning of each interval, and one more set: those still waiting after
   * the last.
   */
  readonly atRisk: readonly PersonSet[];
  /** The persons with the event in each interval. */
  readonly events: readonly PersonSet[];
}

/**
 * Sets of persons by the time from the first event of one kind to the first event of another on a later day.
 * A person who left the city is known to have waited until the end of the last year that they lived here.
 *
 * @param lastYears the last year at whose end each person lived in the city, by key
 * @param until the last day on which events are observed
 */
export async function waitingSets(
  members: PersonSet,
  { from, event }: { readonly from: CriterionEvents; readonly event: CriterionEvents },
  lastYears: Uint16Array,
  until: Day,
  { number, months }: { readonly number: number; readonly months: number },
): Promise<WaitingSets> {
  const bound = members.words.length * 32;
  const sets = (length: number) => Array.from({ length }, () => PersonSet.below(bound));
  const [atRisk, events] = [sets(number + 1), sets(number)];
  const known = members.minus(from.withheld).minus(event.withheld);
  let at = 0;
  await new CooperativeScheduler().forEachChunk(from.person.length, (first, end) => {
    for (let row = first; row < end; row++) {
      const person = from.person[row]!;
      if ((row > 0 && from.person[row - 1] === person) || !known.has(person)) continue;
      const began = from.day[row]!;
      while (at < event.person.length && isUpTo(event, at, person, began)) at++;
      const happened = event.person[at] === person ? event.day[at]! : Infinity;
      const left = lastYears[person] === LAST_YEAR ? Infinity : yearEnd(lastYears[person] ?? 0);
      const seenUntil = Math.min(until, left);
      if (seenUntil < began) continue;
      const intervalOf = (day: Day): number => Math.floor((day - began) / (DAYS_A_MONTH * months));
      const last = Math.min(intervalOf(Math.min(happened, seenUntil)), number);
      for (let interval = 0; interval <= last; interval++) atRisk[interval]!.add(person);
      if (happened <= seenUntil && intervalOf(happened) < number) events[intervalOf(happened)]!.add(person);
    }
  });
  return { atRisk, events };
}

function isUpTo({ person, day }: CriterionEvents, row: number, otherPerson: number, otherDay: Day): boolean {
  return person[row]! < otherPerson || (person[row] === otherPerson && day[row]! <= otherDay);
}

/** A point of the curve: the share of persons without the event by the end of an interval. */
interface SurvivalPoint {
  readonly atRisk: number | null;
  readonly events: number | null;
  readonly survival: number | null;
}

/**
 * The product-limit estimate (E. L. Kaplan, P. Meier, J. Am. Stat. Assoc. 53, 1958) over intervals, from
 * protected counts only. A person who drops out within an interval counts for half of it, as in a life table.
 * The curve ends at the first interval with a suppressed count: without the number still waiting afterwards,
 * the drop-outs are unknown.
 *
 * @param atRisk one more than `events`: the last is the number still waiting after the last interval
 */
export function survivalCurve(
  atRisk: readonly (number | null)[],
  events: readonly (number | null)[],
): readonly SurvivalPoint[] {
  let survival: number | null = 1;
  return events.map((happened, interval) => {
    const [waiting, next] = [atRisk[interval]!, atRisk[interval + 1]!];
    if (survival !== null) survival = shareStillWaiting(survival, waiting, happened, next);
    return { atRisk: waiting, events: happened, survival };
  });
}

function shareStillWaiting(
  before: number,
  waiting: number | null,
  happened: number | null,
  next: number | null,
): number | null {
  if (waiting === null || happened === null || next === null) return null;
  // Published counts carry noise, so they need not add up.
  const droppedOut = Math.max(0, waiting - happened - next);
  const exposed = waiting - droppedOut / 2;
  return exposed > 0 ? before * Math.max(0, 1 - happened / exposed) : null;
}
