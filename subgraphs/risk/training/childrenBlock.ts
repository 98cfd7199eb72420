import { type Day, parseDay } from '../../../schema/calendar.js';
import type { Feed } from '../../../schema/feed.js';
import type { PersonKey } from '../../../schema/keys.js';
import { PolkuError } from '../../../schema/polkuError.js';
import { formatQuarter } from '../../../schema/quarter.js';
import { Households, SOMEBODY } from '../../registry/factors/household.js';
import { ChildColumns, type ToldFeed } from '../childColumns.js';

/** What registries told of all children as of one quarter. */
export interface ChildrenFeeds {
  /** The first day of the quarter. */
  readonly asOf: Day;
  readonly households: Feed;
  /** `ChildFactors`, by registry. */
  readonly factors: ReadonlyMap<string, Feed>;
  /** `ChildOutcomes` of the population register and of social services. */
  readonly population: Feed;
  readonly social: Feed;
}

/** The children of one quarter whom every registry told of and who are no clients of child protection; each column is in their order. */
export class ChildrenBlock {
  private constructor(
    private readonly feeds: ChildrenFeeds,
    private readonly columns: ChildColumns,
  ) {}

  /** @throws PolkuError RISK_TABLE_INCOMPLETE where a registry withheld its feed or failed */
  static async of(feeds: ChildrenFeeds): Promise<ChildrenBlock> {
    checkWhole(feeds);
    const { factors, population, social } = feeds;
    const told: ToldFeed[] = [...factors, ['population', population], ['social', social]];
    return new ChildrenBlock(feeds, await ChildColumns.of(told, ['social', social]));
  }

  get children(): Uint32Array {
    return this.columns.children;
  }

  get asOf(): Day {
    return this.feeds.asOf;
  }

  get size(): number {
    return this.children.length;
  }

  /** The last day that the registers reach. */
  get dataUntil(): Day {
    return parseDay((this.feeds.social.columns['dataUntil'] as string[])[0]!)!;
  }

  /** Numbers of the outcomes of a register. @param at which of several under one name */
  outcome(registry: 'population' | 'social', name: string, at = 0): Float32Array {
    return this.columns.numbers([registry, this.feeds[registry]], name, at);
  }

  /** Texts that the population register tells by their number in a dictionary; undefined where there is none. */
  texts(name: string, dictionary: string): (string | undefined)[] {
    const texts = this.feeds.population.columns[dictionary] as string[];
    return Array.from(this.outcome('population', name), (number) => texts[number]);
  }

  factor(registry: string, id: string): Float32Array {
    return this.columns.factor([registry, this.feeds.factors.get(registry)!], id);
  }

  /** Who lives with whom, everybody who is known. */
  *households(): Iterable<readonly PersonKey[]> {
    const households = Households.from(this.feeds.households)!;
    for (let index = 0; index < households.children.length; index++) {
      const { child, parents, siblings } = households.at(index);
      yield [child, ...parents, ...siblings].filter((person) => person !== SOMEBODY);
    }
  }
}

function checkWhole({ asOf, households, factors, population, social }: ChildrenFeeds): void {
  const feeds = [
    ['population', households],
    ...factors,
    ['population', population],
    ['social', social],
  ] as const;
  const missing = feeds.filter(([, { state }]) => state !== 'data');
  if (missing.length === 0) return;
  const told = [...new Set(missing.map(([registry, { state }]) => `${registry}: ${state}`))];
  throw new PolkuError(
    'RISK_TABLE_INCOMPLETE',
    `Not every registry tells of the children as of ${formatQuarter(asOf)} (${told.join(', ')}). An owner who withholds must release ` +
      'ChildFactors and ChildOutcomes under "derive" to the purpose and role of who trains.',
    { registries: told },
  );
}
