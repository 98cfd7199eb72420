import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { firstDayOf, lastDayOf } from '../../../schema/partialDay.js';
import type { ContactRow } from '../../../subgraphs/paths/contactRow.js';
import { mergeEpisodes } from '../../../subgraphs/paths/episodes.js';
import { EPISODE_GAP_DAYS } from '../../../subgraphs/registry/contacts/episodeGap.js';

const contact = (startedAt: number, changes: Partial<ContactRow> = {}): ContactRow => ({
  person: 1,
  sector: 'health',
  service: 'T11',
  startedAt,
  endedAt: 0,
  unit: 'U1',
  ...changes,
});

describe('episodes', () => {
  it('join contacts of one service that are at most 90 days apart', () => {
    expect(mergeEpisodes([contact(20120101), contact(20120331), contact(20120701)])).toEqual([
      { ...contact(20120101), endedAt: 20120331, contacts: 2 },
      { ...contact(20120701), contacts: 1 },
    ]);
  });

  it('measure the gap from the end of the contact before', () => {
    const [stay] = mergeEpisodes([contact(20120101, { endedAt: 20120301 }), contact(20120520)]);
    expect(stay).toMatchObject({ contacts: 2, endedAt: 20120520 });
  });

  it.each([
    ['person', { person: 2 }],
    ['sector', { sector: 'social' }],
    ['service', { service: 'T12' }],
  ])('do not join contacts of another %s', (_what, changes) => {
    expect(mergeEpisodes([contact(20120101), contact(20120102, changes)])).toHaveLength(2);
  });

  it('name the unit where all contacts had the same', () => {
    const units = (...given: (string | null)[]) =>
      mergeEpisodes(given.map((unit) => contact(20120101, { unit })))[0]!.unit;
    expect(units('U1', 'U1')).toBe('U1');
    expect(units('U1', 'U2')).toBeNull();
    expect(units('U1', null)).toBeNull();
  });

  it('take the smallest gap that masked dates can mean', () => {
    expect(mergeEpisodes([contact(20120000), contact(20130000)])).toHaveLength(1);
    expect(mergeEpisodes([contact(20120000), contact(20140000)])).toHaveLength(2);
    expect(mergeEpisodes([contact(20120100), contact(20120400)])).toHaveLength(1);
    expect(mergeEpisodes([contact(20120100), contact(20120500)])).toHaveLength(2);
  });

  const dates = fc.integer({ min: 2010, max: 2013 }).chain((year) =>
    fc.oneof(
      fc.constant(year * 10_000),
      fc.integer({ min: 1, max: 12 }).map((month) => year * 10_000 + month * 100),
      fc
        .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
        .map(([month, day]) => year * 10_000 + month * 100 + day),
    ),
  );
  const contacts = fc.array(
    fc
      .record({ startedAt: dates, service: fc.constantFrom('A', 'B'), person: fc.constantFrom(1, 2) })
      .map(({ startedAt, ...rest }) => contact(startedAt, rest)),
    { maxLength: 30 },
  );

  it('hold every contact once, and no two of a run closer than the gap', () => {
    fc.assert(
      fc.property(contacts, (rows) => {
        const episodes = mergeEpisodes(rows);
        expect(episodes.reduce((sum, episode) => sum + episode.contacts, 0)).toBe(rows.length);
        for (const [index, later] of episodes.entries()) {
          const run = episodes
            .slice(0, index)
            .filter((other) => other.person === later.person && other.service === later.service);
          const last = run.at(-1);
          if (last)
            expect(firstDayOf(later.startedAt) - lastDayOf(last.endedAt || last.startedAt)).toBeGreaterThan(
              EPISODE_GAP_DAYS,
            );
        }
      }),
    );
  });
});
