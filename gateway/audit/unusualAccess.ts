import type { AuditRecord } from './auditRecord.js';
import type { LogEntry } from './logEntry.js';
import {
  HABIT_DAYS,
  LEAST_HABIT_DAYS,
  NIGHT,
  NIGHT_SHARE,
  type RuleTerms,
  ruleTerms,
  type UnusualRule,
} from './unusualRules.js';

/** What a rule found on one day. */
export interface UnusualFinding {
  readonly rule: UnusualRule;
  /** The day in Finland; ISO 8601. */
  readonly day: string;
  /** The reader; undefined where the finding is about a person with many readers. */
  readonly subject: string | undefined;
  readonly recipient: string | undefined;
  /** The digest of the person, where the finding is about one. */
  readonly person: string | undefined;
  /** What was counted: people, readers, uses or refusals. */
  readonly count: number;
  /** Counts below this number are not found. */
  readonly limit: number;
  /** The reader's own median, or that of the role; undefined where no habit is known, or none is asked. */
  readonly usual: number | undefined;
  readonly habit: 'own' | 'role' | undefined;
  /** The first decisions that were counted. */
  readonly decisionIds: readonly string[];
}

export interface UnusualAccess {
  /** Newest day first. */
  readonly findings: readonly UnusualFinding[];
  /** Decisions that the rules saw, with those of the days before the period. */
  readonly decisions: number;
  /** Whether there were more findings than are reported. The oldest are left out. */
  readonly isCut: boolean;
}

/** Days in Finland, ISO 8601; the last day is included. */
export interface UnusualPeriod {
  readonly from: string;
  readonly until: string;
}

const MOST_FINDINGS = 500;
const MOST_DECISIONS = 20;

/**
 * Applies the rules to the gateway's chain over a period. The other chains have runs over everybody, which
 * permits and registers control. It reads records in order and holds the people and readers of one day, a
 * number for each day of each reader, and the people that logins have read about themselves.
 */
export class UnusualAccessSearch {
  readonly #readers = new Map<string, ReaderHabit>();
  /** Numbers of people that readers of a role have read in a day. */
  readonly #roleDays = new Map<string, number[]>();
  /** The people that a login has read about itself, for the purpose data-subject. */
  readonly #ownPeople = new Map<string, Set<string>>();
  readonly #findings: UnusualFinding[] = [];
  #day: DayCounts | undefined;
  #decisions = 0;
  #people: string[] = [];
  #isCut = false;

  /** @param period days in Finland; the last day is included */
  constructor(private readonly period: UnusualPeriod) {}

  /** The first day whose records are needed. */
  get firstDay(): string {
    return new Date(Date.parse(this.period.from) - HABIT_DAYS * 86_400_000).toISOString().slice(0, 10);
  }

  /** @param entry the next entry of the gateway's chain */
  add(entry: LogEntry): void {
    if (entry.kind === 'people') this.#people.push(...entry.people);
    if (entry.kind !== 'decision') return;
    const people = entry.peopleBefore === undefined ? entry.people : this.#people;
    this.#people = [];
    const { day, hour } = finnishTime(entry.time);
    if (day < this.firstDay || day > this.period.until) return;
    this.#decisions += 1;
    if (this.#day && day > this.#day.day) this.#endDay();
    this.#day ??= new DayCounts(day);
    this.#day.add(entry, people, hour);
    if (entry.purpose === OWN_DATA) this.#rememberOwn(entry, people);
  }

  end(): UnusualAccess {
    this.#endDay();
    const findings = this.#findings.toSorted((one, other) =>
      one.day === other.day ? other.count - one.count : one.day < other.day ? 1 : -1,
    );
    return { findings, decisions: this.#decisions, isCut: this.#isCut };
  }

  #rememberOwn({ subject }: AuditRecord, people: readonly string[]): void {
    const own = this.#ownPeople.get(subject) ?? new Set();
    for (const person of people) own.add(person);
    this.#ownPeople.set(subject, own);
  }

