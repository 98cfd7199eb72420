import { BAD_ROW_KINDS, INTERVAL_FAULTS, PROTECTION_FAULTS } from '../badRows.js';
import { finnishDate, PERIOD, type Day } from '../calendar.js';
import { requireCodes } from '../codeLists.js';
import { ExportFile, type CsvStyle } from '../exportFile.js';
import { ageOn, firstDay, isResidentAtEnd, lastDay, residenceOn, type Person } from '../people.js';
import { Random } from '../random.js';
import { areaIndex, Units } from '../units.js';
import { drawDiagnosis } from './diagnoses.js';
import { forEachVisit, HEALTH_SERVICES, type HealthService } from './healthVisits.js';
import { drawObjections, everybody, filedName, type City, type Exporter } from './silo.js';

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

const STYLE: CsvStyle = { separator: ';', dates: 'finnish' };

/** The health register: visits, care relationships and objections, in semicolons and Finnish dates. */
export const exportHealth: Exporter = async (city, desk, observer) => {
  requireCodes('health', 'services', HEALTH_SERVICES);
  requireCodes('health', 'urgencies', ['1', '2', '3']);
  const units = new Units('health', 'H', 2001, STAFF);

  const contacts = ExportFile.csv(
    desk,
    'kaynnit.csv',
    'KAYNTITUNNUS;HETU;NIMI;ALKUPVM;LOPPUPVM;PALVELU;YKSIKKO;AMMATTIHENKILO;DIAGNOOSI;KIIREELLISYYS',
    {
      kinds: BAD_ROW_KINDS,
      id: 'KAYNTITUNNUS',
      code: 'HETU',
      from: 'ALKUPVM',
      until: 'LOPPUPVM',
      service: 'PALVELU',
      text: 'NIMI',
    },
    { ...STYLE, ids: 'K00000000' },
  );
  for (const person of everybody(city, observer)) recordVisits(city, units, person, contacts);
  observer.onFile(await contacts.close());

  const relationships = ExportFile.csv(
    desk,
    'hoitosuhteet.csv',
    'HETU;TYONTEKIJA;YKSIKKO;ALKUPVM;LOPPUPVM',
    { kinds: INTERVAL_FAULTS, code: 'HETU', from: 'ALKUPVM', until: 'LOPPUPVM' },
    STYLE,
  );
  writeRelationships(city, units, relationships);
  observer.onFile(await relationships.close());

  const objections = ExportFile.csv(
    desk,
    'kiellot.csv',
    'HETU;ALKUPVM',
    { kinds: PROTECTION_FAULTS, code: 'HETU', from: 'ALKUPVM' },
    STYLE,
  );
  for (const { person, from } of drawObjections(city.population.persons, city.seed, 'health')) {
    objections.write([person.code, finnishDate(from)], from);
  }
  observer.onFile(await objections.close());
};

function recordVisits({ seed, teams }: City, units: Units, person: Person, contacts: ExportFile): void {
  const random = Random.stream(seed, 'health', person.index);
  const name = filedName(person);
  const team = teams.get(person);
  forEachVisit(seed, person, (day, service) => {
    const unit =
      team !== undefined && day >= team.from && TEAM_SERVICES.has(service)
        ? team.team
        : units.serving(UNIT_PREFIX[service], areaIndex(residenceOn(person, day).district));
    const stay = service === 'T90' ? random.int(1, 14) : 0;
    const end = stay > 0 ? Math.min(day + stay, lastDay(person)) : random.chance(0.3) ? day : null;
    contacts.write(
      [
        contacts.newId(),
        contacts.codeOn(person, day, random),
        name,
        finnishDate(day),
        date(end),
        service,
        unit,
        units.employee(unit, random),
        drawDiagnosis(service, ageOn(person, day), random),
        service === 'T80' ? (random.chance(0.6) ? '1' : '2') : random.chance(0.12) ? '2' : '3',
      ],
      day,
    );
  });
}

function writeRelationships({ population, teams, seed }: City, units: Units, file: ExportFile): void {
  const random = Random.stream(seed, 'health', 'relationships');
  const centre = units.serving('TK', 0);
  const residents = population.persons.filter(isResidentAtEnd);
  for (const person of random.sample(residents, Math.ceil(population.persons.length / PERSONS_PER_PATIENT))) {
    const from = random.int(firstDay(person), PERIOD.last);
    file.write([person.code, units.appointed, centre, finnishDate(from), ''], from);
  }
  for (const person of population.persons) {
    const team = teams.get(person);
    if (team !== undefined) file.write([person.code, '', team.team, finnishDate(team.from), ''], team.from);
    if (!random.chance(RELATIONSHIP_SHARE)) continue;
    const last = lastDay(person);
    const from = random.int(firstDay(person), last);
    const open = isResidentAtEnd(person) && random.chance(0.5);
    const unit = units.serving(
      random.chance(0.85) ? 'TK' : 'MT',
      areaIndex(residenceOn(person, from).district),
    );
    const until = open ? null : random.int(from, last);
    file.write(
      [
        file.codeOn(person, from, random),
        units.ordinaryEmployee(unit, random),
        unit,
        finnishDate(from),
        date(until),
      ],
      from,
    );
  }
}
