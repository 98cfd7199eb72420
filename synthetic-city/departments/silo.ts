import { type Day, PERIOD } from '../calendar.js';
import type { Desk, ExportedFile } from '../exportFile.js';
import type { TeamMembership } from '../familyTeams.js';
import { firstDay, lastDay, type Person, type Population } from '../people.js';
import type { Department } from '../places.js';
import type { ProtectionStep } from '../protection/protectionSteps.js';
import { Random } from '../random.js';

/** What every department's export is made from. */
export interface City {
  readonly seed: number;
  readonly population: Population;
  readonly protection: ReadonlyMap<Person, readonly ProtectionStep[]>;
  readonly teams: ReadonlyMap<Person, TeamMembership>;
}

/** What an exporter tells of while it works. */
export interface ExportObserver {
  /** Called with each file as soon as it is written. */
  readonly onFile: (file: ExportedFile) => void;
  /** Called now and then with the share of the department's work that is done. */
  readonly onShare: (share: number) => void;
}

/** Writes one department's files. */
export type Exporter = (city: City, desk: Desk, observer: ExportObserver) => Promise<void>;

/** Share of people who object to the use of their data in a register. */
const OBJECTION_SHARE = 0.005;

/** Persons after which progress is told. */
const STRIDE = 1024;

/** Everybody in order, telling of progress on the way. */
export function* everybody(city: City, { onShare }: ExportObserver): Generator<Person> {
  const { persons } = city.population;
  for (const person of persons) {
    if (person.index % STRIDE === 0) onShare(person.index / persons.length);
    yield person;
  }
}

/** "Surname Given", as the departments file it. */
export function filedName(person: Person): string {
  return `${person.surname} ${person.givenNames}`;
}

/** Who objects, from which day on; each department hears its own objections. */
export function drawObjections(
  persons: readonly Person[],
  seed: number,
  department: Department,
): { person: Person; from: Day }[] {
  const random = Random.stream(seed, department, 'objections');
  return random.sample(persons, Math.ceil(persons.length * OBJECTION_SHARE)).map((person) => ({
    person,
    from: random.int(firstDay(person), Math.min(lastDay(person), PERIOD.last)),
  }));
}
