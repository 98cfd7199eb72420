import { PolkuError } from '../../../lib/errors.js';
import { answerName, EVERYBODY } from '../../../registry-kit/criteria/cohortQuestion.js';
import type { YearlyMemberships } from '../../../registry-kit/criteria/familyTypes.js';
import type { Feeds } from '../../../registry-kit/feeds/derivedEntity.js';
import { Feed } from '../../../schema/feed.js';
import { inLanguage, type Language, type LocalizedText } from '../../../schema/language.js';
import { PersonSet } from '../../../schema/personSet.js';
import { type CohortSource, sourceOf } from '../cohortsStore.js';
import type { GroupFacts } from './evaluate.js';

const nobody = PersonSet.below(0);

/**
 * Reads the feeds of a cohort.
 * @param language of messages
 * @throws PolkuError SUBGRAPH_UNAVAILABLE if a required registry did not answer, PURPOSE_NOT_PERMITTED if it
 * does not release the data, NOT_IN_REGISTER if its system does not store it
 */
export function groupFacts(feeds: Feeds, sources: readonly CohortSource[], language: Language): GroupFacts {
  const population = answered(feeds, 'population', language);
  const column = <Column>(feed: Feed, name: string): Column => {
    const values = feed.columns[name];
    if (!values) throw noAnswer(language);
    return values as Column;
  };
  const withheldIn = (feed: Feed, name: string): PersonSet => {
    const words = feed.columns[`withheld:${name}`] as Uint32Array | undefined;
    return words ? new PersonSet(words) : nobody;
  };
  const feedOf = (criterion: string, name: string): Feed => {
    const { registry } = sourceOf(sources, criterion)!;
    const feed = answered(feeds, registry, language);
    const missing = feed.columns[`absent:${name}`] as readonly string[] | undefined;
    if (missing) throw notStored(registry, missing[0]!);
    return feed;
  };
  const everybody = new PersonSet(column(population, EVERYBODY));
  const membership = <Name extends keyof YearlyMemberships>(name: Name) =>
    column<YearlyMemberships[Name]>(population, `membership.${name}`);
  return {
    everybody: everybody.minus(withheldIn(population, EVERYBODY)),
    get memberships() {
      requireStored(population, 'population', 'memberships');
      const [person, family, parent] = [membership('person'), membership('family'), membership('parent')];
      return { person, family, parent, firstYear: membership('firstYear'), lastYear: membership('lastYear') };
    },
    persons: (filter) => {
      const [name, feed] = [
        answerName(filter, 'persons'),
        feedOf(filter.criterion, answerName(filter, 'persons')),
      ];
      return { found: new PersonSet(column(feed, name)), withheld: withheldIn(feed, name) };
    },
    events: (filter) => {
      const [name, feed] = [
        answerName(filter, 'events'),
        feedOf(filter.criterion, answerName(filter, 'events')),
      ];
      return {
        person: column(feed, `person:${name}`),
        day: column(feed, `day:${name}`),
        withheld: withheldIn(feed, name),
      };
    },
  };
}

/**
 * Returns the feed of a registry, which must have data.
 * @param language of the refusal
 * @throws PolkuError SUBGRAPH_UNAVAILABLE, PURPOSE_NOT_PERMITTED
 */
export function answered(feeds: Feeds, registry: string, language: Language): Feed {
  const feed = feeds.get(registry) ?? Feed.failed;
  if (feed.state === 'failed')
    throw new PolkuError('SUBGRAPH_UNAVAILABLE', `The registry ${registry} did not answer.`, { registry });
  if (feed.state === 'withheld')
    throw notReleased(
      {
        en: `The owner of ${registry} does not release the data of this question to groups for this purpose.`,
        fi: `Rekisterin ${registry} omistaja ei luovuta tämän kysymyksen tietoja ryhmistä tähän tarkoitukseen.`,
        sv: `Ägaren av registret ${registry} lämnar inte ut uppgifterna i den här frågan om grupper för detta ändamål.`,
      },
      language,
      { registry },
    );
  return feed;
}

/**
 * Refuses to count data that the registry's system does not store. The number would be 0, or too small to be
 * published, for the wrong reason.
 * @param what a table, or a column as `table.column`
 * @throws PolkuError NOT_IN_REGISTER if the registry's system does not store it
 */
export function requireStored(feed: Feed, registry: string, what: string): void {
  if ((feed.columns['absent'] as readonly string[] | undefined)?.includes(what))
    throw notStored(registry, what);
}

function notStored(registry: string, what: string): PolkuError {
  return new PolkuError(
    'NOT_IN_REGISTER',
    `The system behind ${registry} does not store ${what}, so this cannot be counted. "registries { name absent }" lists what is not stored.`,
    { registry, absent: what },
  );
}

/** Policy removed a column from an allowed feed, or the registry runs another version of the program. */
function noAnswer(language: Language): PolkuError {
  return notReleased(
    {
      en: 'The population register does not release the data of this question to groups for this purpose.',
      fi: 'Väestörekisteri ei luovuta tämän kysymyksen tietoja ryhmistä tähän tarkoitukseen.',
      sv: 'Befolkningsregistret lämnar inte ut uppgifterna i den här frågan om grupper för detta ändamål.',
    },
    language,
    { registry: 'population' },
  );
}

/** The refusal of a question about groups, in the language of its request. */
export function notReleased(
  reason: LocalizedText,
  language: Language,
  extensions: Readonly<Record<string, unknown>>,
): PolkuError {
  return new PolkuError('PURPOSE_NOT_PERMITTED', inLanguage(reason, language), extensions);
}
