import { BAD_ROW_KINDS, DAY_FAULTS, INTERVAL_FAULTS, PROTECTION_FAULTS } from '../badRows.js';
import { type Day, calendarDay, isoDate, PERIOD } from '../calendar.js';
import { type ExportTarget, type ExportedFile, ExportFile } from '../exportFile.js';
import { isResidentAtEnd, type SyntheticPerson, type Residence, residenceAt } from '../people.js';
import { addressText, areaIndex, phoneText, requireCodes, ServiceUnits } from '../places.js';
import type { ProtectionStep } from '../protection/protectionSteps.js';
import { Random } from '../random.js';
import { type City, drawObjections, everybody, type Exporter, filedName } from './silo.js';
import {
  type IncomeSupportMonth,
  incomeSupportOf,
  ordinaryContactsOf,
  protectionContactsOf,
  SOCIAL_SERVICES,
  type SocialContact,
  type SocialService,
} from './socialContacts.js';

const SUBJECT_AND_DAYS = { code: 'client_code', from: 'start_date', until: 'end_date' };

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

/** A family team gives these services to its families. */
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

/** Employees per unit; persons of the city for each open client of the appointed social worker. */
const STAFF = 6;
const PERSONS_PER_CLIENT = 667;

/** From this number of contacts on, somebody is likely to have a case worker. */
const CASE_CONTACTS = 3;

/** A case without a contact since this day is closed. */
const CLOSED_BEFORE = calendarDay(2016, 1, 1);

const date = (day: Day | null): string => (day === null ? '' : isoDate(day));

/**
 * The social register: contacts with free-text notes, child protection, income support, case workers,
 * objections.
 */
export const exportSocial: Exporter = async (city, target, observer) => {
  requireCodes('social', 'services', SOCIAL_SERVICES);
  requireCodes('social', 'kinds', KINDS);
  requireCodes('social', 'decisions', DECISIONS);
  requireCodes('social', 'steps', STEPS);
  const units = new ServiceUnits('social', 'S', 3001, STAFF);
  const contacts = ExportFile.csv(
    target,
    'contacts.csv',
    'contact_id,client_code,client_name,start_date,end_date,service,unit,worker,kind,decision,note',
    {
      kinds: BAD_ROW_KINDS,
      id: 'contact_id',
      ...SUBJECT_AND_DAYS,
      service: 'service',
      text: 'client_name',
    },
    { ids: 'SC-0000000' },
  );
  const support = ExportFile.csv(
    target,
    'income_support.csv',
    'client_code,month,amount_eur',
    { kinds: DAY_FAULTS, code: 'client_code', from: 'month' },
    { dates: 'month' },
  );
  const relationships = ExportFile.csv(
    target,
    'case_workers.csv',
    'client_code,worker,unit,start_date,end_date',
    { kinds: INTERVAL_FAULTS, ...SUBJECT_AND_DAYS },
  );
  const workers = new CaseWorkers(city, units, relationships);
  for (const person of everybody(city, observer)) {
    const random = Random.stream(city.seed, 'social', person.index);
    const months = incomeSupportOf(city.seed, person);
    for (const { first, cents } of months) {
      const code = support.codeOn(person, first, random);
      support.write([code, isoDate(first).slice(0, 7), (cents / 100).toFixed(2)], first);
    }
    const own = socialContactsOf(city, person, months);
    for (const contact of own) recordContact(city, units, person, contact, contacts, random);
    workers.assign(person, own, random);
  }
  for (const file of [contacts, support, relationships]) observer.onFile(await file.close());
  observer.onFile(await exportProtection(city, units, target));

  const objections = ExportFile.csv(target, 'objections.csv', 'client_code,from_date', {
    kinds: PROTECTION_FAULTS,
    code: 'client_code',
    from: 'from_date',
  });
  for (const { person, from } of drawObjections(city.population.persons, city.seed, 'social')) {
    objections.write([person.code, isoDate(from)], from);
  }
  observer.onFile(await objections.close());
};

function socialContactsOf(
  { seed, protection }: City,
  person: SyntheticPerson,
  months: readonly IncomeSupportMonth[],
): readonly SocialContact[] {
  const ordinary = ordinaryContactsOf(seed, person, months);
  const steps = protection.get(person);
  if (steps === undefined) return ordinary;
  return [...ordinary, ...protectionContactsOf(seed, person, steps)].sort((a, b) => a.day - b.day);
}

function recordContact(
  { teams }: City,
  units: ServiceUnits,
  person: SyntheticPerson,
  { day, service }: SocialContact,
  contacts: ExportFile,
  random: Random,
): void {
  const home = residenceAt(person, day);
  const team = teams.get(person);
  const unit =
    team !== undefined && day >= team.from && TEAM_SERVICES.has(service)
      ? team.team
      : units.serving(UNIT_PREFIX[service], areaIndex(home.district));
  const weights = service === 'S60' ? HOME_CARE_KIND_WEIGHTS : KIND_WEIGHTS;
  const kind = KINDS[random.weighted(weights)] as string;
  const code = contacts.codeOn(person, day, random);
  contacts.write(
    [
      contacts.newId(),
      code,
      filedName(person),
      isoDate(day),
      random.chance(0.6) ? isoDate(day) : '',
      service,
      unit,
      units.employee(unit, random),
      kind,
      kind === 'decision' ? (DECISIONS[random.weighted(DECISION_WEIGHTS)] as string) : '',
      drawNote(person, home, code, random),
    ],
    day,
  );
}

