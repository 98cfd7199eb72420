import { type Day, PERIOD } from '../calendar.js';
import type { ExportTarget, ExportedFile } from '../exportFile.js';
import type { TeamMembership } from '../familyTeams.js';
import { residentFrom, residentUntil, type SyntheticPerson, type Population } from '../people.js';
import type { Department } from '../places.js';
import type { ProtectionStep } from '../protection/protectionSteps.js';
import { Random } from '../random.js';

/** The data that every department's export is made from. */
export interface City {
  readonly seed: number;
  readonly population: Population;
  readonly protection: ReadonlyMap<SyntheticPerson, readonly ProtectionStep[]>;
  readonly teams: ReadonlyMap<SyntheticPerson, TeamMembership>;
}

/** Callbacks for the progress of an exporter. */
export interface ExportObserver {
  /** Called with each file as soon as it is written. */
  readonly onFile: (file: ExportedFile) => void;
  /** Called sometimes with the share of the department's work that is done. */
  readonly onShare: (share: number) => void;
}

/** Writes one department's files. */
export type Exporter = (city: City, target: ExportTarget, observer: ExportObserver) => Promise<void>;

/** Share of people who object to the use of their data in a register. */
const OBJECTION_SHARE = 0.005;

/** The number of persons between two progress reports. */
const STRIDE = 1024;

/** Iterates over all persons in order and reports progress. */
export function* everybody(city: City, { onShare }: ExportObserver): Generator<SyntheticPerson> {
  const { persons } = city.population;
  for (const person of persons) {
    if (person.index % STRIDE === 0) onShare(person.index / persons.length);
    yield person;
  }
}

/** "Surname Given", as the departments write it. */
export function filedName(person: SyntheticPerson): string {
  return `${person.surname} ${person.givenNames}`;
}

/** Who objects, and from which day on. Each department has its own objections. */
export function drawObjections(
  persons: readonly SyntheticPerson[],
  seed: number,
  department: Department,
): { person: SyntheticPerson; from: Day }[] {
  const random = Random.stream(seed, department, 'objections');
  return random.sample(persons, Math.ceil(persons.length * OBJECTION_SHARE)).map((person) => ({
    person,
    from: random.int(residentFrom(person), Math.min(residentUntil(person), PERIOD.last)),
  }));
}
