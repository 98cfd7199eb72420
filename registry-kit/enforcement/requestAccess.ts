import type { Day } from '../../lib/calendar.js';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
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
import { readCodeLists } from '../codes/codeLists.js';
import type { About, DataRecord } from './dataSubject.js';

/** A condition on the record, not on its data subject. */
export type RecordCondition = 'own-unit' | `within-years(${number})`;

type SubjectCondition = Exclude<Condition, RecordCondition>;

/** Checks a condition for a data subject in the registry's own rows. */
type ConditionTest = (subject: PersonKey) => boolean;

/** The condition tests of a registry for one caller. A condition without a test never holds. */
export interface ConditionTests {
  readonly subject: Readonly<Partial<Record<Exclude<ConditionName, 'own-unit'>, ConditionTest>>>;
  /** Makes the test for the population of a research permit. */
  readonly population: (condition: PopulationCondition) => ConditionTest;
  readonly record: (condition: RecordCondition, record: DataRecord) => boolean;
  /**
   * Checks whether a person, or a member of the household, is under non-disclosure for safety (661/2009 §36).
   */
  readonly isShielded: ConditionTest;
  /**
   * An exclusive upper bound for person keys, from the population register. 0 if no register data is served.
   */
  readonly bound: number;
  /**
   * Cached sets of persons, for conditions that do not depend on the caller. They remain valid between
   * requests while their sources stay the same.
   */
  readonly sets: Map<string, PersonSet>;
  /**
   * Checks whether a person's rows in this registry are erased or restricted for this caller (GDPR Art. 17
   * and 18).
   */
  readonly isHidden: ConditionTest;
}

/** Conditions whose result depends on the caller. */
const ofCaller: ReadonlySet<Condition> = new Set<Condition>(['care-relationship', 'own-data', 'break-glass']);

export function isOfRecord(condition: Condition): condition is RecordCondition {
  return condition === 'own-unit' || condition.startsWith('within-years(');
}

/**
 * Decides what the caller of one request may see of each data subject and record. It combines the policy
 * decision with the conditions on persons and records. It caches each result about a person for the request.
 */
export class RequestAccess {
  /** Data subjects with permitted data in this request. */
  readonly disclosed = new Set<PersonKey>();
  readonly #results = new Map<
    SubjectCondition | 'shielded',
    { test: ConditionTest; bySubject: Map<PersonKey, boolean> }
  >();
  /** Sets of persons for conditions that depend on the caller, cached for the request. */
  readonly #setsOfCaller = new Map<string, PersonSet>();
  /** Results of {@link permittedPersons}, cached for the request. */
  readonly #permittedPersons = new Map<string, Promise<PersonSet | undefined>>();

  constructor(
    readonly decision: Decision,
    private readonly tests: ConditionTests,
    readonly maskTables: MaskTables,
  ) {}

