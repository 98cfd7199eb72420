import { join } from 'node:path';
import { BAD_ROW_KINDS, BadRows, type Recorded } from '../badRows.js';
import { finnishDate, PERIOD, type Day } from '../calendar.js';
import { requireCodes } from '../codeLists.js';
import { CsvWriter } from '../csvWriter.js';
import { ageOn, firstDay, isResidentAtEnd, lastDay, residenceOn, type Person } from '../people.js';
import { Random } from '../random.js';
import { areaIndex, Units } from '../units.js';
import { drawDiagnosis } from './diagnoses.js';
import { HEALTH_SERVICES, visitsOf, type HealthService, type Visit } from './healthVisits.js';
import { codeOn, drawObjections, filedName, type City, type Exporter } from './silo.js';

const CONTACT_COLUMNS =
  'KAYNTITUNNUS;HETU;NIMI;ALKUPVM;LOPPUPVM;PALVELU;YKSIKKO;AMMATTIHENKILO;DIAGNOOSI;KIIREELLISYYS';

/** Which kind of unit gives a service; a family team takes the ones in TEAM_SERVICES over for its families. */
const UNIT_PREFIX: Record<HealthService, string> = {
  T11: 'TK',
  T12: 'TK',
  T13: 'NEU',
  T20: 'NV',
  T21: 'NV',
  T22: 'KTH',
  T30: 'HH',
  T40: 'FT',
  T50: 'PUH',
  T60: 'MT',
  T61: 'NUO',
  T70: 'PAI',
  T80: 'PV',
  T90: 'SA',
};
const TEAM_SERVICES: ReadonlySet<HealthService> = new Set(['T21', 'T60', 'T61', 'T70']);

/** Employees a unit; persons of the city for each open patient of the appointed doctor. */
const STAFF = 8;
const PERSONS_PER_PATIENT = 500;

/** Share of people with a named doctor or nurse. */
const RELATIONSHIP_SHARE = 0.3;

const date = (day: Day | null): string => (day === null ? '' : finnishDate(day));

/** The health register: visits, care relationships and objections, in semicolons and Finnish dates. */
export const exportHealth: Exporter = async (city, folder, report) => {
  const { population, seed } = city;
  requireCodes('health', 'services', HEALTH_SERVICES);
  requireCodes('health', 'urgencies', ['1', '2', '3']);
  const units = new Units('health', 'H', 2001, STAFF);

  const contacts = new CsvWriter(join(folder, 'kaynnit.csv'), CONTACT_COLUMNS.split(';'), ';');
  const bad = new BadRows(BAD_ROW_KINDS, population.strangers, Random.stream(seed, 'health', 'bad-rows'));
  let number = 0;
  const newId = (): string => `K${String(++number).padStart(8, '0')}`;
  for (const person of population.persons) {
    const random = Random.stream(seed, 'health', person.index);
    for (const visit of visitsOf(person, random)) {
      const row = recordVisit(city, units, person, visit, newId(), random);
      contacts.write(toColumns(row));
      const spoilt = bad.plant(row, newId);
      if (spoilt !== null) contacts.write(toColumns(spoilt));
    }
  }
  contacts.close();
  report({ department: 'health', file: 'kaynnit.csv', rows: contacts.rows, bad: bad.counts });

  const relationships = new CsvWriter(
    join(folder, 'hoitosuhteet.csv'),
    ['HETU', 'TYONTEKIJA', 'YKSIKKO', 'ALKUPVM', 'LOPPUPVM'],
    ';',
  );
  writeRelationships(city, units, relationships);
  relationships.close();
  report({ department: 'health', file: 'hoitosuhteet.csv', rows: relationships.rows, bad: {} });

  const objections = new CsvWriter(join(folder, 'kiellot.csv'), ['HETU', 'ALKUPVM'], ';');
  for (const { person, from } of drawObjections(population.persons, seed, 'health')) {
    objections.write([person.code, finnishDate(from)]);
  }
  objections.close();
  report({ department: 'health', file: 'kiellot.csv', rows: objections.rows, bad: {} });
};

interface HealthRow extends Recorded {
  readonly name: string;
  readonly unit: string;
  readonly professional: string;
  readonly diagnosis: string;
  readonly urgency: string;
}

function recordVisit(
  { teams }: City,
  units: Units,
  person: Person,
  { day, service }: Visit,
  id: string,
  random: Random,
): HealthRow {
  const team = teams.get(person);
  const unit =
    team !== undefined && day >= team.from && TEAM_SERVICES.has(service)
      ? team.team
      : units.serving(UNIT_PREFIX[service], areaIndex(residenceOn(person, day).district));
  const stay = service === 'T90' ? random.int(1, 14) : 0;
  const end = stay > 0 ? Math.min(day + stay, lastDay(person)) : random.chance(0.3) ? day : null;
  return {
    id,
    code: codeOn(person, day, random),
    name: filedName(person),
    start: day,
    end,
    service,
    unit,
    professional: units.employee(unit, random),
    diagnosis: drawDiagnosis(service, ageOn(person, day), random),
    urgency: service === 'T80' ? (random.chance(0.6) ? '1' : '2') : random.chance(0.12) ? '2' : '3',
  };
}

function toColumns(row: HealthRow): string[] {
  const start = row.start === 'impossible' ? '30.02.2010' : finnishDate(row.start);
  return [
    row.id,
    row.code,
    row.name,
    start,
    date(row.end),
    row.service,
    row.unit,
    row.professional,
    row.diagnosis,
    row.urgency,
  ];
}

function writeRelationships({ population, teams, seed }: City, units: Units, csv: CsvWriter): void {
  const random = Random.stream(seed, 'health', 'relationships');
  const centre = units.serving('TK', 0);
  const residents = population.persons.filter(isResidentAtEnd);
  for (const person of random.sample(residents, Math.ceil(population.persons.length / PERSONS_PER_PATIENT))) {
    csv.write([
      person.code,
      units.appointed,
      centre,
      finnishDate(random.int(firstDay(person), PERIOD.last)),
      '',
    ]);
  }
  for (const person of population.persons) {
    const team = teams.get(person);
    if (team !== undefined) csv.write([person.code, '', team.team, finnishDate(team.from), '']);
    if (!random.chance(RELATIONSHIP_SHARE)) continue;
    const last = lastDay(person);
    const from = random.int(firstDay(person), last);
    const open = isResidentAtEnd(person) && random.chance(0.5);
    const unit = units.serving(
      random.chance(0.85) ? 'TK' : 'MT',
      areaIndex(residenceOn(person, from).district),
    );
    const until = open ? null : random.int(from, last);
    csv.write([
      codeOn(person, from, random),
      units.ordinaryEmployee(unit, random),
      unit,
      finnishDate(from),
      date(until),
    ]);
  }
}
