import type { Day } from '../../../schema/calendar.js';
import type { ChildNumbers, FactorAnswers } from '../enforcement/factorAnswers.js';
import type { FactorSource } from '../factors/factorSource.js';
import type { RegistryStore } from '../subgraph/registryContext.js';
import { joinModules, type SubgraphModule } from '../subgraph/subgraphModule.js';
import { type ChildrenAsked, childrenFeed, type HouseholdSource } from './childrenFeed.js';
import { ChildrenKey, CohortRiskKey, RiskAssessmentKey } from './foresightKeys.js';

/** A number about a child, or some, besides factors. */
export interface ChildNumber<Store> {
  readonly name: string;
  readonly size: number;
  /** The coordinates that it tells of. */
  readonly reads: readonly string[];
  readonly reader: (store: Store, before: Day) => ChildNumbers['read'];
}

/** What a registry has to do with foreseeing need. */
export interface Foretelling<Store> {
  readonly source: FactorSource<Store>;
  /** Of the population register: who lives with whom. */
  readonly households?: HouseholdSource<Store>;
  /** What the caller must be shown of a child in order to be given an assessment of it. */
  readonly shownOfChild?: readonly string[];
  /** Numbers that go with the factors. */
  readonly besides?: readonly ChildNumber<Store>[];
  /** The same for an assessment of one child, where they are told less exactly. */
  readonly besidesOfOne?: readonly ChildNumber<Store>[];
  /** What came of the children after the quarter, and the groups that they are compared by. */
  readonly outcomes?: readonly ChildNumber<Store>[];
  /** Columns that go with the outcomes and are about nobody: dictionaries. */
  readonly outcomeTexts?: (store: Store) => NonNullable<FactorAnswers['texts']>;
}

const RISK_ASSESSMENT = {
  name: 'RiskAssessment',
  key: 'person asOf horizonYears',
  Key: RiskAssessmentKey,
};
const CHILD_FACTORS = { name: 'ChildFactors', key: 'asOf', internal: true, Key: ChildrenKey } as const;
const COHORT_RISK = {
  name: 'CohortRisk',
  key: 'filter set asOf horizonYears',
  ofGroup: true,
  Key: CohortRiskKey,
} as const;
const CHILD_OUTCOMES = { name: 'ChildOutcomes', key: 'asOf', internal: true, Key: ChildrenKey } as const;

/**
 * The feeds of a registry for risk assessments: `RiskAssessment` of one child; by the same reader `CohortRisk` of the children in a
 * group, and `ChildFactors` of all, for training; `ChildOutcomes`, what came of them.
 */
export function foretellingFeeds<Store extends RegistryStore>(
  registry: string,
  foretelling: Foretelling<Store>,
): SubgraphModule {
  const { source, households, shownOfChild = [], besides = [], outcomes, outcomeTexts } = foretelling;
  const { besidesOfOne = besides } = foretelling;
  const value: ChildNumber<Store> = {
    name: 'value',
    size: source.factors.length,
    reads: source.factors.flatMap(({ reads }) => reads),
    reader: (store, before) => source.reader(store, before).read,
  };
  const ofFactors = [value, ...besides];
  const answerFactors =
    (numbers: readonly ChildNumber<Store>[], tellsShown: boolean) =>
    (of: FactorAnswers['of'], store: Store, before: Day): FactorAnswers => ({
      of,
      factors: source.factors,
      numbers: readNumbers(numbers, store, before),
      tellsShown,
      texts: { snapshot: [store.manifest.snapshotId] },
    });
  return joinModules(
    childrenFeed(registry, RISK_ASSESSMENT, {
      households,
      exposes: shownOfChild,
      computes: readsOf(ofFactors),
      answer: answerFactors([value, ...besidesOfOne], true),
    }),
    ...[CHILD_FACTORS, COHORT_RISK].map((type) =>
      childrenFeed<Store, ChildrenAsked>(registry, type, {
        households,
        exposes: [],
        computes: readsOf(ofFactors),
        answer: answerFactors(ofFactors, false),
      }),
    ),
    ...(outcomes
      ? [
          childrenFeed<Store, ChildrenKey>(registry, CHILD_OUTCOMES, {
            households,
            exposes: [],
            computes: readsOf(outcomes),
            answer: (of, store, before) => ({
              of,
              factors: [],
              numbers: readNumbers(outcomes, store, before),
              tellsShown: false,
              texts: outcomeTexts?.(store) ?? {},
            }),
          }),
        ]
      : []),
  );
}

function readsOf<Store>(numbers: readonly ChildNumber<Store>[]): string[] {
  return numbers.flatMap(({ reads }) => reads);
}

function readNumbers<Store>(
  numbers: readonly ChildNumber<Store>[],
  store: Store,
  before: Day,
): ChildNumbers[] {
  return numbers.map(({ name, size, reader }) => ({ name, size, read: reader(store, before) }));
}
