import type { BadRowCounts } from '../badRows.js';
import { PERIOD, type Day } from '../calendar.js';
import type { ProtectionStep } from '../childProtection.js';
import type { Department } from '../codeLists.js';
import type { TeamMembership } from '../familyTeams.js';
import type { Person, Population } from '../people.js';
import { firstDay, lastDay } from '../people.js';
import { Random } from '../random.js';

/** What every department's export is made from. */
export interface City {
  readonly seed: number;
  readonly population: Population;
  readonly protection: ReadonlyMap<Person, readonly ProtectionStep[]>;
  readonly teams: ReadonlyMap<Person, TeamMembership>;
}

export interface ExportedFile {
  readonly department: Department;
  readonly file: string;
  /** Rows, planted bad ones included, the header not. */
  readonly rows: number;
  readonly bad: BadRowCounts;
}

/** Called with each file as soon as it is written. */
export type Report = (file: ExportedFile) => void;

/** Writes one department's files into `folder`. */
export type Exporter = (city: City, folder: string, report: Report) => Promise<void>;

/** Share of people who object to the use of their data in a register. */
const OBJECTION_SHARE = 0.005;

/** Share of records that still carry a former code after its change. */
const LATE_CODE_SHARE = 0.03;

/** The code under which a department files somebody on a day. */
export function codeOn(person: Person, day: Day, random: Random): string {
  const { formerCode } = person;
  if (formerCode === null) return person.code;
  return day < formerCode.changed || random.chance(LATE_CODE_SHARE) ? formerCode.code : person.code;
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
