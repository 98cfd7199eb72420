/**
 * @property registries/live-restrictions
 */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { carryAllMarks, liftPeople, type Marking, markPeople } from '../../cli/runtime/restrictPeople.js';
import { Secrets } from '../../cli/runtime/secrets.js';
import { formatDay } from '../../lib/calendar.js';
import { writeDurably } from '../../lib/durableFile.js';
import { Linkage } from '../../linkage/linkage.js';
import { hetu } from '../../linkage/localId.js';
import { codeAt, NO_DAY, rowRangeOf } from '../../registry-kit/columns/table.js';
import { extract, lockForExtraction } from '../../registry-kit/extraction/extract.js';
import { personFlagsRegistry } from '../../registry-kit/person-flags/personFlags.js';
import { readRestrictions } from '../../registry-kit/restrictions/restrictionFile.js';
import type { RestrictionKind } from '../../registry-kit/restrictions/restrictions.js';
import { openSnapshot, readManifest } from '../../registry-kit/snapshot/openSnapshot.js';
import { CURRENT } from '../../registry-kit/snapshot/snapshotDraft.js';
import { populationRegistry } from '../../subgraphs/population/tables.js';
import { until } from '../city/until.js';
import { codes, ExtractionSite, SECRET, smallExports } from './extractionExports.js';

let site: ExtractionSite;
let linkage: Linkage;

beforeEach(async () => {
  site = await ExtractionSite.create();
  linkage = await Linkage.open({
    dir: join(site.data, 'linkage'),
    secret: SECRET,
    expectedPersons: 100,
    onSave: carryAllMarks(site.data),
  });
});
afterEach(() => site.remove());

const secrets = new Secrets('none', { POLKU_LINKAGE_SECRET: SECRET.toString('base64') });
const always = { start: 0, end: NO_DAY };
const marking = (kind: RestrictionKind, registry: string, code: string): Marking => ({
  data: site.data,
  secrets,
  kind,
  registry,
  codes: code,
  scheme: hetu,
  by: 'a-test',
});
const extractPopulation = (maxShrink?: number) =>
  extract({
    registry: populationRegistry,
    source: site.source,
    data: site.data,
    linkage,
    synthetic: true,
    maxShrink,
  });
const keyOf = (code: string) => linkage.findPerson(hetu, code) as number;

/** The exports with more or fewer lines in some files of the population register. */
async function writePopulation(
  change: Readonly<Record<string, (lines: readonly string[]) => readonly string[]>>,
) {
  const files = smallExports()['population']!;
  const changed = Object.entries(change).map(([file, edit]) => [file, edit(files[file]!)]);
  await site.write({ population: { ...files, ...Object.fromEntries(changed) } });
}

const shielded = async () => {
  const { shields } = await readRestrictions(site.data, 'population');
  return new Map([...shields].map(([person, days]) => [person, days.map(({ start }) => formatDay(start))]));
};

describe('a mark of non-disclosure', () => {
  it('shields people who live with the person now, recomputed with every extraction', async () => {
    await extractPopulation();
    const [anna, bertil, cecilia] = [keyOf(codes.anna), keyOf(codes.bertil), keyOf(codes.cecilia)];
    await markPeople(marking('non-disclosure', 'population', codes.anna), always);
    expect(await shielded()).toEqual(
      new Map([
        [anna, ['1970-01-01']],
        [cecilia, ['2008-12-24']],
      ]),
    );

    await writePopulation({
      'perheet.csv': (lines) => [...lines, `P-1,${codes.bertil},vanhempi,2016-01-01,`],
    });
    await extractPopulation();
    expect((await shielded()).get(bertil)).toEqual(['2016-01-01']);

    await liftPeople(marking('non-disclosure', 'population', codes.anna));
    expect(await shielded()).toEqual(new Map());
  });

  it('keeps the district of the person out of what is published to other registries', async () => {
    const district = async () => {
      const { persons } = (await openSnapshot(site.data, personFlagsRegistry)).tables;
      return codeAt(persons.columns.district, rowRangeOf(persons, keyOf(codes.anna))[0]);
    };
    await writePopulation({ 'turvakiellot.csv': ([header]) => [header!] });
    await extractPopulation();
    expect(await district()).toBe('111');
    await markPeople(marking('non-disclosure', 'population', codes.anna), always);
    await extractPopulation();
    expect(await district()).toBeUndefined();
  });

  it('waits for its families when a newer population is about to be published', async () => {
    await extractPopulation();
    const { snapshotId: before } = await readManifest(site.data, populationRegistry);
    await writePopulation({
      'perheet.csv': (lines) => [...lines, `P-1,${codes.bertil},vanhempi,2016-01-01,`],
    });
    const { snapshotId: after } = await extractPopulation();
    // The state between the publication of the person flags and that of the population.
    const appear = (id: string) => writeDurably(join(site.data, 'population', CURRENT), `${id}\n`);
    await appear(before);
    const unlock = await lockForExtraction(site.data);
    const marked = markPeople(marking('non-disclosure', 'population', codes.anna), always);
    await until(async () => (await shielded()).size === 2);
    await appear(after);
    await unlock();
    await marked;
    expect((await shielded()).get(keyOf(codes.bertil))).toEqual(['2016-01-01']);
  });
});

describe('a mark on a person', () => {
  it('follows the person when two codes are merged, before a snapshot holds the merged key', async () => {
    const other = `${codes.annaBefore},Korhonen,Anna,1980-02-01,2,fi,`;
    await writePopulation({
      'henkilot.csv': (lines) => [...lines, other],
      'tunnusmuutokset.csv': ([header]) => [header!],
    });
    await extractPopulation();
    const keys = [keyOf(codes.anna), keyOf(codes.annaBefore)];
    expect(keys[0]).not.toBe(keys[1]);
    // Either key may be the younger one: both have a mark, each in another registry.
    await markPeople(marking('erasure', 'health', codes.anna), always);
    await markPeople(marking('erasure', 'social', codes.annaBefore), always);

    await writePopulation({});
    // Two of four rows become one.
    await extractPopulation(50);
    const now = keyOf(codes.anna);
    expect(keyOf(codes.annaBefore)).toBe(now);
    for (const registry of ['health', 'social'])
      expect((await readRestrictions(site.data, registry)).people.erasure.has(now)).toBe(true);
    const changes = await Promise.all(
      ['health', 'social'].map(async (registry) => (await readRestrictions(site.data, registry)).changes),
    );
    expect(changes.flat().filter(({ action }) => action === 'carry')).toEqual([
      { time: expect.any(String), action: 'carry', kind: 'erasure', people: 1, by: 'extract' },
    ]);

    for (const registry of ['health', 'social']) {
      expect(await liftPeople(marking('erasure', registry, codes.anna))).toBe(1);
      expect((await readRestrictions(site.data, registry)).people.erasure.size).toBe(0);
    }
  });
});
