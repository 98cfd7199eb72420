import { Feed } from '../../../schema/feed.js';
import { PersonSet } from '../../../schema/personSet.js';
import { PolkuError } from '../../../schema/polkuError.js';
import { feedsIn } from '../../registry/feeds/feedFields.js';
import { EVERYBODY, leafName } from '../../registry/groups/cohortQuestion.js';
import type { YearlyMemberships } from '../../registry/groups/familyTypes.js';
import { type CohortSource, sourceOf } from '../cohortSource.js';
import type { GroupFacts } from './evaluate.js';

/** What registries told of one question, by registry. */
export type FeedsByRegistry = ReadonlyMap<string, Feed>;

const nobody = PersonSet.below(0);

/**
 * Reads the feeds of a cohort.
 * @throws PolkuError SUBGRAPH_UNAVAILABLE where a registry that is needed did not answer, PURPOSE_NOT_PERMITTED where it
 * does not release what is asked
 */
export function groupFacts(feeds: FeedsByRegistry, sources: readonly CohortSource[]): GroupFacts {
  const population = answered(feeds, 'population');
  const column = <Column>(feed: Feed, name: string): Column => {
    const values = feed.columns[name];
    if (!values) throw noAnswer();
    return values as Column;
  };
  const withheldIn = (feed: Feed, name: string): PersonSet => {
    const words = feed.columns[`withheld:${name}`] as Uint32Array | undefined;
    return words ? new PersonSet(words) : nobody;
  };
  const feedOf = (criterion: string): Feed => answered(feeds, sourceOf(sources, criterion)!.registry);
  const everybody = new PersonSet(column(population, EVERYBODY));
  const membership = <Name extends keyof YearlyMemberships>(name: Name) =>
    column<YearlyMemberships[Name]>(population, `membership.${name}`);
  return {
    everybody: everybody.minus(withheldIn(population, EVERYBODY)),
    get memberships() {
      const [person, family, parent] = [membership('person'), membership('family'), membership('parent')];
      return { person, family, parent, firstYear: membership('firstYear'), lastYear: membership('lastYear') };
    },
    persons: (leaf) => {
      const [name, feed] = [leafName(leaf, 'persons'), feedOf(leaf.criterion)];
      return { found: new PersonSet(column(feed, name)), withheld: withheldIn(feed, name) };
    },
    events: (leaf) => {
      const [name, feed] = [leafName(leaf, 'events'), feedOf(leaf.criterion)];
      return {
        person: column(feed, `person:${name}`),
        day: column(feed, `day:${name}`),
        withheld: withheldIn(feed, name),
      };
    },
  };
}

/** The feed of a registry, which must have come. */
export function answered(feeds: FeedsByRegistry, registry: string): Feed {
  const feed = feeds.get(registry) ?? Feed.failed;
  if (feed.state === 'failed')
    throw new PolkuError('SUBGRAPH_UNAVAILABLE', `The registry ${registry} did not answer.`, { registry });
  if (feed.state === 'withheld')
    throw new PolkuError(
      'PURPOSE_NOT_PERMITTED',
      `The owner of ${registry} does not release to groups what is asked of it for this purpose.`,
      { registry },
    );
  return feed;
}

/** A column that policy leaves out of a feed that flows, or another version of the program. */
function noAnswer(): PolkuError {
  return new PolkuError(
    'PURPOSE_NOT_PERMITTED',
    'The population register does not release to groups what is asked of it for this purpose.',
    { registry: 'population' },
  );
}

/** The feeds that an entity came with. */
export function feedsOf(holder: object, registries: readonly string[]): FeedsByRegistry {
  return new Map(feedsIn({ ...holder }, registries));
}
