import { addYears, type Day, parseDay } from '../../../schema/calendar.js';
import { PolkuError } from '../../../schema/polkuError.js';
import type { Feed } from '../../../schema/feed.js';
import { formatQuarter } from '../../../schema/quarter.js';
import type { CodeLists } from '../../registry/codes.js';
import type { Factor } from '../../registry/factors/factor.js';
import { Households, SOMEBODY } from '../../registry/factors/household.js';
import { HORIZON_YEARS } from '../../registry/factors/horizon.js';
import { FamilyComponents } from './familyComponents.js';
import type { RiskGrouping, RiskTable } from './riskTable.js';

/** What registries told of all children as of one quarter. */
export interface BlockFeeds {
  /** The first day of the quarter. */
  readonly asOf: Day;
  readonly households: Feed;
  /** By registry, in the order of `factors`. */
  readonly factors: ReadonlyMap<string, Feed>;
  readonly population: Feed;
  readonly social: Feed;
}

/** Whole years of age on the day of a block. */
export const AGE_FACTOR = 'population.child.age';

/** A child in the feeds of one block: the place in each, by name of the feed. */
interface Row {
  readonly block: number;
  readonly child: number;
  readonly places: Readonly<Record<string, number>>;
}

/**
 * Puts together what registries told of children as of some quarters. A child is in it whom every registry told of, and who is
 * no client of child protection on that day.
 * @throws PolkuError RISK_TABLE_INCOMPLETE where a registry withheld its feed or failed
 */
export function assembleTable(
  blocks: readonly BlockFeeds[],
  factors: readonly Factor[],
  populationCodes: CodeLists,
): RiskTable {
  for (const block of blocks) checkWhole(block);
  const rows = blocks.flatMap(rowsOf);
  const numberOf = (row: Row, feed: string, column: string, at = 0): number => {
    const { columns } = feedOf(blocks[row.block]!, feed);
    const children = (columns['child'] as Uint32Array).length;
    return (columns[column] as Float32Array)[at * children + row.places[feed]!]!;
  };
  const columns = factorColumns(blocks, rows, factors);
  const age = columns[factors.findIndex(({ id }) => id === AGE_FACTOR)]!;
  const table = {
    rows: rows.length,
    factors,
    columns,
    blocks: blocks.map(({ asOf }) => asOf),
    block: Uint8Array.from(rows, ({ block }) => block),
    person: Uint32Array.from(rows, ({ child }) => child),
    family: familiesOf(blocks, rows),
    exposure: new Float32Array(rows.length * HORIZON_YEARS),
    observed: new Float32Array(rows.length * HORIZON_YEARS),
    outcome: new Uint8Array(rows.length),
    groupings: groupingsOf(blocks, rows, age, numberOf, populationCodes),
  };
  const dataUntil = blocks.map(({ social }) => parseDay((social.columns['dataUntil'] as string[])[0]!)!);
  rows.forEach((row, index) => {
    const { asOf } = blocks[row.block]!;
    const until = Math.min(numberOf(row, 'population', 'until'), dataUntil[row.block]!);
    const clientFrom = numberOf(row, 'social', 'clientFrom');
    for (let year = 0; year < HORIZON_YEARS; year++) {
      const [start, next] = [addYears(asOf, year), addYears(asOf, year + 1)];
      const exposure = numberOf(row, 'population', 'exposure', year);
      const seen = Math.min(1, Math.max(0, (until + 1 - start) / (next - start)));
      const at = index * HORIZON_YEARS + year;
      table.exposure[at] = exposure;
      if (table.outcome[index] !== 0) continue;
      table.observed[at] = Math.min(exposure, seen);
      if (clientFrom >= start && clientFrom < next && clientFrom <= until && exposure > 0)
        table.outcome[index] = year + 1;
    }
  });
  return table;
}

function checkWhole(block: BlockFeeds): void {
  const feeds = [
    ['population', block.households],
    ...block.factors,
    ['population', block.population],
    ['social', block.social],
  ] as const;
  const missing = feeds.filter(([, { state }]) => state !== 'data');
  if (missing.length === 0) return;
  const told = [...new Set(missing.map(([registry, { state }]) => `${registry}: ${state}`))];
  throw new PolkuError(
    'RISK_TABLE_INCOMPLETE',
    `Not every registry tells of the children as of ${formatQuarter(block.asOf)} (${told.join(', ')}). A registry that withholds ` +
      'must release ChildFactors and ChildOutcomes under "derive" to the purpose and role of who trains.',
    { registries: told },
  );
}

