import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseDay } from '../../../../lib/calendar.js';
import {
  earliestDay,
  firstDayOf,
  lastDayOf,
  NO_PARTIAL_DAY,
  partialDay,
} from '../../../../lib/partialDate.js';
import { EPISODE_GAP_DAYS } from '../../../../registry-kit/contacts/contact.js';
import { type Episode, mergeEpisodes, type SectorContacts } from '../../../../subgraphs/paths/episodes.js';

type Contact = Omit<Episode, 'contacts'>;

const date = (text: string) =>
  partialDay(earliestDay(text)!, text.length === 4 ? 'year' : text.length === 7 ? 'month' : 'day');

const contact = (startedAt: string, changes: Partial<Contact> = {}): Contact => ({
  person: 1,
  sector: 'health',
  service: 'T11',
  startedAt: date(startedAt),
  endedAt: NO_PARTIAL_DAY,
  unit: 'U1',
  ...changes,
});

/** Episodes of contacts, passed by sector as registries do. */
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
    expect(merged([contact('2012-01-01'), contact('2012-03-31'), contact('2012-07-01')])).toEqual([
      { ...contact('2012-01-01'), endedAt: date('2012-03-31'), contacts: 2 },
      { ...contact('2012-07-01'), contacts: 1 },
    ]);
  });

  it('measure the gap from the end of the previous contact', () => {
    const [stay] = merged([contact('2012-01-01', { endedAt: date('2012-03-01') }), contact('2012-05-20')]);
    expect(stay).toMatchObject({ contacts: 2, endedAt: date('2012-05-20') });
  });

  it.each([
    ['person', { person: 2 }],
    ['sector', { sector: 'social' }],
    ['service', { service: 'T12' }],
  ])('do not join contacts of another %s', (_what, changes) => {
    expect(merged([contact('2012-01-01'), contact('2012-01-02', changes)])).toHaveLength(2);
  });

  it('name the unit when all contacts had the same', () => {
    const units = (...given: (string | null)[]) =>
      merged(given.map((unit) => contact('2012-01-01', { unit })))[0]!.unit;
    expect(units('U1', 'U1')).toBe('U1');
    expect(units('U1', 'U2')).toBeNull();
    expect(units('U1', null)).toBeNull();
  });

  it('are made of the chosen contacts only', () => {
    const other = contact('2012-02-01', { sector: 'social' });
    expect(merged([contact('2012-01-01'), other], ({ sector }) => sector === 'social')).toEqual([
      { ...other, contacts: 1 },
    ]);
  });

  it('use the smallest gap that masked dates allow', () => {
    expect(merged([contact('2012'), contact('2013')])).toHaveLength(1);
    expect(merged([contact('2012'), contact('2014')])).toHaveLength(2);
    expect(merged([contact('2012-01'), contact('2012-04')])).toHaveLength(1);
    expect(merged([contact('2012-01'), contact('2012-05')])).toHaveLength(2);
  });

  const dates = fc
    .tuple(
      fc.integer({ min: parseDay('2010-01-01')!, max: parseDay('2013-12-31')! }),
      fc.constantFrom('year', 'month', 'day'),
    )
    .map(([day, precision]) => partialDay(day, precision));
  const contacts = fc.array(
    fc
      .record({ startedAt: dates, service: fc.constantFrom('A', 'B'), person: fc.constantFrom(1, 2) })
      .map((rest) => contact('2012', rest)),
    { maxLength: 30 },
  );

  it('hold every contact once, and episodes of one service are more than the gap apart', () => {
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
            expect(
              firstDayOf(later.startedAt) - lastDayOf(Math.max(last.startedAt, last.endedAt)),
            ).toBeGreaterThan(EPISODE_GAP_DAYS);
        }
      }),
    );
  });
});
