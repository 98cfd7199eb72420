import { BAD_ROW_KINDS, INTERVAL_FAULTS, PROTECTION_FAULTS } from '../badRows.js';
import { type Day, finnishDate, PERIOD } from '../calendar.js';
import { type CsvStyle, ExportFile } from '../exportFile.js';
import {
  ageOn,
  residentFrom,
  isResidentAtEnd,
  residentUntil,
  type SyntheticPerson,
  residenceAt,
} from '../people.js';
import { areaIndex, requireCodes, ServiceUnits } from '../places.js';
import { Random } from '../random.js';
import { forEachVisit, HEALTH_SERVICES, type HealthService } from './healthVisits.js';
import { type City, drawObjections, everybody, type Exporter, filedName } from './silo.js';

/** The kind of unit that gives a service. A family team gives TEAM_SERVICES to its families. */
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

/** Employees per unit; persons of the city for each open patient of the appointed doctor. */
const STAFF = 8;
const PERSONS_PER_PATIENT = 500;

/** Share of people with a named doctor or nurse. */
const RELATIONSHIP_SHARE = 0.3;

const date = (day: Day | null): string => (day === null ? '' : finnishDate(day));

const STYLE: CsvStyle = { separator: ';', dates: 'finnish' };

/** The health register: visits, care relationships and objections, in semicolons and Finnish dates. */
export const exportHealth: Exporter = async (city, target, observer) => {
  requireCodes('health', 'services', HEALTH_SERVICES);
  requireCodes('health', 'urgencies', ['1', '2', '3']);
  const units = new ServiceUnits('health', 'H', 2001, STAFF);

  const contacts = ExportFile.csv(
    target,
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
    target,
    'hoitosuhteet.csv',
    'HETU;TYONTEKIJA;YKSIKKO;ALKUPVM;LOPPUPVM',
    { kinds: INTERVAL_FAULTS, code: 'HETU', from: 'ALKUPVM', until: 'LOPPUPVM' },
    STYLE,
  );
  writeRelationships(city, units, relationships);
  observer.onFile(await relationships.close());

  const objections = ExportFile.csv(
    target,
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

function recordVisits(
  { seed, teams }: City,
  units: ServiceUnits,
  person: SyntheticPerson,
  contacts: ExportFile,
): void {
  const random = Random.stream(seed, 'health', person.index);
  const name = filedName(person);
  const team = teams.get(person);
  forEachVisit(seed, person, (day, service) => {
    const unit =
      team !== undefined && day >= team.from && TEAM_SERVICES.has(service)
        ? team.team
        : units.serving(UNIT_PREFIX[service], areaIndex(residenceAt(person, day).district));
    const stay = service === 'T90' ? random.int(1, 14) : 0;
    const end = stay > 0 ? Math.min(day + stay, residentUntil(person)) : random.chance(0.3) ? day : null;
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

function writeRelationships({ population, teams, seed }: City, units: ServiceUnits, file: ExportFile): void {
  const random = Random.stream(seed, 'health', 'relationships');
  const centre = units.serving('TK', 0);
  const residents = population.persons.filter(isResidentAtEnd);
  for (const person of random.sample(residents, Math.ceil(population.persons.length / PERSONS_PER_PATIENT))) {
    const from = random.int(residentFrom(person), PERIOD.last);
    file.write([person.code, units.appointed, centre, finnishDate(from), ''], from);
  }
  for (const person of population.persons) {
    const team = teams.get(person);
    if (team !== undefined) file.write([person.code, '', team.team, finnishDate(team.from), ''], team.from);
    if (!random.chance(RELATIONSHIP_SHARE)) continue;
    const last = residentUntil(person);
    const from = random.int(residentFrom(person), last);
    const open = isResidentAtEnd(person) && random.chance(0.5);
    const unit = units.serving(
      random.chance(0.85) ? 'TK' : 'MT',
      areaIndex(residenceAt(person, from).district),
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

type Weighted = readonly (readonly [code: string, weight: number])[];

const CHILD: Weighted = [
  ['J06.9', 30],
  ['H66.9', 18],
  ['A09', 7],
  ['L20.9', 6],
  ['J45.9', 6],
  ['R50.9', 6],
  ['B01.9', 3],
  ['S52.5', 3],
  ['R62.0', 2],
];
const ADULT: Weighted = [
  ['J06.9', 18],
  ['M54.5', 15],
  ['I10', 14],
  ['J01.9', 7],
  ['F32.1', 6],
  ['E11.9', 6],
  ['M25.5', 5],
  ['N30.0', 5],
  ['J45.9', 4],
  ['R10.4', 4],
  ['F41.1', 4],
  ['L30.9', 3],
  ['S93.4', 3],
];
const OLD: Weighted = [
  ['I10', 30],
  ['M54.5', 12],
  ['E11.9', 11],
  ['I48', 8],
  ['I25.1', 7],
  ['J06.9', 6],
  ['M17.9', 6],
  ['G30.9', 4],
  ['J44.9', 4],
  ['F32.9', 3],
];
const MENTAL: Weighted = [
  ['F32.1', 30],
  ['F41.1', 18],
  ['F33.1', 12],
  ['F43.2', 12],
  ['F31.9', 5],
  ['F20.0', 4],
];
const SUBSTANCES: Weighted = [
  ['F10.2', 30],
  ['F10.1', 14],
  ['F11.2', 6],
  ['F19.2', 6],
];

/** Share of visits with a diagnosis: two thirds of visits to a doctor, fewer elsewhere. */
const RECORDED: Partial<Record<HealthService, number>> = {
  T11: 0.66,
  T80: 0.66,
  T90: 0.66,
  T60: 0.5,
  T61: 0.3,
  T70: 0.5,
};

/** An ICD-10 code, or an empty text if none was recorded. */
function drawDiagnosis(service: HealthService, age: number, random: Random): string {
  if (!random.chance(RECORDED[service] ?? 0.04)) return '';
  const codes =
    service === 'T60' || service === 'T61'
      ? MENTAL
      : service === 'T70'
        ? SUBSTANCES
        : age < 16
          ? CHILD
          : age < 68
            ? ADULT
            : OLD;
  const drawn = codes[random.weighted(codes.map(([, weight]) => weight))];
  return (drawn as Weighted[number])[0];
}
