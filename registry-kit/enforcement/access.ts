import type { Day } from '../../lib/calendar.js';
import { Turns } from '../../lib/cooperativeScheduler.js';
import { applyMask, type Maskable, type MaskTables } from '../../policies/engine/catalogue/masks.js';
import type {
  Condition,
  ConditionName,
  Decision,
  Permission,
  PopulationCondition,
} from '../../policies/engine/decision.js';
import type { PersonKey } from '../../schema/keys.js';
import { PersonSet } from '../../schema/personSet.js';
import { readCodeLists } from '../codes.js';
import type { About, DataRecord } from './dataSubject.js';

/** A condition that is asked of the record, not of its subject. */
export type RecordCondition = 'own-unit' | `within-years(${number})`;

type SubjectCondition = Exclude<Condition, RecordCondition>;

/** Says whether a condition holds for a data subject, from the registry's own rows. */
type ConditionTest = (subject: PersonKey) => boolean;

/** What a registry needs in order to decide for one caller. What it cannot evaluate never holds. */
export interface ConditionTests {
  readonly subject: Readonly<Partial<Record<Exclude<ConditionName, 'own-unit'>, ConditionTest>>>;
  /** The test of whether a person is in the population of a research permit. */
  readonly population: (condition: PopulationCondition) => ConditionTest;
  readonly record: (condition: RecordCondition, record: DataRecord) => boolean;
  /** Whether a person, or somebody they live with, is under non-disclosure for safety (661/2009 §36). */
  readonly isShielded: ConditionTest;
  /** Keys of persons lie below it, as far as the population register has told; 0 where no register data is served. */
  readonly bound: number;
  /**
   * Sets of persons by conditions that do not depend on what the caller is entitled to; kept from one request to the next, for as long as what
   * they follow from stays.
   */
  readonly sets: Map<string, PersonSet>;
  /** Whether a person's rows in this registry do not exist for this caller: erased, or restricted (GDPR Art. 17 and 18). */
  readonly isHidden: ConditionTest;
}

/** Conditions that hold of a person for one caller, and for another not. */
const ofCaller: ReadonlySet<Condition> = new Set<Condition>(['care-relationship', 'own-data', 'break-glass']);

export function isOfRecord(condition: Condition): condition is RecordCondition {
  return condition === 'own-unit' || condition.startsWith('within-years(');
}

/**
 * What the caller of one request may see of whom: the policy's decision joined with the conditions of each data subject and
 * record. Every answer about a person is kept for the request.
 */
export class Access {
  /** Data subjects of whom something was permitted in this request. */
  readonly disclosed = new Set<PersonKey>();
  readonly #held = new Map<
    SubjectCondition | 'shielded',
    { test: ConditionTest; answers: Map<PersonKey, boolean> }
  >();
  /** Sets of persons by conditions of the caller, for the request. */
  readonly #setsOfCaller = new Map<string, PersonSet>();
  /** What {@link everybody} has found, for the request. */
  readonly #openTo = new Map<string, Promise<PersonSet | undefined>>();

  constructor(
    readonly decision: Decision,
    private readonly tests: ConditionTests,
    readonly maskTables: MaskTables,
  ) {}

