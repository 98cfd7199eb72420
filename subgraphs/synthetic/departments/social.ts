import { join } from 'node:path';
import { BAD_ROW_KINDS, BadRows, type Recorded } from '../badRows.js';
import { dayOf, isoDate, PERIOD, type Day } from '../calendar.js';
import type { ProtectionStep } from '../childProtection.js';
import { requireCodes } from '../codeLists.js';
import { CsvWriter } from '../csvWriter.js';
import { isResidentAtEnd, residenceOn, type Person } from '../people.js';
import { Random } from '../random.js';
import { areaIndex, Units } from '../units.js';
import { incomeSupportOf } from './incomeSupport.js';
import { codeOn, drawObjections, filedName, type City, type Exporter, type Report } from './silo.js';
import {
  SOCIAL_SERVICES,
  socialContactsOf,
  type SocialContact,
  type SocialService,
} from './socialContacts.js';
import { drawNote } from './socialNotes.js';

const CONTACT_COLUMNS =
  'contact_id,client_code,client_name,start_date,end_date,service,unit,worker,kind,decision,note';

const UNIT_PREFIX: Record<SocialService, string> = {
  S10: 'SOS',
  S11: 'SOS',
  S20: 'LS',
  S21: 'LS',
  S22: 'SIJ',
  S23: 'LS',
  S30: 'PN',
  S31: 'PEO',
  S40: 'KOT',
  S50: 'VAM',
  S60: 'KH',
  S70: 'PTY',
  S80: 'MAA',
};

/** A family team takes these over for its families. */
const TEAM_SERVICES: ReadonlySet<SocialService> = new Set(['S10', 'S20', 'S21', 'S30']);

const KINDS = ['meeting', 'home-visit', 'phone', 'network', 'decision'];
const KIND_WEIGHTS = [42, 14, 28, 8, 8];
const HOME_CARE_KIND_WEIGHTS = [2, 90, 7, 0, 1];
const DECISIONS = ['granted', 'partly', 'rejected', 'referred'];
const DECISION_WEIGHTS = [68, 12, 14, 6];
const STEPS: readonly ProtectionStep['kind'][] = [
  'notification',
  'assessment',
  'open-care',
  'placement',
  'after-care',
];

/** Employees a unit; persons of the city for each open client of the appointed social worker. */
const STAFF = 6;
const PERSONS_PER_CLIENT = 667;

/** From as many contacts on somebody is likely to have a case worker. */
const CASE_CONTACTS = 3;

/** A case without a contact since then is closed. */
const CLOSED_BEFORE = dayOf(2016, 1, 1);

const date = (day: Day | null): string => (day === null ? '' : isoDate(day));

/** The social register: contacts with free-text notes, child protection, income support, case workers, objections. */
export const exportSocial: Exporter = async (city, folder, report) => {
  requireCodes('social', 'services', SOCIAL_SERVICES);
  requireCodes('social', 'kinds', KINDS);
  requireCodes('social', 'decisions', DECISIONS);
  requireCodes('social', 'steps', STEPS);
  const units = new Units('social', 'S', 3001, STAFF);
  writeContacts(city, units, folder, report);
  writeProtection(city, units, folder, report);

  const objections = new CsvWriter(join(folder, 'objections.csv'), ['client_code', 'from_date']);
  for (const { person, from } of drawObjections(city.population.persons, city.seed, 'social')) {
    objections.write([person.code, isoDate(from)]);
  }
  objections.close();
  report({ department: 'social', file: 'objections.csv', rows: objections.rows, bad: {} });
};

/** Contacts, and what goes with them person by person: income support and case workers. */
function writeContacts(city: City, units: Units, folder: string, report: Report): void {
  const { population, protection, seed } = city;
  const contacts = new CsvWriter(join(folder, 'contacts.csv'), CONTACT_COLUMNS.split(','));
  const support = new CsvWriter(join(folder, 'income_support.csv'), ['client_code', 'month', 'amount_eur']);
  const workers = new CaseWorkers(city, units, join(folder, 'case_workers.csv'));
  const bad = new BadRows(BAD_ROW_KINDS, population.strangers, Random.stream(seed, 'social', 'bad-rows'));
  let number = 0;
  const newId = (): string => `SC-${String(++number).padStart(7, '0')}`;

  for (const person of population.persons) {
    const random = Random.stream(seed, 'social', person.index);
    const months = incomeSupportOf(person, random);
    for (const { first, cents } of months) {
      const code = codeOn(person, first, random);
      support.write([code, isoDate(first).slice(0, 7), (cents / 100).toFixed(2)]);
    }
    const own = socialContactsOf(person, protection.get(person) ?? [], months, random);
    for (const contact of own) {
      const row = recordContact(city, units, person, contact, newId(), random);
      contacts.write(toColumns(row));
      const spoilt = bad.plant(row, newId);
      if (spoilt !== null) contacts.write(toColumns(spoilt));
    }
    workers.assign(person, own, random);
  }
  for (const csv of [contacts, support]) csv.close();
  report({ department: 'social', file: 'contacts.csv', rows: contacts.rows, bad: bad.counts });
  report({ department: 'social', file: 'income_support.csv', rows: support.rows, bad: {} });
  report({ department: 'social', file: 'case_workers.csv', rows: workers.close(), bad: {} });
}

