import { PERIOD, YEAR, type Day } from './calendar.js';
import { strength, type Circumstances } from './circumstances.js';
import { surname } from './names.js';
import { ageOn, lastDay, type Family, type Person } from './people.js';
import type { Random } from './random.js';
import { newAddress, type RegisterOffice } from './registerOffice.js';
import { liveAlone, MOVE_YEARS, STAY_YEARS } from './single.js';

/** Days before a first birth from which the expecting parents are a family. */
const EXPECTING_DAYS = 240;

/** Shortest time between two births, days. */
const BIRTH_SPACING = 480;

export interface Settlers {
  readonly parents: Person[];
  readonly children: Person[];
  readonly arrival: Day;
  readonly circumstances: Circumstances;
  /** Whether they lived here before the period: their family is then older than it. */
  readonly settled: boolean;
}

type Happening = 'birth' | 'separation' | 'partner' | 'move';

/**
 * The life of one household between its arrival and its end in the city: births, separations, new partners, moves,
 * children who leave, deaths. Waiting times are exponential with rates that are drawn anew at least once a year
 * (Gillespie's method).
 */
export class Household {
  private readonly parents: Person[];
  private readonly children: Person[];
  private readonly leavesHome = new Map<Person, Day>();
  private family: Family | null = null;
  private readonly whenLeaving = new Map<Person, () => void>();
  private lastBirth = -Infinity;
  private day: Day;
  /** Since when nobody here has belonged to an earlier family of this household. */
  private freeSince: Day;

  constructor(
    private readonly office: RegisterOffice,
    private readonly settlers: Settlers,
    private readonly random: Random,
  ) {
    this.parents = [...settlers.parents];
    this.children = [...settlers.children];
    this.day = settlers.arrival;
    this.freeSince = settlers.arrival;
  }

  live(): void {
    this.settle();
    const departure = this.day + 1 + Math.round(this.random.exponential(STAY_YEARS * YEAR));
    const end = Math.min(departure, PERIOD.last + 1);
    while (this.day < end && this.parents.length + this.children.length > 0) {
      const rates = this.yearlyRates();
      const total = rates.reduce((sum, [, rate]) => sum + rate, 0);
      const next = this.day + 1 + Math.floor(this.random.exponential(YEAR / total));
      const due = this.nextDue();
      if (due !== null && due.day <= Math.min(next, end - 1)) {
        this.day = Math.max(this.day, due.day);
        due.happen();
      } else if (next >= end || next > this.day + YEAR) {
        this.day = Math.min(end, this.day + Math.round(YEAR));
      } else {
        this.day = next;
        this.happen((rates[this.random.weighted(rates.map(([, rate]) => rate))] as [Happening, number])[0]);
      }
    }
    if (departure <= PERIOD.last) this.depart();
  }

  private settle(): void {
    const address = newAddress(this.random);
    for (const person of [...this.parents, ...this.children]) this.office.move(person, address, this.day);
    for (const child of this.children) {
      this.scheduleLeaving(child);
      for (const parent of this.parents) this.office.entrust(child, parent);
    }
    if (this.children.length === 0) return;
    const eldest = Math.min(...this.children.map((child) => child.birth));
    this.lastBirth = Math.max(...this.children.map((child) => child.birth));
    this.found(this.settlers.settled ? eldest : this.day);
  }

  /** All at home are members; children from their birth if that is later. */
  private found(day: Day): Family {
    const family = this.office.foundFamily();
    for (const parent of this.parents) this.office.join(family, parent, 'vanhempi', day);
    for (const child of this.children) this.office.join(family, child, 'lapsi', Math.max(day, child.birth));
    this.family = family;
    return family;
  }

  private yearlyRates(): [Happening, number][] {
    const mother = this.parents.find((parent) => parent.sex === 2);
    const { circumstances } = this.settlers;
    const couple = this.parents.length === 2;
    const minors = this.children.some((child) => ageOn(child, this.day) < 18);
    const fertile =
      couple && mother !== undefined && this.day - this.lastBirth > BIRTH_SPACING && this.office.room > 0;
    return [
      ['birth', fertile ? birthRate(ageOn(mother, this.day), this.children.length) : 0],
      ['separation', couple && minors ? 0.012 + 0.1 * strength(circumstances.conflict, this.day) : 0],
      ['partner', this.parents.length === 1 && minors && this.office.room > 0 ? 0.065 : 0],
      ['move', 1 / MOVE_YEARS],
    ];
  }

