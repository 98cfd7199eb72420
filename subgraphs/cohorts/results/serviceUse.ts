import { yearOf } from '../../../schema/calendar.js';
import type { PersonSet } from '../../../schema/personSet.js';
import { Field, Int, ObjectType } from '../../../schema/typeGraphql.js';
import { badInput } from '../../registry/groups/groupFilter.js';
import type { Protection } from '../disclosure/groupQuestion.js';
import { type MemberSector, serviceAt } from '../members/memberSectors.js';
import { type GroupAsker, protect } from '../protect.js';
import { serviceSets } from '../members/serviceSets.js';
import { ProtectedResult, TOO_FEW } from './protectedResult.js';

/** Each service of each year is a set, and a question. */
const MAX_YEARS = 20;

@ObjectType({ simpleResolvers: true, description: 'How many members used a service.' })
export class ServiceUse {
  @Field(() => Int, { nullable: true, description: 'The year; null: the whole period.' })
  readonly year: number | null;

  @Field(() => String, { nullable: true })
  readonly sector: string;

  @Field(() => String, { nullable: true })
  readonly service: string;

  @Field(() => Int, { nullable: true, description: TOO_FEW })
  readonly persons: number | null;

  constructor(year: number | null, sector: string, service: string, persons: number | null) {
    this.year = year;
    this.sector = sector;
    this.service = service;
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

/** What is asked of service use. */
export interface ServiceUseArguments {
  readonly from: number;
  readonly until: number;
  /** All of them if left out. */
  readonly services?: readonly string[] | null | undefined;
  readonly byYear: boolean;
}

/**
 * How many members used each service in a period, or in each of its years.
 * @throws PolkuError BAD_USER_INPUT where it has too many years, or names a service that there is not
 */
export async function serviceUse(
  members: PersonSet,
  sectors: readonly MemberSector[],
  asker: GroupAsker,
  { from, until, services, byYear }: ServiceUseArguments,
): Promise<ServiceUseTable> {
  const first = yearOf(from);
  const columns = byYear ? yearOf(until) - first + 1 : 1;
  if (columns > MAX_YEARS) throw badInput(`Use by year is counted for up to ${MAX_YEARS} years at once.`);
  const unknown = services?.find((service) => !sectors.some((sector) => sector.services.includes(service)));
  if (unknown !== undefined)
    throw badInput(`There is no service "${unknown}" in the registries that are told of.`);
  const sets = await serviceSets(members, sectors, columns, (day) => (byYear ? yearOf(day) - first : 0));
  const asked = sets.flatMap((ofService, number) => {
    const { sector, service } = serviceAt(sectors, number);
    if (services && !services.includes(service)) return [];
    return ofService.map((set, column) => ({ set, sector, service, year: byYear ? first + column : null }));
  });
  const tables = asked.map(({ set: { words } }) => ({ members: words, dimensions: [] }));
  const answer = await protect(asker, ['serviceUse', services?.toSorted() ?? null, byYear], tables);
  const rows = asked.map(
    ({ year, sector, service }, index) =>
      new ServiceUse(year, sector, service, answer.tables[index]!.counts[0]!),
  );
  return new ServiceUseTable(answer.protection, rows);
}
