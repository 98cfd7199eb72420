import { Feed } from '../../../schema/feed.js';
import type { Day } from '../../../schema/calendar.js';
import type { ChildNumbers, FactorAnswers } from '../enforcement/factorAnswers.js';
import { Households } from '../factors/household.js';
import type { ChildNumber, Foretelling } from './foretelling.js';

/** Answers factors of the households that came; where they did not come, what came instead. */
export function answerFactors<Store>(
  households: Feed,
  { source, besides = [] }: Foretelling<Store>,
  store: Store,
  before: Day,
  tellsShown: boolean,
): FactorAnswers | Feed {
  const value: ChildNumbers = {
    name: 'value',
    size: source.factors.length,
    read: source.reader(store, before).read,
  };
  const numbers = [value, ...readNumbers(besides, store, before)];
  return ofHouseholds(households, (of) => ({ of, factors: source.factors, numbers, tellsShown }));
}

/** Answers numbers of the households that came. */
export function answerNumbers<Store>(
  households: Feed,
  numbers: readonly ChildNumber<Store>[],
  store: Store,
  before: Day,
  texts: FactorAnswers['texts'] = {},
): FactorAnswers | Feed {
  const read = readNumbers(numbers, store, before);
  return ofHouseholds(households, (of) => ({ of, factors: [], numbers: read, tellsShown: false, texts }));
}

/** The directive of a feed that numbers are computed into. */
export function computedLineage(
  exposes: readonly string[],
  ...made: readonly (readonly { readonly reads: readonly string[] }[])[]
): string {
  const computes = new Set(made.flat().flatMap(({ reads }) => reads));
  return `@lineage(exposes: ${listOf(exposes)}, computes: ${listOf([...computes])})`;
}

function readNumbers<Store>(
  numbers: readonly ChildNumber<Store>[],
  store: Store,
  before: Day,
): ChildNumbers[] {
  return numbers.map(({ name, size, reader }) => ({ name, size, read: reader(store, before) }));
}

function ofHouseholds(feed: Feed, answer: (of: Households) => FactorAnswers): FactorAnswers | Feed {
  if (feed.state !== 'data') return feed;
  const households = Households.from(feed);
  return households ? answer(households) : Feed.failed;
}

function listOf(coordinates: readonly string[]): string {
  return `[${coordinates.map((coordinate) => `"${coordinate}"`).join(', ')}]`;
}
