import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { NO_DAY } from '../../registry-kit/columns/table.js';
import { EPISODE_GAP_DAYS } from '../../registry-kit/contacts/contact.js';
import type { MemberContacts } from '../../registry-kit/criteria/cohortKeys.js';
import type { Feeds } from '../../registry-kit/feeds/derivedEntity.js';
import type { Language } from '../../schema/language.js';
import { PersonSet } from '../../schema/personSet.js';
import type { CohortsStore } from './cohortsStore.js';
import { answered } from './group/groupFacts.js';

/** The value for "no further episode" in a path. */
export const NO_SERVICE = 0xffff;

/** The first steps of members' paths: the services of their first episodes, and the first day of each. */
export interface MemberPaths {
  readonly steps: number;
  readonly persons: Uint32Array;
  /** `steps` for each person, in the order of `persons`. */
  readonly services: Uint16Array;
  readonly starts: Int32Array;
}

/**
 * The first episodes of each member, as in a service path. An episode is a sequence of contacts with one
 * service, at most 90 days apart. Episodes are sorted by first day; on the same day, by registry and service.
 * One pass goes through all sectors, in their order of persons and days.
 */
export async function memberPaths(
  members: PersonSet,
  sectors: readonly MemberSector[],
  steps: number,
): Promise<MemberPaths> {
  const persons = members.keys;
  const services = new Uint16Array(persons.length * steps).fill(NO_SERVICE);
  const starts = new Int32Array(persons.length * steps);
  const lastDay = new Int32Array(sectors.reduce((sum, sector) => sum + sector.services.length, 0));
  const walks = sectors.map((sector) => new SectorWalk(sector));
  const walkAll = (index: number): void => {
    for (const walk of walks) walk.goTo(persons[index]!);
    lastDay.fill(NO_DAY);
    let step = 0;
    while (step < steps) {
      const day = walks.reduce((first, walk) => Math.min(first, walk.day), Infinity);
      if (day === Infinity) break;
      const began = walks.flatMap((walk) => walk.takeDay(day, lastDay));
      for (const service of began.sort((a, b) => a - b)) {
        if (step === steps) break;
        services[index * steps + step] = service;
        starts[index * steps + step++] = day;
      }
    }
  };
  await new CooperativeScheduler().forEachChunk(persons.length, (from, to) => {
    for (let index = from; index < to; index++) walkAll(index);
  });
  return { steps, persons, services, starts };
}

/** A cursor over the contacts of one sector, sorted by person and day. */
class SectorWalk {
  #row = 0;
  #person = -1;

  constructor(private readonly sector: MemberSector) {}

  goTo(person: number): void {
    const { person: persons } = this.sector.contacts;
    while (this.#row < persons.length && persons[this.#row]! < person) this.#row++;
    this.#person = person;
  }

  /** The day of the next contact of this person; Infinity if there is none. */
  get day(): number {
    const { person, day } = this.sector.contacts;
    return person[this.#row] === this.#person ? day[this.#row]! : Infinity;
  }

  /**
   * Consumes the contacts of a day, and returns the services whose episode begins with it.
   * @param lastDay the last day of the latest episode of each service, NO_DAY for none; it is updated
   */
  takeDay(on: number, lastDay: Int32Array): number[] {
    const { contacts } = this.sector;
    const began: number[] = [];
    for (; this.day === on; this.#row++) {
      const service = contacts.service[this.#row]!;
      const before = lastDay[service]!;
      const isNew = before === NO_DAY || on - before > EPISODE_GAP_DAYS;
      if (isNew) began.push(service);
      lastDay[service] = Math.max(isNew ? NO_DAY : before, on, contacts.end[this.#row]!);
    }
    return began;
  }
}

/** The contacts of members with one registry. Service numbers are unique over all registries. */
export interface MemberSector {
  readonly registry: string;
  readonly contacts: MemberContacts;
  /**
   * The registry's code list, not the codes in its rows: it must not show whether a service was ever used.
   */
  readonly services: readonly string[];
  /** The number of its first service among those of all registries. */
  readonly firstService: number;
}

/**
 * The sectors whose owners do not withhold them.
 * @param codes of a registry's code list
 * @param language of messages
 * @throws PolkuError SUBGRAPH_UNAVAILABLE
 */
export function memberSectors(
  feeds: Feeds,
  registries: readonly string[],
  { codes }: Pick<CohortsStore, 'codes'>,
  language: Language,
): readonly MemberSector[] {
  let firstService = 0;
  const released = registries.filter((registry) => feeds.get(registry)?.state !== 'withheld');
  return released.map((registry) => {
    const { columns } = answered(feeds, registry, language);
    const services = codes(registry, 'services');
    const dictionary = columns['services'] as readonly string[];
    const numbers = Uint16Array.from(dictionary, (code) => firstService + services.indexOf(code));
    const sector = {
      registry,
      services,
      firstService,
      contacts: {
        person: columns['person:contacts'] as Uint32Array,
        day: columns['day:contacts'] as Int32Array,
        end: columns['end:contacts'] as Int32Array,
        service: (columns['service:contacts'] as Uint16Array).map((index) => numbers[index]!),
      },
    };
    firstService += services.length;
    return sector;
  });
}

/** A service, by its number among those of all registries. */
export function serviceAt(
  sectors: readonly MemberSector[],
  number: number,
): { readonly sector: string; readonly service: string } {
  const { registry, services, firstService } = sectors.findLast((sector) => sector.firstService <= number)!;
  return { sector: registry, service: services[number - firstService]! };
}

/**
 * The users of each service, by service number and calendar column.
 * @param columnOf the number of the column of a day
 */
export async function serviceSets(
  members: PersonSet,
  sectors: readonly MemberSector[],
  columns: number,
  columnOf: (day: number) => number,
): Promise<readonly (readonly PersonSet[])[]> {
  const bound = members.words.length * 32;
  const scheduler = new CooperativeScheduler();
  const all: PersonSet[][] = [];
  for (const { services, firstService, contacts } of sectors) {
    const { person, day, service } = contacts;
    const sets = services.map(() => Array.from({ length: columns }, () => PersonSet.below(bound)));
    await scheduler.forEachChunk(person.length, (from, to) => {
      for (let row = from; row < to; row++)
        if (members.has(person[row]!))
          sets[service[row]! - firstService]![columnOf(day[row]!)]!.add(person[row]!);
    });
    all.push(...sets);
  }
  return all;
}