  /** The next death or leaving home that is already fixed. */
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
    else this.moveWithinCity();
  }

  private giveBirth(): void {
    const [first, second] = this.parents as [Person, Person];
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
    mother.deliveries.push(this.day);
    this.lastBirth = this.day;
    const family = this.family ?? this.found(Math.max(this.freeSince, this.day - EXPECTING_DAYS));
    this.office.join(family, child, 'lapsi', this.day);
    this.children.push(child);
    this.office.moveIn(child, mother, this.day);
    for (const parent of this.parents) this.office.entrust(child, parent);
    this.scheduleLeaving(child);
  }

  /** The couple's family ends; the children live on with one parent, and one of them may follow the other parent. */
  private separate(): void {
    const stays = this.parents.findIndex((parent) => parent.sex === (this.random.chance(0.85) ? 2 : 1));
    const [leaver] = this.parents.splice(stays === 0 ? 1 : 0, 1) as [Person];
    const day = this.day;
    this.dissolve();
    liveAlone(this.office, leaver, day, this.random);
    this.found(day);
    const minors = this.children.filter((child) => ageOn(child, day) < 17);
    const follower = minors[0];
    if (follower !== undefined && minors.length > 1 && this.random.chance(0.2)) this.follow(follower, leaver);
  }

  /** A child moves over to the other parent, now or some years later, and lives there until grown up. */
  private follow(child: Person, parent: Person): void {
    const grown = this.leavesHome.get(child) as Day;
    const day = this.day + 30 + Math.round(this.random.exponential(2 * YEAR));
    const end = Math.min(lastDay(parent), grown - 1, child.death ?? Infinity);
    if (day >= end) return;
    this.leavesHome.set(child, day);
    this.whenLeaving.set(child, () => {
      const family = this.office.foundFamily();
      this.office.join(family, parent, 'vanhempi', day);
      this.office.join(family, child, 'lapsi', day);
      for (const home of parent.residences.filter(
        (one) => (one.until ?? PERIOD.last) >= day && one.from <= end,
      )) {
        this.office.move(child, { street: home.street, district: home.district }, Math.max(day, home.from));
      }
      if (end >= PERIOD.last) return;
      for (const member of [parent, child]) this.office.leave(family, member, end + 1);
      if (end === grown - 1) liveAlone(this.office, child, grown, this.random);
      else this.office.leaveCity(child, end);
    });
  }

  private gainPartner(): void {
    const parent = this.parents[0] as Person;
    const partner = this.office.register(
      {
        birth: parent.birth + Math.round(this.random.normal() * 4 * YEAR),
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
    const address = newAddress(this.random);
    for (const person of [...this.parents, ...this.children]) this.office.move(person, address, this.day);
  }

  private leaveHome(child: Person): void {
    this.leavesHome.delete(child);
    this.children.splice(this.children.indexOf(child), 1);
    if (this.family !== null) this.office.leave(this.family, child, this.day);
    const follow = this.whenLeaving.get(child);
    if (follow === undefined) liveAlone(this.office, child, this.day, this.random);
    else follow();
    if (this.children.length === 0) this.dissolve();
  }

  /** The only parent of children at home is spared: an orphaned household is beyond this edition. */
  private die(person: Person): void {
    if (this.parents.length === 1 && this.parents[0] === person && this.children.length > 0) {
      person.death = null;
      return;
    }
    for (const home of [this.parents, this.children]) {
      if (home.includes(person)) home.splice(home.indexOf(person), 1);
    }
    this.leavesHome.delete(person);
    if (this.family !== null) this.office.leave(this.family, person, this.day + 1);
    this.office.leaveCity(person, this.day);
    if (this.children.length === 0) this.dissolve();
  }

  private depart(): void {
    const last = this.day - 1;
    this.dissolve();
    for (const person of [...this.parents, ...this.children]) this.office.leaveCity(person, last);
  }

  private dissolve(): void {
    const { family } = this;
    if (family === null) return;
    for (const { person } of [...family.memberships]) this.office.leave(family, person, this.day);
    this.family = null;
    this.freeSince = this.day;
  }

  private scheduleLeaving(child: Person): void {
    const day = child.birth + Math.round(this.random.between(18.5, 23) * YEAR);
    this.leavesHome.set(child, Math.max(day, this.day + 1));
  }
}

/** Births a year of a woman who lives with a partner. */
function birthRate(age: number, children: number): number {
  if (age < 19 || age > 44 || children >= 5) return 0;
  const parity = [0.22, 0.24, 0.09, 0.06, 0.05][children] ?? 0;
  return parity * Math.exp(-(((age - 30) / 8) ** 2));
}
