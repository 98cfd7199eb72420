import type { PersonSet } from '../../../schema/personSet.js';
import { NO_DAY } from '../../registry/columns/table.js';
import { EPISODE_GAP_DAYS } from '../../registry/contacts/episodeGap.js';
import type { MemberSector } from './memberSectors.js';
import { Turns } from '../../../schema/turns.js';

/** Stands for "no further episode" in a path. */
export const NO_SERVICE = 0xffff;

/** How the paths of members began: the services of their first episodes, and on which day each began. */
export interface MemberPaths {
  readonly steps: number;
  readonly persons: Uint32Array;
  /** `steps` for each person, in the order of `persons`. */
  readonly services: Uint16Array;
  readonly starts: Int32Array;
}

/**
 * The first episodes of each member, as in a service path: contacts with one service, none more than 90 days apart, in the
 * order of their first days; on one day, in the order of registries and services. All sectors are walked through together,
 * in the order of persons and days in which they come.
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
  await new Turns().through(persons.length, (from, to) => {
    for (let index = from; index < to; index++) walkAll(index);
  });
  return { steps, persons, services, starts };
}

/** A walk through the contacts of one sector, person after person and day after day. */
class SectorWalk {
  #row = 0;
  #person = -1;

  constructor(private readonly sector: MemberSector) {}

  goTo(person: number): void {
    const { person: persons } = this.sector.contacts;
    while (this.#row < persons.length && persons[this.#row]! < person) this.#row++;
    this.#person = person;
  }

  /** The day of the next contact of this person; Infinity where there is none. */
  get day(): number {
    const { person, day } = this.sector.contacts;
    return person[this.#row] === this.#person ? day[this.#row]! : Infinity;
  }

  /**
   * Takes the contacts of a day, and answers the services of which an episode begins with it.
   * @param lastDay the last day of the latest episode of each service, NO_DAY for none; it is carried on
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
