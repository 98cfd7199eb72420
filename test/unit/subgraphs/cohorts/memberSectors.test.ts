/**
 * @property groups/listed-items
 */
import { expect, it } from '@jest/globals';
import { Feed } from '../../../../schema/feed.js';
import { DEFAULT_LANGUAGE } from '../../../../schema/language.js';
import { PersonSet } from '../../../../schema/personSet.js';
import { memberSectors, serviceAt, serviceSets } from '../../../../subgraphs/cohorts/members.js';

const contacts = (services: readonly string[], service: readonly number[]) =>
  Feed.data({
    services,
    'person:contacts': Uint32Array.from(service, (_, row) => row),
    'day:contacts': Int32Array.from(service, () => 0),
    'end:contacts': Int32Array.from(service, () => 0),
    'service:contacts': Uint16Array.from(service),
  });
const lists: Readonly<Record<string, readonly string[]>> = { a: ['A1', 'A2', 'A3'], b: ['B1'], c: ['C1'] };
const codes = (registry: string) => lists[registry]!;

it('numbers all services of the code lists, used or not', async () => {
  const feeds = new Map([
    ['a', contacts(['A3', 'A1'], [0, 1, 0])],
    ['c', Feed.withheld],
    ['b', contacts(['B1'], [0])],
  ]);
  const sectors = memberSectors(feeds, ['a', 'c', 'b'], { codes }, DEFAULT_LANGUAGE);
  const sets = await serviceSets(PersonSet.all(32), sectors, 1, () => 0);
  expect(sets.map((_, number) => serviceAt(sectors, number).service)).toEqual(['A1', 'A2', 'A3', 'B1']);
  expect(sets.map(([users]) => [...users!.keys])).toEqual([[1], [], [0, 2], [0]]);
});

it('throws if a registry did not answer', () => {
  expect(() => memberSectors(new Map([['a', Feed.failed]]), ['a'], { codes }, DEFAULT_LANGUAGE)).toThrow(
    'did not answer',
  );
});
