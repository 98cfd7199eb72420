import { type Day, PERIOD, YEAR } from './calendar.js';
import { type Circumstances, strength } from './circumstances.js';
import { surname } from './names.js';
import { ageOn, type SyntheticFamily, residentUntil, type SyntheticPerson } from './people.js';
import type { Random } from './random.js';
import { newHome, type RegisterOffice } from './registerOffice.js';

/** Shortest time between two births, days. */
const BIRTH_SPACING = 480;

/** Years of age at which somebody may move in with somebody. */
const ADULT = 19;

/** Share of grown children who leave the city when they leave home. */
const LEAVE_FOR_ELSEWHERE = 0.55;

export interface Settlers {
  readonly parents: SyntheticPerson[];
  readonly children: SyntheticPerson[];
  readonly arrival: Day;
  readonly circumstances: Circumstances;
  /** Whether they lived here before the period. Then their family is older than the period. */
  readonly settled: boolean;
}

type Happening = 'birth' | 'separation' | 'partner' | 'move' | 'departure';

/**
 * The life of one household in the city, from its arrival to its end: births, separations, new partners,
 * moves, children who leave, deaths. Waiting times are exponential, and the rates are computed again at least
 * once a year (Gillespie's method).
 */
export class SyntheticHousehold {
  private readonly parents: SyntheticPerson[];
  private readonly children: SyntheticPerson[];
  private readonly leavesHome = new Map<SyntheticPerson, Day>();
  private family: SyntheticFamily | null = null;
  private readonly whenLeaving = new Map<SyntheticPerson, () => void>();
  private lastBirth = -Infinity;
  private day: Day;

  constructor(
    private readonly office: RegisterOffice,
    private readonly settlers: Settlers,
    private readonly random: Random,
  ) {
    this.parents = [...settlers.parents];
    this.children = [...settlers.children];
    this.day = settlers.arrival;
  }

  live(): void {
    this.settle();
    while (this.day <= PERIOD.last && this.parents.length + this.children.length > 0) {
      const rates = this.yearlyRates();
      const total = rates.reduce((sum, [, rate]) => sum + rate, 0);
      const next = this.day + 1 + Math.floor(this.random.exponential(YEAR / total));
      const due = this.nextDue();
      if (due !== null && due.day <= Math.min(next, PERIOD.last)) {
        this.day = Math.max(this.day, due.day);
        due.happen();
      } else if (next > PERIOD.last || next > this.day + YEAR) {
        this.day = Math.min(PERIOD.last + 1, this.day + Math.round(YEAR));
      } else {
        this.day = next;
        this.happen((rates[this.random.weighted(rates.map(([, rate]) => rate))] as [Happening, number])[0]);
      }
    }
  }

  private settle(): void {
    const home = newHome(this.random);
    for (const person of [...this.parents, ...this.children]) this.office.move(person, home, this.day);
    for (const child of this.children) {
      this.scheduleLeaving(child);
      for (const parent of this.parents) this.office.entrust(child, parent);
    }
    if (this.children.length === 0) return this.found(this.day);
    const eldest = Math.min(...this.children.map((child) => child.birth));
    this.lastBirth = Math.max(...this.children.map((child) => child.birth));
    this.found(this.settlers.settled ? eldest : this.day);
  }

  /**
   * Couples, and parents with children, are a family. Everybody at home is a member, children from their
   * birth on.
   */
  private found(day: Day): void {
    if (this.parents.length < 2 && this.children.length === 0) return;
    const family = this.office.foundFamily();
    for (const parent of this.parents) this.office.join(family, parent, 'vanhempi', day);
    for (const child of this.children) this.office.join(family, child, 'lapsi', Math.max(day, child.birth));
    this.family = family;
    this.noteLoneParent(day);
  }

  private noteLoneParent(day: Day): void {
    const [parent] = this.parents;
    if (this.parents.length === 1 && this.children.length > 0 && parent !== undefined)
      parent.loneParenthood = [...parent.loneParenthood, { from: day, until: null }];
  }