async function exportProtection(
  city: City,
  units: ServiceUnits,
  target: ExportTarget,
): Promise<ExportedFile> {
  const file = ExportFile.csv(
    target,
    'child_protection.csv',
    'step_id,client_code,step,start_date,end_date,unit',
    { kinds: [...INTERVAL_FAULTS, 'duplicate-id'], id: 'step_id', ...SUBJECT_AND_DAYS },
    { ids: 'CP-000000' },
  );
  for (const [child, steps] of city.protection) {
    const random = Random.stream(city.seed, 'social', 'protection', child.index);
    for (const { kind, from, until } of steps) {
      const team = city.teams.get(child);
      const prefix = kind === 'placement' ? 'SIJ' : 'LS';
      const area = areaIndex(residenceAt(child, from).district);
      const unit = team !== undefined && from >= team.from ? team.team : units.serving(prefix, area);
      const code = file.codeOn(child, from, random);
      file.write([file.newId(), code, kind, isoDate(from), date(until), unit], from);
    }
  }
  return file.close();
}

/** The social worker of each client. The appointed one gets the first open cases. */
class CaseWorkers {
  private vacancies: number;

  constructor(
    private readonly city: City,
    private readonly units: ServiceUnits,
    private readonly file: ExportFile,
  ) {
    this.vacancies = Math.ceil(city.population.persons.length / PERSONS_PER_CLIENT);
  }

  assign(person: SyntheticPerson, contacts: readonly SocialContact[], random: Random): void {
    const team = this.city.teams.get(person);
    if (team !== undefined) this.file.write([person.code, '', team.team, isoDate(team.from), ''], team.from);
    const first = contacts[0];
    const last = contacts.at(-1);
    if (first === undefined || last === undefined || contacts.length < CASE_CONTACTS || !random.chance(0.7))
      return;
    const open = isResidentAtEnd(person) && last.day >= CLOSED_BEFORE;
    const office = this.units.serving('SOS', 0);
    if (open && this.vacancies > 0) {
      this.vacancies--;
      this.file.write([person.code, this.units.appointed, office, isoDate(first.day), ''], first.day);
      return;
    }
    const unit = this.units.serving(
      UNIT_PREFIX[last.service],
      areaIndex(residenceAt(person, last.day).district),
    );
    const until = open ? null : Math.min(PERIOD.last, last.day);
    this.file.write(
      [
        this.file.codeOn(person, first.day, random),
        this.units.ordinaryEmployee(unit, random),
        unit,
        isoDate(first.day),
        date(until),
      ],
      first.day,
    );
  }
}

/** Share of contacts with a note. */
const NOTED = 0.72;

type Template = (person: SyntheticPerson, home: Residence, code: string) => string;

/** Notes as case workers write them: identities within prose, with commas, quotes and line breaks. */
const TEMPLATES: readonly Template[] = [
  (p) =>
    `Asiakas ${given(p)} ${p.surname} saapui sovitusti. Keskusteltiin arjen jaksamisesta, sovittu uusi aika.`,
  (p) => `Soitettu ${given(p)}lle, puh. ${phoneText(p.phone)}. Ei vastannut, jätetty viesti.`,
  (p, _, code) => `${p.surname} ${given(p)} (${code}) pyysi päätöksestä kopion, lähetetty postitse.`,
  (p, home) =>
    `Kotikäynti osoitteessa ${addressText(home.address)}. Läsnä ${given(p)}, koti siisti, "kaikki hyvin" oman arvion mukaan.`,
  (p) => `Asiakas kertoi: "En jaksa enää yksin, ${p.surname}n suku ei auta."\nSovittu verkostotapaaminen.`,
  (p, home, code) =>
    `Palaverimuistio\n- asiakas: ${p.surname}, ${given(p)}, ${code}\n- osoite: ${addressText(home.address)}\n- puh. ${phoneText(p.phone)}`,
  (p) => `Ohjattu ${given(p)} ${p.surname} perheneuvolaan; vanhempi samaa mieltä.`,
  (p) => `${given(p)} peruutti ajan tekstiviestillä (${phoneText(p.phone)}).`,
  (p) => `Klienten ${given(p)} ${p.surname} kom på överenskommen tid, "behöver stöd i vardagen".`,
];

/** A free-text note about a contact, or an empty text. */
function drawNote(person: SyntheticPerson, home: Residence, code: string, random: Random): string {
  return random.chance(NOTED) ? random.pick(TEMPLATES)(person, home, code) : '';
}

/** The first given name, as people are called. */
function given(person: SyntheticPerson): string {
  return person.givenNames.split(' ')[0] as string;
}