function feedOf(block: BlockFeeds, name: string): Feed {
  if (name === 'population' || name === 'social') return block[name];
  return block.factors.get(name.slice('factors:'.length))!;
}

function rowsOf(block: BlockFeeds, number: number): Row[] {
  const names = [
    'population',
    'social',
    ...[...block.factors.keys()].map((registry) => `factors:${registry}`),
  ];
  const places = names.map((name) => {
    const children = feedOf(block, name).columns['child'] as Uint32Array;
    return [name, new Map(Array.from(children, (child, place) => [child, place]))] as const;
  });
  const client = block.social.columns['client'] as Float32Array;
  const rows: Row[] = [];
  for (const [child, place] of places[1]![1]) {
    if (client[place] !== 0 || !places.every(([, of]) => of.has(child))) continue;
    rows.push({
      block: number,
      child,
      places: Object.fromEntries(places.map(([name, of]) => [name, of.get(child)!])),
    });
  }
  return rows;
}

function factorColumns(
  blocks: readonly BlockFeeds[],
  rows: readonly Row[],
  factors: readonly Factor[],
): Float32Array[] {
  const placeOf = new Map<string, readonly [registry: string, place: number]>();
  for (const [registry, { columns }] of blocks[0]!.factors)
    (columns['factor'] as string[]).forEach((id, place) => placeOf.set(id, [registry, place]));
  return factors.map(({ id }) => {
    const [registry, place] = placeOf.get(id)!;
    const values = blocks.map((block) => {
      const { columns } = block.factors.get(registry)!;
      const children = (columns['child'] as Uint32Array).length;
      return (columns['value'] as Float32Array).subarray(place * children, (place + 1) * children);
    });
    return Float32Array.from(rows, (row) => values[row.block]![row.places[`factors:${registry}`]!]!);
  });
}

function familiesOf(blocks: readonly BlockFeeds[], rows: readonly Row[]): Uint32Array {
  const components = new FamilyComponents();
  for (const { households: feed } of blocks) {
    const households = Households.from(feed)!;
    for (let index = 0; index < households.children.length; index++) {
      const { child, parents, siblings } = households.at(index);
      components.join([child, ...parents, ...siblings].filter((person) => person !== SOMEBODY));
    }
  }
  return Uint32Array.from(rows, ({ child }) => components.of(child));
}

const AGES = ['0-2', '3-6', '7-12', '13-17'];
const ageBand = (age: number): number => (age < 3 ? 0 : age < 7 ? 1 : age < 13 ? 2 : 3);

function groupingsOf(
  blocks: readonly BlockFeeds[],
  rows: readonly Row[],
  age: Float32Array,
  numberOf: (row: Row, feed: string, column: string) => number,
  codes: CodeLists,
): RiskGrouping[] {
  const textOf = (row: Row, column: string, texts: string): string =>
    (blocks[row.block]!.population.columns[texts] as string[])[numberOf(row, 'population', column)] ??
    'unknown';
  const named = (name: string, labels: readonly string[], labelOf: (row: Row) => string): RiskGrouping => ({
    name,
    labels,
    values: Uint8Array.from(rows, (row) => Math.max(0, labels.indexOf(labelOf(row)))),
  });
  const districts = codes.get('districts')!;
  const areas = [...codes.get('areas')!.keys()];
  return [
    named('sex', ['female', 'male'], (row) => textOf(row, 'sex', 'sexes')),
    { name: 'age', labels: AGES, values: Uint8Array.from(age, ageBand) },
    named(
      'district',
      ['unknown', ...areas],
      (row) => districts.get(textOf(row, 'district', 'districts'))?.area ?? 'unknown',
    ),
    named('language', ['fi', 'sv', 'other'], (row) => {
      const language = textOf(row, 'language', 'languages');
      return language === 'fi' || language === 'sv' ? language : 'other';
    }),
    named(
      'familyType',
      ['no parent', 'one parent', 'two parents'],
      (row) => ['no parent', 'one parent'][numberOf(row, 'population', 'parents')] ?? 'two parents',
    ),
  ];
}