  #endDay(): void {
    const counts = this.#day;
    this.#day = undefined;
    if (!counts) return;
    if (counts.day >= this.period.from) {
      for (const reader of counts.readers.values()) this.#judge(counts.day, reader);
      this.#judgePeople(counts);
    }
    for (const reader of counts.readers.values()) this.#learn(reader);
  }

  #judge(day: string, reader: ReaderDay): void {
    const habit = this.#readers.get(reader.key);
    const about = { day, subject: reader.subject, recipient: reader.recipient };
    const people = reader.people.size;
    const known = this.#usualPeople(reader, habit);
    const many = ruleTerms.get('many-people')!;
    const limit = Math.max(many.atLeast, Math.floor(many.times! * (known?.usual ?? 0)) + 1);
    this.#find(many, { ...about, count: people, limit, ...known, decisionIds: reader.decisions });
    const nights = habit ? habit.nights / habit.days.length : 0;
    if (nights <= NIGHT_SHARE)
      this.#find(ruleTerms.get('unusual-hours')!, {
        ...about,
        count: reader.nightPeople.size,
        decisionIds: reader.nightDecisions,
      });
    const own = this.#ownPeople.get(reader.subject);
    if (own) this.#judgeOwn(about, reader, own);
    this.#find(ruleTerms.get('repeated-break-glass')!, {
      ...about,
      count: reader.breakGlass.length,
      decisionIds: reader.breakGlass,
    });
    this.#find(ruleTerms.get('probing')!, { ...about, count: reader.refusals, decisionIds: reader.refused });
  }

  #judgeOwn(about: Omit<Found, 'count' | 'decisionIds'>, reader: ReaderDay, own: ReadonlySet<string>): void {
    const read = [...reader.people].filter(([person]) => own.has(person));
    this.#find(ruleTerms.get('own-people')!, {
      ...about,
      count: read.length,
      decisionIds: [...new Set(read.map(([, decision]) => decision))],
    });
  }

  #judgePeople({ day, people }: DayCounts): void {
    for (const [person, readers] of people)
      this.#find(ruleTerms.get('many-readers')!, {
        day,
        person,
        count: readers.size,
        decisionIds: [...readers.values()],
      });
  }

  #usualPeople(
    { roles }: ReaderDay,
    habit: ReaderHabit | undefined,
  ): { usual: number; habit: 'own' | 'role' } | undefined {
    if (habit && habit.days.length >= LEAST_HABIT_DAYS) return { usual: median(habit.days), habit: 'own' };
    const days = this.#roleDays.get(roles);
    return days && days.length >= LEAST_HABIT_DAYS ? { usual: median(days), habit: 'role' } : undefined;
  }

  #learn({ key, roles, people, nightPeople }: ReaderDay): void {
    if (people.size === 0) return;
    const habit = this.#readers.get(key) ?? { days: [], nights: 0 };
    habit.days.push(people.size);
    if (nightPeople.size > 0) habit.nights += 1;
    this.#readers.set(key, habit);
    const days = this.#roleDays.get(roles) ?? [];
    days.push(people.size);
    this.#roleDays.set(roles, days);
  }

  #find({ rule, atLeast }: RuleTerms, found: Found): void {
    const { limit = atLeast, decisionIds } = found;
    if (found.count < limit) return;
    if (this.#findings.length === MOST_FINDINGS) {
      this.#isCut = true;
      this.#findings.shift();
    }
    this.#findings.push({
      subject: undefined,
      recipient: undefined,
      person: undefined,
      usual: undefined,
      habit: undefined,
      ...found,
      rule,
      limit,
      decisionIds: decisionIds.slice(0, MOST_DECISIONS),
    });
  }
}

type Found = Pick<UnusualFinding, 'day' | 'count' | 'decisionIds'> &
  Partial<Pick<UnusualFinding, 'subject' | 'recipient' | 'person' | 'limit' | 'usual' | 'habit'>>;

/** How many people a reader has read on each earlier day with reads, and the days with reads at night. */
interface ReaderHabit {
  readonly days: number[];
  nights: number;
}

/** What one reader did on one day. */
interface ReaderDay {
  readonly key: string;
  readonly subject: string;
  readonly recipient: string;
  readonly roles: string;
  /** Each person, and the first decision that read it. */
  readonly people: Map<string, string>;
  readonly decisions: string[];
  readonly nightPeople: Set<string>;
  readonly nightDecisions: string[];
  readonly breakGlass: string[];
  /** Refused requests, and look-ups of codes that nobody has. */
  refusals: number;
  readonly refused: string[];
}

const OWN_DATA = 'data-subject';

class DayCounts {
  readonly readers = new Map<string, ReaderDay>();
  /** Each person with its readers, and the first decision of each. */
  readonly people = new Map<string, Map<string, string>>();

  constructor(readonly day: string) {}

  add(record: AuditRecord, people: readonly string[], hour: number): void {
    const { decisionId, purpose, outcome, breakGlass, lookups } = record;
    const reader = this.#readerOf(record);
    const misses = lookups?.missed ?? 0;
    reader.refusals += misses + (outcome === 'refused' ? 1 : 0);
    if (misses > 0 || outcome === 'refused') note(reader.refused, decisionId);
    if (breakGlass !== undefined) reader.breakGlass.push(decisionId);
    // Residents read about themselves, and nobody checks that.
    if (people.length === 0 || purpose === OWN_DATA) return;
    note(reader.decisions, decisionId);
    const isNight = hour >= NIGHT.from || hour < NIGHT.until;
    if (isNight) note(reader.nightDecisions, decisionId);
    for (const person of people) {
      if (!reader.people.has(person)) reader.people.set(person, decisionId);
      if (isNight) reader.nightPeople.add(person);
      const readers = this.people.get(person) ?? new Map<string, string>();
      if (!readers.has(reader.key)) readers.set(reader.key, decisionId);
      this.people.set(person, readers);
    }
  }

  #readerOf({ subject, recipient, roles }: AuditRecord): ReaderDay {
    const key = JSON.stringify([recipient, subject]);
    let reader = this.readers.get(key);
    if (!reader) {
      const lists = { decisions: [], nightDecisions: [], breakGlass: [], refused: [] };
      const counted = { people: new Map<string, string>(), nightPeople: new Set<string>(), refusals: 0 };
      reader = { key, subject, recipient, roles: roles.toSorted().join(' '), ...lists, ...counted };
      this.readers.set(key, reader);
    }
    return reader;
  }
}

function note(decisions: string[], decisionId: string): void {
  if (decisions.length < MOST_DECISIONS) decisions.push(decisionId);
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const HELSINKI = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Helsinki',
  dateStyle: 'short',
  timeStyle: 'short',
});

/** The hours of a few days, because a log asks for the same hours many times. */
const hours = new Map<string, { readonly day: string; readonly hour: number }>();

function finnishTime(time: string): { readonly day: string; readonly hour: number } {
  const key = time.slice(0, 13);
  let found = hours.get(key);
  if (!found) {
    const local = HELSINKI.format(new Date(`${key}:00:00.000Z`));
    if (hours.size > 5_000) hours.clear();
    hours.set(key, (found = { day: local.slice(0, 10), hour: Number(local.slice(11, 13)) }));
  }
  return found;
}
