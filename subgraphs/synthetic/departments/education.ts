import { join } from 'node:path';
import { BadRows, type Recorded } from '../badRows.js';
import { isoDate, nextMonth, PERIOD, type Day } from '../calendar.js';
import { requireCodes } from '../codeLists.js';
import { ParquetWriter } from '../parquetWriter.js';
import { Random } from '../random.js';
import { Units } from '../units.js';
import { EDUCATION_SERVICES, enrolmentsOf, type Enrolment } from './enrolments.js';
import { codeOn, drawObjections, filedName, type City, type Exporter } from './silo.js';

/** Employees a unit; persons of the city for each open child of the appointed teacher. */
const STAFF = 6;
const PERSONS_PER_CHILD = 1000;

/** Most centres close in July. */
const JULY_SHARE = 0.3;

/** Weeks in a month. */
const WEEKS = 4.35;

interface Placement extends Enrolment {
  readonly educator: string;
}

interface AttendanceRow extends Recorded {
  readonly start: Day;
  readonly name: string;
  readonly unit: string;
  readonly educator: string;
  readonly hours: number;
  readonly absenceDays: number;
}

/** The early-education register, in Parquet: monthly attendance, enrolments, educators, objections. */
export const exportEducation: Exporter = async (city, folder, report) => {
  requireCodes('education', 'services', EDUCATION_SERVICES);
  const placements = place(city, new Units('education', 'E', 4001, STAFF));

  const attendance = await writeAttendance(city, placements, join(folder, 'attendance.parquet'));
  report({ department: 'education', file: 'attendance.parquet', ...attendance });
  const enrolments = await writeEnrolments(city, placements, join(folder, 'enrolments.parquet'));
  report({ department: 'education', file: 'enrolments.parquet', ...enrolments });
  const staff = await writeStaff(city, placements, join(folder, 'staff.parquet'));
  report({ department: 'education', file: 'staff.parquet', rows: staff, bad: {} });

  const objections = await ParquetWriter.open(join(folder, 'objections.parquet'), {
    child_code: 'VARCHAR',
    from_date: 'DATE',
  });
  for (const { person, from } of drawObjections(childrenOf(placements), city.seed, 'education')) {
    objections.write([person.code, from]);
  }
  await objections.close();
  report({ department: 'education', file: 'objections.parquet', rows: objections.rows, bad: {} });
};

/** All enrolments with their educator; the appointed teacher gets open ones of the first centres. */
function place({ population, seed }: City, units: Units): Placement[] {
  const enrolments = population.persons.flatMap((person) =>
    enrolmentsOf(person, units, Random.stream(seed, 'education', person.index)),
  );
  const centres = units.all('PK');
  const appointed = new Set(
    enrolments
      .filter((enrolment) => enrolment.until === null && centres.includes(enrolment.unit))
      .sort((a, b) => centres.indexOf(a.unit) - centres.indexOf(b.unit))
      .slice(0, Math.ceil(population.persons.length / PERSONS_PER_CHILD)),
  );
  const random = Random.stream(seed, 'education', 'educators');
  return enrolments.map((enrolment) => {
    const ordinary = units.ordinaryEmployee(enrolment.unit, random);
    return { ...enrolment, educator: appointed.has(enrolment) ? units.appointed : ordinary };
  });
}

async function writeAttendance(city: City, placements: readonly Placement[], path: string) {
  const parquet = await ParquetWriter.open(path, {
    record_id: 'VARCHAR',
    child_code: 'VARCHAR',
    child_name: 'VARCHAR',
    month: 'DATE',
    unit: 'VARCHAR',
    service: 'VARCHAR',
    educator: 'VARCHAR',
    hours: 'DOUBLE',
    absence_days: 'INTEGER',
  });
  // A month has no end and Parquet no impossible dates, so those faults cannot occur here.
  const bad = new BadRows(
    ['wrong-check-character', 'unknown-person', 'duplicate-id', 'missing-code', 'unknown-service'],
    city.population.strangers,
    Random.stream(city.seed, 'education', 'bad-rows'),
  );
  let number = 0;
  const newId = (): string => `VK${String(++number).padStart(7, '0')}`;
  const random = Random.stream(city.seed, 'education', 'attendance');
  for (const placement of placements) {
    for (const row of attend(placement, newId, random)) {
      parquet.write(toCells(row));
      const spoilt = bad.plant(row, newId);
      if (spoilt !== null) parquet.write(toCells(spoilt));
    }
  }
  await parquet.close();
  return { rows: parquet.rows, bad: bad.counts };
}

/** One row for each whole month of an enrolment. */
function* attend(placement: Placement, newId: () => string, random: Random): Generator<AttendanceRow> {
  const { child, service, unit, educator, hoursPerWeek } = placement;
  const last = placement.until ?? PERIOD.last;
  for (let month = nextMonth(placement.from - 1); nextMonth(month) - 1 <= last; month = nextMonth(month)) {
    const july = isoDate(month).slice(5, 7) === '07';
    if (july && !random.chance(JULY_SHARE)) continue;
    const absenceDays = Math.min(20, random.poisson(1.6 + 2 * child.needs));
    const hours = hoursPerWeek * WEEKS * (1 - absenceDays / 22) * random.between(0.85, 1.02);
    yield {
      id: newId(),
      code: codeOn(child, month, random),
      name: filedName(child),
      start: month,
      end: null,
      service,
      unit,
      educator,
      hours: Math.round(hours * 2) / 2,
      absenceDays,
    };
  }
}

function toCells(row: AttendanceRow) {
  const { id, code, name, start, unit, service, educator, hours, absenceDays } = row;
  return [id, code === '' ? null : code, name, start, unit, service, educator, hours, absenceDays];
}

async function writeEnrolments(city: City, placements: readonly Placement[], path: string) {
  const parquet = await ParquetWriter.open(path, {
    child_code: 'VARCHAR',
    unit: 'VARCHAR',
    service: 'VARCHAR',
    start_date: 'DATE',
    end_date: 'DATE',
    hours_per_week: 'INTEGER',
  });
  const random = Random.stream(city.seed, 'education', 'enrolments');
  for (const { child, unit, service, from, until, hoursPerWeek } of placements) {
    parquet.write([codeOn(child, from, random), unit, service, from, until, hoursPerWeek]);
  }
  await parquet.close();
  return { rows: parquet.rows, bad: {} };
}

/** Educators of children, and the open relationships of family teams to all members of their families. */
async function writeStaff(city: City, placements: readonly Placement[], path: string): Promise<number> {
  const parquet = await ParquetWriter.open(path, {
    child_code: 'VARCHAR',
    educator: 'VARCHAR',
    unit: 'VARCHAR',
    start_date: 'DATE',
    end_date: 'DATE',
  });
  const random = Random.stream(city.seed, 'education', 'staff');
  for (const { child, educator, unit, from, until } of placements) {
    parquet.write([codeOn(child, from, random), educator, unit, from, until]);
  }
  for (const [person, { team, from }] of city.teams) parquet.write([person.code, null, team, from, null]);
  await parquet.close();
  return parquet.rows;
}

function childrenOf(placements: readonly Placement[]) {
  return [...new Set(placements.map((placement) => placement.child))];
}
