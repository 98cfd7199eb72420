import type { Feed } from '../../schema/feed.js';
import type { PersonKey } from '../../schema/keys.js';
import { otherForm } from './unanswered.js';

/** What a registry told of some children. */
export type ToldFeed = readonly [registry: string, feed: Feed];

/** The children of whom every one of some feeds tells and who are no clients of child protection; each column is in their order. */
export class ChildColumns {
  readonly children: Uint32Array;
  readonly #places: ReadonlyMap<Feed, Uint32Array>;

  /**
   * @param feeds each of them data
   * @param clients the one of them that tells who is a client
   * @throws PolkuError SUBGRAPH_UNAVAILABLE where a registry answers in another form
   */
  constructor(feeds: readonly ToldFeed[], clients: ToldFeed) {
    const told = feeds.map((one) => {
      const places = new Map(
        Array.from(childrenOf(one), (child, place): [PersonKey, number] => [child, place]),
      );
      return [one[1], places] as const;
    });
    const { client } = clients[1].columns;
    if (!(client instanceof Float32Array)) throw otherForm(clients[0]);
    this.children = childrenOf(clients).filter(
      (child, place) => client[place] === 0 && told.every(([, places]) => places.has(child)),
    );
    this.#places = new Map(
      told.map(([feed, places]) => [feed, this.children.map((child) => places.get(child)!)]),
    );
  }

  /** @param at which of several numbers under one name */
  numbers(told: ToldFeed, name: string, at = 0): Float32Array {
    const [registry, feed] = told;
    const { length } = childrenOf(told);
    const values = feed.columns[name];
    if (!(values instanceof Float32Array) || values.length < (at + 1) * length) throw otherForm(registry);
    const places = this.#places.get(feed)!;
    const numbers = new Float32Array(places.length);
    for (let child = 0; child < places.length; child++)
      numbers[child] = values[at * length + places[child]!]!;
    return numbers;
  }

  factor(told: ToldFeed, id: string): Float32Array {
    const [registry, feed] = told;
    const at = (feed.columns['factor'] as readonly string[] | undefined)?.indexOf(id) ?? -1;
    if (at < 0) throw otherForm(registry);
    return this.numbers(told, 'value', at);
  }
}

function childrenOf([registry, { columns }]: ToldFeed): Uint32Array {
  const { child } = columns;
  if (!(child instanceof Uint32Array)) throw otherForm(registry);
  return child;
}
