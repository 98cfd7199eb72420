import { type Day, formatQuarter, parseDay } from '../../lib/calendar.js';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { PolkuError } from '../../lib/errors.js';
import { ChildHouseholds, UNKNOWN_PERSON } from '../../registry-kit/features/feature.js';
import type { Feed } from '../../schema/feed.js';
import type { PersonKey } from '../../schema/keys.js';
import { otherForm } from '../model/riskStore.js';

/** The feeds of all registries about all children as of one quarter. */
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

/**
 * The children of one quarter who are in every registry's feed and are no clients of child protection. Each
 * column is in their order.
 */
export class ChildrenBlock {
  private constructor(
    private readonly feeds: ChildrenFeeds,
    private readonly columns: ChildColumns,
  ) {}

  /** @throws PolkuError RISK_TABLE_INCOMPLETE if a registry withheld its feed or failed */
  static async of(feeds: ChildrenFeeds): Promise<ChildrenBlock> {
    checkWhole(feeds);
    const { factors, population, social } = feeds;
    const own: RegistryFeed[] = [...factors, ['population', population], ['social', social]];
    return new ChildrenBlock(feeds, await ChildColumns.of(own, ['social', social]));
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

  /** The last day that the registers cover. */
  get dataUntil(): Day {
    return parseDay((this.feeds.social.columns['dataUntil'] as string[])[0]!)!;
  }

  /**
   * Numbers from the outcomes of a register.
   * @param at the index among several numbers under one name
   */
  outcome(registry: 'population' | 'social', name: string, at = 0): Float32Array {
    return this.columns.numbers([registry, this.feeds[registry]], name, at);
  }

  /** Texts that the population register encodes as numbers of a dictionary; undefined if there is none. */
  texts(name: string, dictionary: string): (string | undefined)[] {
    const texts = this.feeds.population.columns[dictionary] as string[];
    return Array.from(this.outcome('population', name), (number) => texts[number]);
  }

  factor(registry: string, id: string): Float32Array {
    return this.columns.factor([registry, this.feeds.factors.get(registry)!], id);
  }

  /** The known members of each household. */
  *households(): Iterable<readonly PersonKey[]> {
    const households = ChildHouseholds.from(this.feeds.households)!;
    for (let index = 0; index < households.children.length; index++) {
      const { child, parents, siblings } = households.at(index);
      yield [child, ...parents, ...siblings].filter((person) => person !== UNKNOWN_PERSON);
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
  const states = [...new Set(missing.map(([registry, { state }]) => `${registry}: ${state}`))];
  throw new PolkuError(
    'RISK_TABLE_INCOMPLETE',
    `Not every registry reports on the children as of ${formatQuarter(asOf)} (${states.join(', ')}). An owner who withholds must release ` +
      'ChildFactors and ChildOutcomes under "derive" to the purpose and role that train the model.',
    { registries: states },
  );
}

/** A registry's feed about some children. */
export type RegistryFeed = readonly [registry: string, feed: Feed];

/**
 * The children who are in all of some feeds and are no clients of child protection. Each column is in their
 * order.
 */
export class ChildColumns {
  private constructor(
    readonly children: Uint32Array,
    private readonly places: ReadonlyMap<Feed, Uint32Array>,
  ) {}

  /**
   * Joins feeds by child.
   * @param feeds each of them data
   * @param clients the one of them that says who is a client
   * @throws PolkuError SUBGRAPH_UNAVAILABLE if a registry answers in another form
   */
  static async of(feeds: readonly RegistryFeed[], clients: RegistryFeed): Promise<ChildColumns> {
    const scheduler = new CooperativeScheduler();
    const indexed: { readonly feed: Feed; readonly places: Map<PersonKey, number> }[] = [];
    for (const one of feeds) {
      const [children, places] = [childrenOf(one), new Map<PersonKey, number>()];
      await scheduler.forEachChunk(children.length, (from, to) => {
        for (let place = from; place < to; place++) places.set(children[place]!, place);
      });
      indexed.push({ feed: one[1], places });
    }
    const { client } = clients[1].columns;
    if (!(client instanceof Float32Array)) throw otherForm(clients[0]);
    const all = childrenOf(clients);
    const children = new Uint32Array(all.length);
    let count = 0;
    await scheduler.forEachChunk(all.length, (from, to) => {
      for (let place = from; place < to; place++)
        if (client[place] === 0 && indexed.every(({ places }) => places.has(all[place]!)))
          children[count++] = all[place]!;
    });
    const found = children.subarray(0, count);
    const placesOf = new Map<Feed, Uint32Array>();
    for (const { feed, places } of indexed) {
      const inFeed = new Uint32Array(count);
      await scheduler.forEachChunk(count, (from, to) => {
        for (let child = from; child < to; child++) inFeed[child] = places.get(found[child]!)!;
      });
      placesOf.set(feed, inFeed);
    }
    return new ChildColumns(found, placesOf);
  }

  /** @param at the index among several numbers under one name */
  numbers(source: RegistryFeed, name: string, at = 0): Float32Array {
    const [registry, feed] = source;
    const { length } = childrenOf(source);
    const values = feed.columns[name];
    if (!(values instanceof Float32Array) || values.length < (at + 1) * length) throw otherForm(registry);
    const places = this.places.get(feed)!;
    const numbers = new Float32Array(places.length);
    for (let child = 0; child < places.length; child++)
      numbers[child] = values[at * length + places[child]!]!;
    return numbers;
  }

  factor(source: RegistryFeed, id: string): Float32Array {
    const [registry, feed] = source;
    const at = (feed.columns['factor'] as readonly string[] | undefined)?.indexOf(id) ?? -1;
    if (at < 0) throw otherForm(registry);
    return this.numbers(source, 'value', at);
  }
}

function childrenOf([registry, { columns }]: RegistryFeed): Uint32Array {
  const { child } = columns;
  if (!(child instanceof Uint32Array)) throw otherForm(registry);
  return child;
}
