import type { Day } from '../../../schema/calendar.js';
import type { ChildNumbers, FactorAnswers } from '../enforcement/factorAnswers.js';
import type { FactorSource } from '../factors/factorSource.js';
import type { RegistryStore } from '../subgraph/registryContext.js';
import { joinModules, type SubgraphModule } from '../subgraph/subgraphModule.js';
import { childFactorsFeed } from './childFactorsFeed.js';
import { childOutcomesFeed } from './childOutcomesFeed.js';
import { riskAssessmentFeed } from './riskAssessmentFeed.js';

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
  /** What the caller must be shown of a child in order to be given an assessment of it. */
  readonly shownOfChild?: readonly string[];
  /** Numbers that go with the factors. */
  readonly besides?: readonly ChildNumber<Store>[];
  /** What came of the children after the quarter, and the groups that they are compared by. */
  readonly outcomes?: readonly ChildNumber<Store>[];
  /** Columns that go with the outcomes and are about nobody: dictionaries. */
  readonly outcomeTexts?: (store: Store) => NonNullable<FactorAnswers['texts']>;
}

/** The feeds of a registry for risk assessments of one child, and for the training and distribution of all. */
export function foretellingFeeds<Store extends RegistryStore>(
  registry: string,
  foretelling: Foretelling<Store>,
): SubgraphModule {
  const { outcomes, outcomeTexts } = foretelling;
  return joinModules(
    riskAssessmentFeed(registry, foretelling),
    childFactorsFeed(registry, foretelling),
    ...(outcomes ? [childOutcomesFeed(registry, outcomes, outcomeTexts)] : []),
  );
}