  /** The strongest of these permissions whose conditions hold; a person or record that is unknown meets none. */
  permit(permissions: readonly Permission[], about: About): Permission | undefined {
    const permission = permissions.find((one) => this.#meets(one, about));
    if (permission && about.subject !== undefined) this.disclosed.add(about.subject);
    return permission;
  }

  /** Whether the conditions of one of these permissions hold; nothing is permitted by it yet. */
  meetsOne(permissions: readonly Permission[], about: About): boolean {
    return permissions.some((permission) => this.#meets(permission, about));
  }

  /**
   * Whether one of these permissions may open a record of a person, before any record is read. A unit, which only the record tells, is
   * taken to fit; so is the day where none is given.
   */
  mayOpen(permissions: readonly Permission[], subject: PersonKey, start?: Day): boolean {
    return permissions.some(({ conditions }) =>
      conditions.every((condition) => {
        if (!isOfRecord(condition)) return this.#holds(condition, subject);
        if (condition === 'own-unit' || start === undefined) return true;
        return this.tests.record(condition, { start, unit: undefined });
      }),
    );
  }

  #meets({ conditions }: Permission, { subject, record }: About): boolean {
    for (const condition of conditions) {
      const holds = isOfRecord(condition)
        ? record !== undefined && this.tests.record(condition, record)
        : this.#holds(condition, subject);
      if (!holds) return false;
    }
    return true;
  }

  /** Whether rows about a person do not exist for the caller, whatever policy shows. */
  hides(subject: PersonKey | undefined): boolean {
    return subject !== undefined && this.tests.isHidden(subject);
  }

  /** How a coordinate is shown of a person or record; undefined: not at all. */
  shown(coordinate: string, about: About): Permission | undefined {
    if (this.hides(about.subject)) return undefined;
    const permission = this.permit(this.decision.show(coordinate), about);
    return permission && !this.isShielded(coordinate, about.subject) ? permission : undefined;
  }

  /** A value as it is shown of a person or record; null where it is not. */
  see<Value extends Maskable>(coordinate: string, about: About, value: Value): Maskable | null {
    const permission = this.shown(coordinate, about);
    if (!permission) return null;
    return permission.mask ? (applyMask(permission.mask, value, this.maskTables) ?? null) : value;
  }

  /** Whether non-disclosure for safety withholds a coordinate of a person; of a person unknown it does. */
  isShielded(coordinate: string, subject: PersonKey | undefined): boolean {
    return this.decision.shields(coordinate) && this.isUnderShield(subject);
  }

  /** Whether a person, or somebody they live with, is under non-disclosure for safety; who is not known counts as such. */
  isUnderShield(subject: PersonKey | undefined): boolean {
    return subject === undefined || this.#holds('shielded', subject);
  }

  /** Keys of persons lie below it. */
  get bound(): number {
    return this.tests.bound;
  }

  /**
   * For groups: of whom all these coordinates are permitted, conditions on records apart; undefined: of everybody. Whoever is
   * erased or restricted is in none of them, nor in a group of those who are not.
   * @param permissions of each of the coordinates
   */
  everybody(
    permissions: readonly (readonly Permission[])[],
    coordinates: readonly string[],
  ): Promise<PersonSet | undefined> {
    const shields = coordinates.some((coordinate) => this.decision.shields(coordinate));
    const conditions = permissions.map((ways) => ways.map((way) => way.conditions));
    const key = JSON.stringify([shields, conditions]);
    let open = this.#openTo.get(key);
    if (!open) this.#openTo.set(key, (open = this.#everybody(permissions, shields)));
    return open;
  }

  async #everybody(
    permissions: readonly (readonly Permission[])[],
    shields: boolean,
  ): Promise<PersonSet | undefined> {
    const turns = new Turns();
    let open: PersonSet | undefined;
    for (const ways of permissions) {
      if (turns.over) await turns.next();
      const set = await this.#anyOf(ways);
      open = open && set ? open.and(set) : (open ?? set);
    }
    const hidden = await this.#personsWho('hidden');
    const withheld = shields ? hidden.or(await this.#personsWho('shielded')) : hidden;
    return withheld.isEmpty ? open : (open ?? PersonSet.all(this.bound)).minus(withheld);
  }

  async #anyOf(permissions: readonly Permission[]): Promise<PersonSet | undefined> {
    let some = PersonSet.below(this.bound);
    for (const { conditions } of permissions) {
      const asked = conditions.filter((condition) => !isOfRecord(condition)) as SubjectCondition[];
      if (asked.length === 0) return undefined;
      let all = await this.#personsWho(asked[0]!);
      for (const condition of asked.slice(1)) all = all.and(await this.#personsWho(condition));
      some = some.or(all);
    }
    return some;
  }

  async #personsWho(condition: SubjectCondition | 'shielded' | 'hidden'): Promise<PersonSet> {
    const isOfCaller = condition !== 'shielded' && condition !== 'hidden' && ofCaller.has(condition);
    const sets = isOfCaller ? this.#setsOfCaller : this.tests.sets;
    const known = sets.get(condition);
    if (known) return known;
    const found = PersonSet.below(this.bound);
    const test = condition === 'hidden' ? this.tests.isHidden : this.#testOf(condition);
    await new Turns().through(this.bound, (from, to) => {
      for (let key = from; key < to; key++) if (test(key)) found.add(key);
    });
    sets.set(condition, found);
    return found;
  }

  #holds(condition: SubjectCondition | 'shielded', subject: PersonKey | undefined): boolean {
    if (subject === undefined) return false;
    let held = this.#held.get(condition);
    if (!held) this.#held.set(condition, (held = { test: this.#testOf(condition), answers: new Map() }));
    let answer = held.answers.get(subject);
    if (answer === undefined) held.answers.set(subject, (answer = held.test(subject)));
    return answer;
  }

  #testOf(condition: SubjectCondition | 'shielded'): ConditionTest {
    if (condition === 'shielded') return this.tests.isShielded;
    if (isOfPopulation(condition)) return this.tests.population(condition);
    return this.tests.subject[condition] ?? (() => false);
  }
}

function isOfPopulation(condition: Condition): condition is PopulationCondition {
  return condition.startsWith('born(') || condition.startsWith('living-in(');
}

/**
 * What masks look up: districts lie in areas as the population register's code list says, for every registry alike.
 * @throws PolkuError MAPPING_INVALID
 */
export async function readMaskTables(): Promise<MaskTables> {
  const districts = (await readCodeLists('population')).get('districts') ?? new Map<string, never>();
  const areas = [...districts].flatMap(([code, { area }]) =>
    area === undefined ? [] : [[code, area] as const],
  );
  return { areaOfDistrict: new Map(areas) };
}