interface SocialRow extends Recorded {
  readonly name: string;
  readonly unit: string;
  readonly worker: string;
  readonly kind: string;
  readonly decision: string;
  readonly note: string;
}

function recordContact(
  { teams }: City,
  units: Units,
  person: Person,
  { day, service }: SocialContact,
  id: string,
  random: Random,
): SocialRow {
  const home = residenceOn(person, day);
  const team = teams.get(person);
  const unit =
    team !== undefined && day >= team.from && TEAM_SERVICES.has(service)
      ? team.team
      : units.serving(UNIT_PREFIX[service], areaIndex(home.district));
  const weights = service === 'S60' ? HOME_CARE_KIND_WEIGHTS : KIND_WEIGHTS;
  const kind = KINDS[random.weighted(weights)] as string;
  const code = codeOn(person, day, random);
  return {
    id,
    code,
    name: filedName(person),
    start: day,
    end: random.chance(0.6) ? day : null,
    service,
    unit,
    worker: units.employee(unit, random),
    kind,
    decision: kind === 'decision' ? (DECISIONS[random.weighted(DECISION_WEIGHTS)] as string) : '',
    note: drawNote(person, home, code, random),
  };
}

function toColumns(row: SocialRow): string[] {
  const start = row.start === 'impossible' ? '2010-02-30' : isoDate(row.start);
  return [
    row.id,
    row.code,
    row.name,
    start,
    date(row.end),
    row.service,
    row.unit,
    row.worker,
    row.kind,
    row.decision,
    row.note,
  ];
}

function writeProtection(city: City, units: Units, folder: string, report: Report): void {
  const columns = ['step_id', 'client_code', 'step', 'start_date', 'end_date', 'unit'];
  const csv = new CsvWriter(join(folder, 'child_protection.csv'), columns);
  for (const [child, steps] of city.protection) {
    const random = Random.stream(city.seed, 'social', 'protection', child.index);
    for (const { kind, from, until } of steps) {
      const team = city.teams.get(child);
      const prefix = kind === 'placement' ? 'SIJ' : 'LS';
      const area = areaIndex(residenceOn(child, from).district);
      const unit = team !== undefined && from >= team.from ? team.team : units.serving(prefix, area);
      const id = `CP-${String(csv.rows + 1).padStart(6, '0')}`;
      csv.write([id, codeOn(child, from, random), kind, isoDate(from), date(until), unit]);
    }
  }
  csv.close();
  report({ department: 'social', file: 'child_protection.csv', rows: csv.rows, bad: {} });
}

/** Who is whose social worker. The appointed one gets the first open cases. */
class CaseWorkers {
  private readonly csv: CsvWriter;
  private vacancies: number;

  constructor(
    private readonly city: City,
    private readonly units: Units,
    path: string,
  ) {
    this.csv = new CsvWriter(path, ['client_code', 'worker', 'unit', 'start_date', 'end_date']);
    this.vacancies = Math.ceil(city.population.persons.length / PERSONS_PER_CLIENT);
  }

  assign(person: Person, contacts: readonly SocialContact[], random: Random): void {
    const team = this.city.teams.get(person);
    if (team !== undefined) this.csv.write([person.code, '', team.team, isoDate(team.from), '']);
    const first = contacts[0];
    const last = contacts.at(-1);
    if (first === undefined || last === undefined || contacts.length < CASE_CONTACTS || !random.chance(0.7))
      return;
    const open = isResidentAtEnd(person) && last.day >= CLOSED_BEFORE;
    const office = this.units.serving('SOS', 0);
    if (open && this.vacancies > 0) {
      this.vacancies--;
      this.csv.write([person.code, this.units.appointed, office, isoDate(first.day), '']);
      return;
    }
    const unit = this.units.serving(
      UNIT_PREFIX[last.service],
      areaIndex(residenceOn(person, last.day).district),
    );
    const until = open ? null : Math.min(PERIOD.last, last.day);
    this.csv.write([
      codeOn(person, first.day, random),
      this.units.ordinaryEmployee(unit, random),
      unit,
      isoDate(first.day),
      date(until),
    ]);
  }

  close(): number {
    this.csv.close();
    return this.csv.rows;
  }
}