  private yearlyRates(): [Happening, number][] {
    const mother = this.parents.find((parent) => parent.sex === 2);
    const { circumstances } = this.settlers;
    const couple = this.parents.length === 2;
    const minors = this.children.some((child) => ageOn(child, this.day) < 18);
    const fertile =
      couple && mother !== undefined && this.day - this.lastBirth > BIRTH_SPACING && this.office.room > 0;
    const [parent] = this.parents;
    const alone = parent !== undefined && this.parents.length === 1 && this.office.room > 0;
    const { conflict, economy } = circumstances;
    return [
      ['birth', fertile ? birthRate(ageOn(mother, this.day), this.children.length) : 0],
      ['separation', couple ? (minors ? 0.016 : 0.03) + 0.12 * strength(conflict, this.day) : 0],
      ['partner', alone ? (minors ? 0.065 : partnerRate(ageOn(parent, this.day))) : 0],
      ['move', (0.8 + 2 * strength(economy, this.day) + strength(conflict, this.day)) / MOVE_YEARS],
      [
        'departure',
        departureRate(
          ageOn((parent ?? this.children[0]) as SyntheticPerson, this.day),
          this.children.length > 0,
        ),
      ],
    ];
  }

  /** The next death or leaving home, which are drawn in advance. */
  private nextDue(): { day: Day; happen: () => void } | null {
    let due: { day: Day; happen: () => void } | null = null;
    for (const person of [...this.parents, ...this.children]) {
      const { death } = person;
      if (death !== null && (due === null || death < due.day))
        due = { day: death, happen: () => this.die(person) };
      const leaving = this.leavesHome.get(person);
      if (leaving !== undefined && (due === null || leaving < due.day)) {
        due = { day: leaving, happen: () => this.leaveHome(person) };
      }
    }
    return due;
  }

  private happen(what: Happening): void {
    if (what === 'birth') this.giveBirth();
    else if (what === 'separation') this.separate();
    else if (what === 'partner') this.gainPartner();
    else if (what === 'move') this.moveWithinCity();
    else this.depart();
  }

  private giveBirth(): void {
    const [first, second] = this.parents as [SyntheticPerson, SyntheticPerson];
    const mother = first.sex === 2 ? first : second;
    const named = this.random.chance(0.7) ? first : second;
    const child = this.office.register(
      {
        birth: this.day,
        sex: this.random.chance(0.512) ? 1 : 2,
        surname: named.surname,
        language: mother.language,
        circumstances: this.settlers.circumstances,
      },
      this.day,
      this.random,
    );
    mother.deliveries = [...mother.deliveries, this.day];
    this.lastBirth = this.day;
    this.office.join(this.family as SyntheticFamily, child, 'lapsi', this.day);
    this.children.push(child);
    this.office.moveIn(child, mother, this.day);
    for (const parent of this.parents) this.office.entrust(child, parent);
    this.scheduleLeaving(child);
  }

  /**
   * The couple's family ends. The children stay with one parent, but one of them may move to the other parent
   * later.
   */
  private separate(): void {
    const stays = this.parents.findIndex((parent) => parent.sex === (this.random.chance(0.85) ? 2 : 1));
    const [leaver] = this.parents.splice(stays === 0 ? 1 : 0, 1) as [SyntheticPerson];
    const day = this.day;
    this.dissolve();
    liveAlone(this.office, leaver, day, this.random);
    this.found(day);
    const minors = this.children.filter((child) => ageOn(child, day) < 17);
    const follower = minors[0];
    if (follower !== undefined && minors.length > 1 && this.random.chance(0.2)) this.follow(follower, leaver);
  }

  /** A child moves to the other parent, soon or some years later, and lives there until it is grown up. */
  private follow(child: SyntheticPerson, parent: SyntheticPerson): void {
    const grown = this.leavesHome.get(child) as Day;
    const day = this.day + 30 + Math.round(this.random.exponential(2 * YEAR));
    const end = Math.min(residentUntil(parent), grown - 1, child.death ?? Infinity);
    if (day >= end) return;
    this.leavesHome.set(child, day);
    this.whenLeaving.set(child, () => {
      const family = this.office.foundFamily();
      this.office.join(family, parent, 'vanhempi', day);
      this.office.join(family, child, 'lapsi', day);
      for (const home of parent.residences.filter(
        (one) => (one.until ?? PERIOD.last) >= day && one.from <= end,
      )) {
        this.office.move(child, home, Math.max(day, home.from));
      }
      if (end >= PERIOD.last) return;
      for (const member of [parent, child]) this.office.leave(family, member, end + 1);
      if (end === grown - 1) liveAlone(this.office, child, grown, this.random);
      else this.office.leaveCity(child, end);
    });
  }

  private gainPartner(): void {
    const parent = this.parents[0] as SyntheticPerson;
    const partner = this.office.register(
      {
        birth: Math.min(
          parent.birth + Math.round(this.random.normal() * 4 * YEAR),
          this.day - Math.ceil(ADULT * YEAR),
        ),
        sex: parent.sex === 1 ? 2 : 1,
        surname: surname(parent.language, this.random),
        language: parent.language,
        circumstances: this.settlers.circumstances,
      },
      this.day,
      this.random,
    );
    this.office.moveIn(partner, parent, this.day);
    this.dissolve();
    this.parents.push(partner);
    this.found(this.day);
  }

