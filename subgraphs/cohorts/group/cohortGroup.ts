import { type CountingUnits, countingUnits } from '../../../disclosure-control/countingUnits.js';
import {
  type CohortQuestion,
  criterionQuestions,
  writeQuestion,
} from '../../../registry-kit/criteria/cohortQuestion.js';
import { NO_FAMILY } from '../../../registry-kit/criteria/familyTypes.js';
import type { GroupFilter } from '../../../registry-kit/criteria/groupFilter.js';
import type { Feeds } from '../../../registry-kit/feeds/derivedEntity.js';
import type { Feed } from '../../../schema/feed.js';
import type { Language } from '../../../schema/language.js';
import type { PersonSet } from '../../../schema/personSet.js';
import { type CohortSource, type CohortsStore, sourceOf } from '../cohortsStore.js';
import type { GroupRequester } from '../protect.js';
import { evaluate, type GroupFacts } from './evaluate.js';
import { answered, groupFacts, requireStored } from './groupFacts.js';
import { type DimensionName, PopulationColumns } from './populationColumns.js';

/** A group, from the answers of its registries. Data about it leaves only through {@link protect}. */
export class CohortGroup {
  readonly population: PopulationColumns;
  /** The registries whose owners' disclosure rules apply to it. */
  readonly registries: readonly string[];
  readonly #population: Feed;

  private constructor(
    readonly question: CohortQuestion,
    readonly feeds: Feeds,
    readonly facts: GroupFacts,
    readonly members: PersonSet,
    /** The group that it is compared with. */
    readonly other: PersonSet | undefined,
    sources: readonly CohortSource[],
    private readonly store: CohortsStore,
    /** Of messages. */
    readonly language: Language,
  ) {
    this.#population = answered(feeds, 'population', language);
    this.population = new PopulationColumns(
      this.#population,
      this.bound,
      store.codes('population', 'districts'),
    );
    this.registries = registriesOf(question, sources);
  }

  /**
   * Evaluates a question.
   * @param language of messages
   * @throws PolkuError SUBGRAPH_UNAVAILABLE, PURPOSE_NOT_PERMITTED
   */
  static async of(
    question: CohortQuestion,
    feeds: Feeds,
    sources: readonly CohortSource[],
    store: CohortsStore,
    language: Language,
  ): Promise<CohortGroup> {
    const facts = groupFacts(feeds, sources, language);
    const { where, comparedWith } = question;
    const who = async (filter: GroupFilter) => facts.everybody.and((await evaluate(filter, facts)).yes);
    const members = await who(where);
    const other = comparedWith && (await who(comparedWith));
    return new CohortGroup(question, feeds, facts, members, other, sources, store, language);
  }

  /** Whether the owner of the population register releases the column of a dimension. */
  has(name: DimensionName): boolean {
    return this.population.has(name);
  }

  /** All keys of persons are below it. */
  get bound(): number {
    return this.facts.everybody.words.length * 32;
  }

  /** The requester of numbers about it, with the counting units. */
  async requester(purpose: string, recipient: string): Promise<GroupRequester> {
    const { feeds, registries, store } = this;
    const units = await countingUnitsOf(this.#population, this.bound, store);
    return { purpose, recipient, store, units, feeds, registries, filter: writeQuestion(this.question) };
  }
}

/** The registries that a question uses. The population register is always one of them. */
export function registriesOf(question: CohortQuestion, sources: readonly CohortSource[]): readonly string[] {
  const asked = criterionQuestions(question).map(
    ({ filter }) => sourceOf(sources, filter.criterion)!.registry,
  );
  return [...new Set(['population', ...asked])].sort();
}

const known = new WeakMap<object, Promise<CountingUnits>>();

/**
 * The counting units: record keys and families of all persons, computed once for each snapshot of the
 * population register.
 * @param population a feed with the columns `person` and `unit`, the last family of each person
 * @param bound all keys of persons are below it
 */
export function countingUnitsOf(
  population: Feed,
  bound: number,
  { recordKeys }: CohortsStore,
): Promise<CountingUnits> {
  requireStored(population, 'population', 'memberships');
  const person = population.columns['person'] as Uint32Array;
  const family = population.columns['unit'] as Uint32Array;
  let units = known.get(family);
  if (!units) {
    const familyOf = new Uint32Array(bound).fill(NO_FAMILY);
    for (let row = 0; row < person.length; row++) familyOf[person[row]!] = family[row]!;
    units = countingUnits(recordKeys(bound), familyOf);
    known.set(family, units);
  }
  return units;
}
