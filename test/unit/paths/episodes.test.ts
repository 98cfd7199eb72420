import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { firstDayOf, lastDayOf } from '../../../schema/partialDay.js';
import { type Episode, mergeEpisodes } from '../../../subgraphs/paths/episodes.js';
import type { SectorContacts } from '../../../subgraphs/paths/sectorContacts.js';
import { EPISODE_GAP_DAYS } from '../../../subgraphs/registry/contacts/episodeGap.js';

type Contact = Omit<Episode, 'contacts'>;

const contact = (startedAt: number, changes: Partial<Contact> = {}): Contact => ({
  person: 1,
  sector: 'health',
  service: 'T11',
  startedAt,
  endedAt: 0,
  unit: 'U1',
  ...changes,
});

/** Episodes of contacts, handed over by sector as registries do. */
function merged(contacts: readonly Contact[], chosen = (_contact: Contact) => true): Episode[] {
  const sectors = [...new Set(contacts.map(({ sector }) => sector))].map((sector): SectorContacts => {
    const own = contacts.filter((one) => one.sector === sector);
    return {
      sector,
      person: Uint32Array.from(own, ({ person }) => person),
      service: own.map(({ service }) => service),
      startedAt: own.map(({ startedAt }) => startedAt),
      endedAt: own.map(({ endedAt }) => endedAt),
      unit: own.map(({ unit }) => unit),
    };
  });
  return mergeEpisodes(sectors, ({ sector }, row) =>
    chosen(contacts.filter((one) => one.sector === sector)[row]!),
  );
}

describe('episodes', () => {
  it('join contacts of one service that are at most 90 days apart', () => {
    expect(merged([contact(20120101), contact(20120331), contact(20120701)])).toEqual([
      { ...contact(20120101), endedAt: 20120331, contacts: 2 },
      { ...contact(20120701), contacts: 1 },
    ]);
  });

  it('measure the gap from the end of the contact before', () => {
    const [stay] = merged([contact(20120101, { endedAt: 20120301 }), contact(20120520)]);
    expect(stay).toMatchObject({ contacts: 2, endedAt: 20120520 });
  });

  it.each([
    ['person', { person: 2 }],
    ['sector', { sector: 'social' }],
    ['service', { service: 'T12' }],
  ])('do not join contacts of another %s', (_what, changes) => {
    expect(merged([contact(20120101), contact(20120102, changes)])).toHaveLength(2);
  });

  it('name the unit where all contacts had the same', () => {
    const units = (...given: (string | null)[]) =>
      merged(given.map((unit) => contact(20120101, { unit })))[0]!.unit;
    expect(units('U1', 'U1')).toBe('U1');
    expect(units('U1', 'U2')).toBeNull();
    expect(units('U1', null)).toBeNull();
  });

  it('are of chosen contacts only', () => {
    const other = contact(20120201, { sector: 'social' });
    expect(merged([contact(20120101), other], ({ sector }) => sector === 'social')).toEqual([
      { ...other, contacts: 1 },
    ]);
  });

  it('take the smallest gap that masked dates can mean', () => {
    expect(merged([contact(20120000), contact(20130000)])).toHaveLength(1);
    expect(merged([contact(20120000), contact(20140000)])).toHaveLength(2);
    expect(merged([contact(20120100), contact(20120400)])).toHaveLength(1);
    expect(merged([contact(20120100), contact(20120500)])).toHaveLength(2);
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
        const episodes = merged(rows);
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
