import { INTERVAL_FAULTS, PROTECTION_FAULTS } from '../badRows.js';
import { type ExportTarget, ExportFile } from '../exportFile.js';
import type { SyntheticPerson } from '../people.js';
import { requireCodes, ServiceUnits } from '../places.js';
import { Random } from '../random.js';
import { attendanceOf, EDUCATION_SERVICES, type Enrolment, enrolmentsOf } from './enrolments.js';
import { type City, drawObjections, everybody, type Exporter, filedName } from './silo.js';

/** Employees per unit; persons of the city for each open child of the appointed teacher. */
const STAFF = 6;
const PERSONS_PER_CHILD = 1000;

/** The appointed teacher works in the centres of the first area. */
const FIRST_CENTRES = 3;

/** The early-education register, in Parquet: monthly attendance, enrolments, educators, objections. */
export const exportEducation: Exporter = async (city, target, observer) => {
  requireCodes('education', 'services', EDUCATION_SERVICES);
  const register = await EducationRegister.open(city, target);
  const children: SyntheticPerson[] = [];
  for (const person of everybody(city, observer)) {
    const enrolments = enrolmentsOf(city.seed, person);
    if (enrolments.length > 0) children.push(person);
    for (const enrolment of enrolments) register.enrol(person, enrolment);
  }
  for (const [person, { team, from }] of city.teams) register.assignTeam(person, team, from);
  for (const { person, from } of drawObjections(children, city.seed, 'education')) {
    register.objections.write([person.code, from], from);
  }
  for (const file of register.files) observer.onFile(await file.close());
};

/** The files of the register. They are written together, child by child. */
class EducationRegister {
  private readonly units = new ServiceUnits('education', 'E', 4001, STAFF);
  private readonly firstCentres: readonly string[];
  private readonly random: Random;
  private vacancies: number;

  private constructor(
    private readonly city: City,
    private readonly attendance: ExportFile,
    private readonly enrolments: ExportFile,
    private readonly staff: ExportFile,
    readonly objections: ExportFile,
  ) {
    this.firstCentres = this.units.all('PK').slice(0, FIRST_CENTRES);
    this.random = Random.stream(city.seed, 'education', 'filing');
    this.vacancies = Math.ceil(city.population.persons.length / PERSONS_PER_CHILD);
  }

  static async open(city: City, target: ExportTarget): Promise<EducationRegister> {
    // A month has no end, so it cannot have an end before its start.
    const attendance = await ExportFile.parquet(
      target,
      'attendance.parquet',
      {
        record_id: 'VARCHAR',
        child_code: 'VARCHAR',
        child_name: 'VARCHAR',
        month: 'DATE',
        unit: 'VARCHAR',
        service: 'VARCHAR',
        educator: 'VARCHAR',
        hours: 'DOUBLE',
        absence_days: 'INTEGER',
      },
      {
        kinds: ['wrong-check-character', 'unknown-person', 'duplicate-id', 'missing-code', 'unknown-service'],
        id: 'record_id',
        code: 'child_code',
        service: 'service',
      },
      'VK0000000',
    );
    const kinds = INTERVAL_FAULTS.filter((kind) => kind !== 'impossible-date');
    const interval = { kinds, code: 'child_code', until: 'end_date' };
    const enrolments = await ExportFile.parquet(
      target,
      'enrolments.parquet',
      {
        child_code: 'VARCHAR',
        unit: 'VARCHAR',
        service: 'VARCHAR',
        start_date: 'DATE',
        end_date: 'DATE',
        hours_per_week: 'INTEGER',
      },
      interval,
    );
    const staff = await ExportFile.parquet(
      target,
      'staff.parquet',
      {
        child_code: 'VARCHAR',
        educator: 'VARCHAR',
        unit: 'VARCHAR',
        start_date: 'DATE',
        end_date: 'DATE',
      },
      interval,
    );
    const objections = await ExportFile.parquet(
      target,
      'objections.parquet',
      { child_code: 'VARCHAR', from_date: 'DATE' },
      { kinds: PROTECTION_FAULTS, code: 'child_code' },
    );
    return new EducationRegister(city, attendance, enrolments, staff, objections);
  }

  get files(): readonly ExportFile[] {
    return [this.attendance, this.enrolments, this.staff, this.objections];
  }

  enrol(child: SyntheticPerson, enrolment: Enrolment): void {
    const { attendance, enrolments, staff, random } = this;
    const { unit, service, from, until, hoursPerWeek } = enrolment;
    const educator = this.educatorOf(enrolment);
    enrolments.write(
      [enrolments.codeOn(child, from, random), unit, service, from, until, hoursPerWeek],
      from,
    );
    staff.write([staff.codeOn(child, from, random), educator, unit, from, until], from);
    const name = filedName(child);
    for (const { month, hours, absenceDays } of attendanceOf(this.city.seed, child, enrolment)) {
      attendance.write(
        [
          attendance.newId(),
          attendance.codeOn(child, month, random),
          name,
          month,
          unit,
          service,
          educator,
          hours,
          absenceDays,
        ],
        month,
      );
    }
  }

  /** The open relationship of a family team to a member of one of its families. */
  assignTeam(person: SyntheticPerson, team: string, from: number): void {
    this.staff.write([person.code, null, team, from, null], from);
  }

  /** The appointed teacher gets the first open enrolments. */
  private educatorOf({ unit, until }: Enrolment): string {
    if (until === null && this.vacancies > 0 && this.firstCentres.includes(unit)) {
      this.vacancies--;
      return this.units.appointed;
    }
    return this.units.ordinaryEmployee(unit, this.random);
  }
}