  private moveWithinCity(): void {
    const home = newHome(this.random);
    for (const person of [...this.parents, ...this.children]) this.office.move(person, home, this.day);
  }

  private leaveHome(child: SyntheticPerson): void {
    this.leavesHome.delete(child);
    this.children.splice(this.children.indexOf(child), 1);
    if (this.family !== null) this.office.leave(this.family, child, this.day);
    const follow = this.whenLeaving.get(child);
    if (follow !== undefined) follow();
    else if (this.random.chance(LEAVE_FOR_ELSEWHERE)) this.office.leaveCity(child, this.day);
    else this.settleOnOwn(child);
    this.dissolveUnlessFamily();
  }

  private settleOnOwn(grown: SyntheticPerson): void {
    const { circumstances } = this.settlers;
    const settlers = { parents: [grown], children: [], arrival: this.day, circumstances, settled: false };
    new SyntheticHousehold(this.office, settlers, this.random).live();
  }

  /** The only parent of children at home does not die, because the model has no orphaned households. */
  private die(person: SyntheticPerson): void {
    if (this.parents.length === 1 && this.parents[0] === person && this.children.length > 0) {
      person.death = null;
      return;
    }
    const widows = this.parents.includes(person);
    for (const home of [this.parents, this.children]) {
      if (home.includes(person)) home.splice(home.indexOf(person), 1);
    }
    this.leavesHome.delete(person);
    if (this.family !== null) this.office.leave(this.family, person, this.day + 1);
    this.office.leaveCity(person, this.day);
    if (widows) this.noteLoneParent(this.day + 1);
    this.dissolveUnlessFamily();
  }

  private depart(): void {
    const last = this.day - 1;
    this.dissolve();
    for (const person of [...this.parents, ...this.children]) this.office.leaveCity(person, last);
    this.parents.length = this.children.length = 0;
  }

  private dissolve(): void {
    const { family } = this;
    if (family === null) return;
    for (const { person } of [...family.memberships]) this.office.leave(family, person, this.day);
    for (const parent of this.parents) endLoneParenthood(parent, this.day - 1);
    this.family = null;
  }

  private dissolveUnlessFamily(): void {
    if (this.children.length === 0 && this.parents.length < 2) this.dissolve();
  }

  private scheduleLeaving(child: SyntheticPerson): void {
    const day = child.birth + Math.round(this.random.between(18.5, 23) * YEAR);
    this.leavesHome.set(child, Math.max(day, this.day + 1));
  }
}

/**
 * Yearly rate at which a household leaves the city, by the age of its first parent. Young people move more
 * often.
 */
function departureRate(age: number, children: boolean): number {
  if (age < 30) return children ? 0.07 : 0.26;
  if (age < 40) return children ? 0.045 : 0.15;
  return age < 60 ? 0.045 : 0.03;
}

/** Yearly rate at which a partner moves in with somebody without children at home. */
function partnerRate(age: number): number {
  if (age < ADULT) return 0;
  return age < 38 ? 0.16 : age < 60 ? 0.04 : 0.005;
}

/** Yearly birth rate of a woman who lives with a partner. */
function birthRate(age: number, children: number): number {
  if (age < 19 || age > 44 || children >= 5) return 0;
  const parity = [0.28, 0.45, 0.18, 0.1, 0.05][children] ?? 0;
  return parity * Math.exp(-(((age - 30) / 8) ** 2));
}

function endLoneParenthood(parent: SyntheticPerson, until: Day): void {
  const last = parent.loneParenthood.at(-1);
  if (last !== undefined && last.until === null) last.until = until;
}

/** Mean years until a person who lives alone after a separation leaves the city. */
const STAY_YEARS = 16.5;

/** Mean years between two addresses within the city. */
const MOVE_YEARS = 9;

/** Lets one person live alone at new addresses from `day` on, until they leave, die or the period ends. */
function liveAlone(office: RegisterOffice, person: SyntheticPerson, day: Day, random: Random): void {
  const end = Math.min(
    day + 1 + Math.round(random.exponential(STAY_YEARS * YEAR)),
    person.death ?? Infinity,
    PERIOD.last,
  );
  for (let at = day; at < end || at === day; at += 1 + Math.round(random.exponential(MOVE_YEARS * YEAR))) {
    office.move(person, newHome(random), at);
  }
  office.leaveCity(person, end);
}