  /**
   * Returns the strongest permission whose conditions hold. An unknown person or record meets no condition.
   */
  permit(permissions: readonly Permission[], about: About): Permission | undefined {
    const permission = permissions.find((one) => this.#meets(one, about));
    if (permission && about.subject !== undefined) this.disclosed.add(about.subject);
    return permission;
  }

  /** Checks whether the conditions of one permission hold, without recording a disclosure. */
  meetsAny(permissions: readonly Permission[], about: About): boolean {
    return permissions.some((permission) => this.#meets(permission, about));
  }

  /**
   * Checks whether a permission could open a record of a person, before any record is read. Only the record
   * has the unit, so the condition on the unit counts as met. Without a day, the condition on the day also
   * counts as met.
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

  /** Checks whether a person's rows do not exist for the caller, whatever the policy shows. */
  hides(subject: PersonKey | undefined): boolean {
    return subject !== undefined && this.tests.isHidden(subject);
  }

  /** Returns the permission to show a coordinate of a person or record, or undefined if it is hidden. */
  showPermission(coordinate: string, about: About): Permission | undefined {
    if (this.hides(about.subject)) return undefined;
    const permission = this.permit(this.decision.show(coordinate), about);
    return permission && !this.isShielded(coordinate, about.subject) ? permission : undefined;
  }

  /** Returns a masked value of a person or record, or null if it is hidden. */
  maskedValue<Value extends Maskable>(coordinate: string, about: About, value: Value): Maskable | null {
    const permission = this.showPermission(coordinate, about);
    if (!permission) return null;
    return permission.mask ? (applyMask(permission.mask, value, this.maskTables) ?? null) : value;
  }

  /** Checks whether non-disclosure for safety withholds a coordinate. It does for an unknown person. */
  isShielded(coordinate: string, subject: PersonKey | undefined): boolean {
    return this.decision.shields(coordinate) && this.isUnderShield(subject);
  }

  /**
   * Checks whether a person or a household member is under non-disclosure for safety. An unknown person
   * counts as such.
   */
  isUnderShield(subject: PersonKey | undefined): boolean {
    return subject === undefined || this.#holds('shielded', subject);
  }

  /** An exclusive upper bound for person keys. */
  get bound(): number {
    return this.tests.bound;
  }

  /**
   * For groups: returns the persons with permission for all coordinates, or undefined if that is everybody.
   * It ignores conditions on records. Erased and restricted persons are never in the set.
   * @param permissions the permissions for each coordinate
   */
  permittedPersons(
    permissions: readonly (readonly Permission[])[],
    coordinates: readonly string[],
  ): Promise<PersonSet | undefined> {
    const shields = coordinates.some((coordinate) => this.decision.shields(coordinate));
    const conditions = permissions.map((ways) => ways.map((way) => way.conditions));
    const key = JSON.stringify([shields, conditions]);
    let permitted = this.#permittedPersons.get(key);
    if (!permitted) this.#permittedPersons.set(key, (permitted = this.#findPermitted(permissions, shields)));
    return permitted;
  }

  async #findPermitted(
    permissions: readonly (readonly Permission[])[],
    shields: boolean,
  ): Promise<PersonSet | undefined> {
    const scheduler = new CooperativeScheduler();
    let permitted: PersonSet | undefined;
    for (const ways of permissions) {
      if (scheduler.shouldYield) await scheduler.yield();
      const set = await this.#anyOf(ways);
      permitted = permitted && set ? permitted.and(set) : (permitted ?? set);
    }
    const hidden = await this.#personsWho('hidden');
    const withheld = shields ? hidden.or(await this.#personsWho('shielded')) : hidden;
    return withheld.isEmpty ? permitted : (permitted ?? PersonSet.all(this.bound)).minus(withheld);
  }

  async #anyOf(permissions: readonly Permission[]): Promise<PersonSet | undefined> {
    let some = PersonSet.below(this.bound);
    for (const { conditions } of permissions) {
      const ofSubject = conditions.filter((condition) => !isOfRecord(condition)) as SubjectCondition[];
      if (ofSubject.length === 0) return undefined;
      let all = await this.#personsWho(ofSubject[0]!);
      for (const condition of ofSubject.slice(1)) all = all.and(await this.#personsWho(condition));
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
    await new CooperativeScheduler().forEachChunk(this.bound, (from, to) => {
      for (let key = from; key < to; key++) if (test(key)) found.add(key);
    });
    sets.set(condition, found);
    return found;
  }

  #holds(condition: SubjectCondition | 'shielded', subject: PersonKey | undefined): boolean {
    if (subject === undefined) return false;
    let results = this.#results.get(condition);
    if (!results)
      this.#results.set(condition, (results = { test: this.#testOf(condition), bySubject: new Map() }));
    let holds = results.bySubject.get(subject);
    if (holds === undefined) results.bySubject.set(subject, (holds = results.test(subject)));
    return holds;
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
 * Reads the tables that masks look up. The population register's code list assigns districts to areas for
 * every registry.
 * @throws PolkuError MAPPING_INVALID
 */
export async function readMaskTables(): Promise<MaskTables> {
  const districts = (await readCodeLists('population')).get('districts') ?? new Map<string, never>();
  const areas = [...districts].flatMap(([code, { area }]) =>
    area === undefined ? [] : [[code, area] as const],
  );
  return { areaOfDistrict: new Map(areas) };
}
